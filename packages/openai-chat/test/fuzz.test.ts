import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { isGatewayError, type ModelEvent } from "@waygate/core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerQuirks } from "./quirks/answer-quirks.ts";
import { toolCallQuirks } from "./quirks/tool-call-quirks.ts";
import { bodyOf, call, calls, delta, done, type Frame, finish, role, text, usage } from "./quirks/wire.ts";
import { request, service } from "./service.ts";

/** What the server answers next: pieces of a body, each a write of its own. */
let pieces: readonly Uint8Array[] = [];
let server: Server;
let chat: ReturnType<typeof service>;

beforeAll(async () => {
  server = createServer((incoming, response) => {
    incoming.resume();
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const piece of pieces) response.write(piece);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  chat = service(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

afterAll(async () => {
  await chat.close();
  server.closeAllConnections();
  server.close();
});

interface Reading {
  readonly events: readonly ModelEvent[];
  readonly error: unknown;
}

async function read(body: readonly Uint8Array[]): Promise<Reading> {
  pieces = body;
  const events: ModelEvent[] = [];
  try {
    const tools = ["f", "g"].map((name) => ({ name, description: "", parameters: { type: "object" } }));
    for await (const batch of chat.stream(request({ tools }))) events.push(...batch);
    return { events, error: undefined };
  } catch (error) {
    return { events, error };
  }
}

/** An answer of everything: reasoning, text of several bytes a character, two calls, usage. */
const frames: readonly Frame[] = [
  ": OPENROUTER PROCESSING\n\n",
  role,
  delta({ reasoning_content: "Überlegen…" }),
  text("Grüße, "),
  text("世界 👋🏽"),
  calls(call(0, "a", "f", "")),
  calls(call(0, undefined, undefined, '{"x":"ä')),
  calls(call(0, undefined, undefined, 'ß"}')),
  calls(call(1, "b", "g", '{"y":2}')),
  finish("tool_calls"),
  usage,
  done,
];
const whole = Buffer.from(bodyOf(frames));

describe("any slicing of an answer", () => {
  it("gives the same events", async () => {
    const { events: expected, error } = await read([whole]);
    expect(error).toBeUndefined();
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(whole.length), { maxLength: 40 }), async (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), whole.length];
        const slices = edges.slice(1).map((edge, index) => whole.subarray(edges[index], edge));
        const { events } = await read(slices.filter((slice) => slice.length > 0));
        expect(events).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });
});

function count(events: readonly ModelEvent[], type: ModelEvent["type"]): number {
  return events.filter((event) => event.type === type).length;
}

describe("an answer cut off at any byte", () => {
  it("is an error, or all of it was there", async () => {
    const { events: full } = await read([whole]);
    const saidAll = whole.indexOf('"finish_reason":"tool_calls"');
    for (let length = 0; length < whole.length; length++) {
      const { events, error } = await read([whole.subarray(0, length)]);
      if (error !== undefined) {
        expect(isGatewayError(error), `cut at ${length}`).toBe(true);
        // Nothing is made up: what was read is how the whole begins, and the last call has not ended.
        expect(events).toEqual(full.slice(0, events.length));
        expect(count(events, "tool-call-end")).toBeLessThan(count(full, "tool-call-end"));
      } else {
        expect(length).toBeGreaterThan(saidAll);
        const withoutUsage = (all: readonly ModelEvent[]) => all.filter((event) => event.type !== "usage");
        expect(withoutUsage(events)).toEqual(withoutUsage(full));
      }
    }
  }, 60_000);
});

describe("frames repeated, left out, and out of order", () => {
  const all: readonly Frame[] = [...toolCallQuirks, ...answerQuirks].flatMap((quirk) => quirk.frames);

  it("end in a finish or an error, and the events keep their order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...all), { maxLength: 25 }), async (some) => {
        const { events, error } = await read([Buffer.from(bodyOf(some))]);
        if (error !== undefined) {
          expect(isGatewayError(error)).toBe(true);
          return;
        }
        expect(events.filter((event) => event.type === "finish")).toHaveLength(1);
        expect(events.at(-1)?.type).toBe("finish");
        const ids = (type: string) =>
          events.flatMap((event) => (event.type === type && "id" in event ? [event.id] : []));
        expect(ids("tool-call-end").toSorted()).toEqual(ids("tool-call-start").toSorted());
        expect(new Set(ids("tool-call-start")).size).toBe(ids("tool-call-start").length);
      }),
      { numRuns: 400 },
    );
  });

  it("are never read as more than the service sent", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 400 }), async (bytes) => {
        const { events, error } = await read([Uint8Array.from(bytes)]);
        // Bytes at random are no answer: an error, whatever they are.
        expect(isGatewayError(error)).toBe(true);
        expect(events).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
