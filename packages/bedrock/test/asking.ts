import type { ModelEvent, ModelRequest } from "@waygate/core";
import { afterAll, beforeAll, expect } from "vitest";
import { askSdk, inputOf } from "./by-sdk.ts";
import { collect, noticesOf, type Opening, open } from "./open.ts";
import { json, type Received, type Reply, type Service, says, startService, usage } from "./service.ts";

export interface Asked {
  /** The body of the request, as it arrived. */
  readonly body: Record<string, unknown>;
  readonly request: Received;
  readonly events: readonly ModelEvent[];
  readonly notices: readonly string[];
}

export type Ask = (change?: Partial<ModelRequest>, opening?: Opening) => Promise<Asked>;

/** A service for all tests of a file, and what asks it once and says what it was sent. */
export function asking(): Ask {
  let service: Service;
  beforeAll(async () => {
    service = await startService(greets);
  });
  afterAll(() => service[Symbol.asyncDispose]());
  return async (change, opening) => {
    await using opened = open(service, opening);
    service.received.length = 0;
    const events = await collect(opened.gateway, change);
    const request = service.received.at(-1);
    if (request === undefined) throw new Error("Nothing was sent.");
    await expectTheSdkToAgree(request, service);
    return { body: request.body as Record<string, unknown>, request, events, notices: noticesOf(events) };
  };
}

/** AWS's own SDK, told to send the same, sends the same: it knows every field, and writes it the same way. */
async function expectTheSdkToAgree({ path, body, text }: Received, { origin, received }: Service): Promise<void> {
  const [, modelId = "", operation] = /^\/model\/([^/]+)\/(converse|converse-stream)$/.exec(path) ?? [];
  if (operation !== "converse" && operation !== "converse-stream") throw new Error(`${path} is no path of Converse`);
  await askSdk(operation, origin, inputOf(decodeURIComponent(modelId), text));
  const bySdk = received.pop();
  expect({ path, body }).toEqual({ path: bySdk?.path, body: bySdk?.body });
}

/** Says hello as a stream, or whole where it is asked for that. */
const greets: Reply = (response, request) => {
  const whole = {
    output: { message: { role: "assistant", content: [{ text: "Hi" }] } },
    stopReason: "end_turn",
    usage,
  };
  const reply = request.path.endsWith("/converse") ? json(whole) : says("Hi");
  return reply(response, request);
};
