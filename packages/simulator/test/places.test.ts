import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Simulator } from "../src/index.ts";
import { createSimulator } from "../src/index.ts";
import { dataLines, eventsIn, post, rawRequest, readRaw, readUntilEnd, stream, until } from "./client.ts";
import { stream as frameStream, user } from "./converse-client.ts";

const answer = {
  reasoning: ["a", "b", "c", "d"],
  text: ["e", "f"],
  toolCalls: [{ name: "look", arguments: ['{"at":', '"here', '"}'] }],
};

let simulator: Simulator;
beforeEach(async () => {
  simulator = await createSimulator();
  simulator.script(answer);
});
afterEach(() => simulator.close());

describe("a fault within a part", () => {
  // The role; four pieces of reasoning; two of text; a call's name and three pieces of its arguments.
  it.each([
    ["reasoning", 3],
    ["text", 6],
    ["tool-call", 10],
  ] as const)("strikes in the middle of the first %s of a stream of chunks", async (within, chunks) => {
    simulator.fault({ kind: "cut", how: "end", within });
    const { text } = await readUntilEnd(await post(simulator, { stream: true }));
    expect(dataLines(text)).toHaveLength(chunks);
  });

  // Beside these, a signature for the reasoning, and the end of each block.
  it.each([
    ["reasoning", 3],
    ["text", 8],
    ["tool-call", 13],
  ] as const)("strikes in the middle of the first %s of a stream of frames", async (within, frames) => {
    simulator.fault({ kind: "cut", how: "end", within });
    expect(await frameStream(simulator, { messages: [user("hello")] })).toHaveLength(frames);
  });

  it("comes in place of the end where there is no such part, and of a whole answer", async () => {
    simulator.reset();
    simulator.script({ text: "a" }, { text: "a" });
    simulator.fault({ kind: "error", within: "tool-call" }, { kind: "cut", how: "end", within: "text" });
    const lines = await stream(simulator);
    expect(lines).toHaveLength(5);
    expect(JSON.parse(lines.at(-1) ?? "")).toHaveProperty("error");
    expect(((await (await post(simulator)).json()) as { choices: unknown[] }).choices).toHaveLength(1);
  });

  it("may be an error that nothing follows, not even an end", async () => {
    simulator.fault({ kind: "error", within: "text", followedBy: "silence" });
    const { seen, socket } = readRaw(simulator);
    await until(() => eventsIn(seen.text) === 7);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(seen).toMatchObject({ ended: false, error: undefined });
    expect(seen.text).toMatch(/"error":.*\n\n\r\n$/);
    socket.destroy();
  });

  it("may be a pause", async () => {
    simulator.fault({ kind: "delay", pauseMs: 3_600_000, within: "text" });
    const { seen, socket } = readRaw(simulator);
    await until(() => eventsIn(seen.text) === 6);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(eventsIn(seen.text)).toBe(6);
    socket.destroy();
  });

  it.each([
    [{ kind: "cut", within: "words" }],
    [{ kind: "cut", within: "text", afterChunks: 1 }],
    [{ kind: "delay", pauseMs: -1 }],
    [{ kind: "error" }],
  ])("is refused as %j", (fault) => {
    expect(() => simulator.fault(fault as never)).toThrow(TypeError);
  });
});

describe("onStrike", () => {
  it.each([
    ["status", { kind: "status", status: 503 }, 0],
    ["cut before the headers", { kind: "cut", afterChunks: "before-headers" }, 0],
    ["stall", { kind: "stall", within: "text" }, 6],
    ["garbage", { kind: "garbage", afterChunks: 2 }, 2],
    ["delay", { kind: "delay", pauseMs: 0, within: "reasoning" }, 3],
    ["delay of the body", { kind: "delay", beforeBodyMs: 0 }, 0],
    ["drip", { kind: "drip", bytes: 100, everyMs: 0 }, 0],
  ] as const)("holds a %s up, with all before it sent", async (_name, fault, sent) => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    let struck = 0;
    simulator.fault({
      ...fault,
      onStrike: () => {
        struck += 1;
        return released;
      },
    });
    const { seen, socket } = readRaw(simulator);
    await until(() => struck === 1 && eventsIn(seen.text) === sent);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([struck, eventsIn(seen.text), seen.error]).toEqual([1, sent, undefined]);
    release();
    if (fault.kind === "stall") socket.destroy();
    else await until(() => seen.error !== undefined || seen.text.endsWith("0\r\n\r\n") || / 503 /.test(seen.text));
    expect(struck).toBe(1);
    socket.destroy();
  });

  it("is waited for no longer than the client stays", async () => {
    simulator.fault({ kind: "stall", within: "text", onStrike: () => new Promise(() => {}) });
    const { seen, socket } = readRaw(simulator);
    await until(() => eventsIn(seen.text) === 6);
    socket.destroy();
    await until(() => simulator.openRequests === 0);
    expect(simulator.requests[0]?.closedByClient).toBe(true);
  });
});

describe("open requests and connections", () => {
  it("are counted", async () => {
    expect([simulator.openRequests, simulator.openConnections]).toEqual([0, 0]);
    simulator.fault({ kind: "stall", afterChunks: 0 });
    const socket = rawRequest(simulator);
    await until(() => simulator.openRequests === 1);
    expect(simulator.openConnections).toBe(1);
    socket.destroy();
    await until(() => simulator.openConnections === 0);
    expect(simulator.openRequests).toBe(0);
  });

  it.each(["end", "reset"] as const)("are hung up by %s where they are idle", async (how) => {
    const idle = readRaw(simulator);
    await until(() => idle.seen.text.endsWith("0\r\n\r\n"));
    simulator.fault({ kind: "stall", afterChunks: 0 });
    const busy = readRaw(simulator);
    await until(() => simulator.openRequests === 1 && simulator.openConnections === 2);
    simulator.hangUp(how);
    await until(() => idle.seen.ended || idle.seen.error !== undefined);
    expect(idle.seen).toMatchObject(how === "end" ? { ended: true } : { error: { code: "ECONNRESET" } });
    expect([simulator.openConnections, busy.seen.ended]).toEqual([1, false]);
    busy.socket.destroy();
  });
});
