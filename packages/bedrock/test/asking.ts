import type { ModelEvent, ModelRequest } from "@waygate/core";
import { afterAll, beforeAll } from "vitest";
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
    return { body: request.body as Record<string, unknown>, request, events, notices: noticesOf(events) };
  };
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
