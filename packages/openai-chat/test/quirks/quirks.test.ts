import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { isGatewayError, type ModelEvent } from "@waygate/core";
import { openChatService, plainDialect } from "@waygate/openai-chat";
import { type EndedCall, EndedCalls } from "@waygate/recordings";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerQuirks } from "./answer-quirks.ts";
import { toolCallQuirks } from "./tool-call-quirks.ts";
import { bodyOf, type Quirk } from "./wire.ts";

const quirks = [...toolCallQuirks, ...answerQuirks];
/** How the body is cut: into single bytes, into odd pieces, not at all. */
const slicings = { bytes: 1, "odd pieces": 37, whole: Number.MAX_SAFE_INTEGER };

let server: Server;
let origin: string;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const [, number, size] = request.url?.split("/") ?? [];
    const quirk = quirks[Number(number)];
    if (quirk === undefined) return void response.writeHead(404).end();
    response.writeHead(quirk.response?.status ?? 200, {
      "content-type": quirk.response?.contentType ?? "text/event-stream",
    });
    const body = Buffer.from(bodyOf(quirk.frames));
    for (let start = 0; start < body.length; start += Number(size))
      response.write(body.subarray(start, start + Number(size)));
    if (quirk.ends !== "reset") return void response.end();
    // What was written must have left before the reset, which discards what has not.
    await sleep(30);
    response.socket?.resetAndDestroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe.each(Object.entries(slicings))("imperfect streams, in %s", (_name, size) => {
  it.each(quirks.map((quirk, number) => [`${quirk.rows.join(", ")}: ${quirk.title}`, quirk, number] as const))(
    "%s",
    async (_title, quirk, number) => {
      const { events, error } = await read(quirk, `${origin}/${number}/${size}`);
      expect(events).toEqual(quirk.events);
      if (quirk.error === undefined) return expect(error).toBeUndefined();
      if (!isGatewayError(error)) throw new Error(`Expected a GatewayError, not ${String(error)}`);
      const [code, ...words] = quirk.error;
      expect(error.code).toBe(code);
      for (const word of words) expect(error.message).toContain(word);
    },
  );
});

it("covers every row of the table and every case of the probe that is about reading", () => {
  const covered = new Set(quirks.flatMap((quirk) => quirk.rows));
  const rows = Array.from({ length: 63 }, (_, index) => `Q${index + 1}`);
  const cases = Array.from({ length: 15 }, (_, index) => `P${index + 1}`);
  expect([...rows, "Q20b", ...cases].filter((row) => !covered.has(row))).toEqual([]);
});

async function read(quirk: Quirk, address: string): Promise<{ events: string[]; error: unknown }> {
  const service = openChatService({
    gateway: "test",
    address,
    headers: () => Promise.resolve({}),
    secret: () => Promise.resolve(undefined),
    keyHint: "",
    dialect: () => ({ ...plainDialect, reasoningTag: quirk.reasoningTag }),
  });
  const lines: string[] = [];
  const describeEvent = eventDescriber();
  try {
    const stream = service.stream({
      model: "m",
      messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
      tools: (quirk.tools ?? ["f", "g"]).map((name) => ({ name, description: "", parameters: { type: "object" } })),
      signal: new AbortController().signal,
    });
    for await (const batch of stream) lines.push(...batch.flatMap(describeEvent));
    return { events: lines, error: undefined };
  } catch (error) {
    return { events: lines, error };
  } finally {
    await service.close();
  }
}

/** Writes events as lines. Ids that the reader made up are numbered in the order in which they appear. */
function eventDescriber(): (event: ModelEvent) => string[] {
  const made = new Map<string, string>();
  const name = (id: string) => {
    if (!/^call_[0-9a-f]{32}$/.test(id)) return id;
    const known = made.get(id) ?? `call_${made.size + 1}`;
    made.set(id, known);
    return known;
  };
  const calls = new EndedCalls();
  return (event) => {
    switch (event.type) {
      case "response-start":
        return [];
      case "text-delta":
        return [`text ${event.text}`];
      case "reasoning-delta":
        return [`reasoning ${event.text}`];
      case "reasoning-end":
        return ["reasoning-end"];
      case "tool-call-start":
        calls.add(event);
        return [`call ${name(event.id)} ${event.name}`];
      case "tool-call-delta":
        return [`args ${name(event.id)} ${event.text.replaceAll("\n", "\\n")}`];
      case "tool-call-end": {
        calls.add(event);
        const { id, name: called, status, value, raw } = calls.list[calls.list.length - 1] as EndedCall;
        const state = event.state === undefined ? "" : ` state ${JSON.stringify(event.state)}`;
        return [`end ${name(id)} ${called} ${status} ${status === "ok" ? JSON.stringify(value) : raw}${state}`];
      }
      case "notice":
        return [`notice ${event.code}`];
      case "usage":
        return [`usage ${event.usage.input.total}+${event.usage.output.total}`];
      case "finish":
        return [`finish ${event.reason}${event.raw === undefined ? "" : ` (${event.raw})`}`];
      default:
        return [event.type];
    }
  };
}
