import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Fault, Simulator } from "../src/index.ts";
import { createSimulator } from "../src/index.ts";
import { dataLines, eventsIn, post, readRaw, readUntilEnd, until } from "./client.ts";

const answer = { text: ["one", "two", "three"] };
let simulator: Simulator;
beforeEach(async () => {
  simulator = await createSimulator();
  simulator.script(answer, answer, answer, answer);
});
afterEach(() => simulator.close());

describe("the queue", () => {
  it("meets one request with each fault, `times` requests where it says so", async () => {
    simulator.fault({ kind: "status", status: 500, times: 2 }, { kind: "status", status: 503 });
    const statuses = [];
    for (let count = 0; count < 4; count += 1) statuses.push((await post(simulator)).status);
    expect(statuses).toEqual([500, 500, 503, 200]);
  });

  it("lasts without end where it says so, and can be filled from the start", async () => {
    await using other = await createSimulator({
      fault: [
        { kind: "status", status: 401 },
        { kind: "status", status: 500, times: Number.POSITIVE_INFINITY },
      ],
    });
    const statuses = [];
    for (let count = 0; count < 5; count += 1) statuses.push((await post(other)).status);
    expect(statuses).toEqual([401, 500, 500, 500, 500]);
  });

  it.each<[string, unknown]>([
    ['No fault is of the kind "explode".', { kind: "explode" }],
    [
      'A fault of the kind "garbage" says where it strikes: afterChunks, a whole number of at least 0, or within.',
      { kind: "garbage", afterEvents: 3 },
    ],
    ["A fault's times is a whole number of at least 1, not 0.", { kind: "status", status: 500, times: 0 }],
    ["A fault's status is 400 to 599, not 600.", { kind: "status", status: 600 }],
    ["A fault's bytes is a whole number of at least 1, not 0.", { kind: "drip", bytes: 0, everyMs: 1 }],
    ["A fault's everyMs is a number of milliseconds, 0 or more, not -1.", { kind: "drip", bytes: 1, everyMs: -1 }],
  ])("refuses a fault it could not act out: %s", (message, fault) => {
    expect(() => simulator.fault(fault as Fault)).toThrow(new TypeError(message));
  });
});

describe("a fault by model id", () => {
  const by = (name: string, fields: Record<string, unknown> = {}) =>
    post(simulator, { model: `simulator:${name}`, stream: true, ...fields });

  it.each([401, 402, 429, 500, 503])("simulator:status-%i", async (status) => {
    const response = await by(`status-${status}`);
    expect([response.status, response.headers.get("retry-after")]).toEqual([status, status === 429 ? "1" : null]);
  });

  it("simulator:cut", async () => {
    const { text, error } = await readUntilEnd(await by("cut"));
    expect(dataLines(text)).toHaveLength(5);
    expect(error).toBeInstanceOf(TypeError);
  });

  it("simulator:end", async () => {
    const { text, error } = await readUntilEnd(await by("end"));
    expect([dataLines(text).length, error]).toEqual([5, undefined]);
  });

  it("simulator:stall", async () => {
    const { seen, socket } = readRaw(simulator, { model: "simulator:stall" });
    await until(() => eventsIn(seen.text) === 5);
    expect(seen.ended).toBe(false);
    socket.destroy();
  });

  it("simulator:error", async () => {
    const lines = dataLines(await (await by("error")).text());
    expect(Object.keys(JSON.parse(lines[5] ?? ""))).toEqual(["error"]);
  });

  it("simulator:garbage", async () => {
    const lines = dataLines(await (await by("garbage")).text());
    expect([lines[3], lines.at(-1)]).toEqual(['{"this is": not JSON', "[DONE]"]);
  });

  it("simulator:drip", async () => {
    expect(dataLines(await (await by("drip")).text()).at(-1)).toBe("[DONE]");
  });

  it("simulator:slow", async () => {
    simulator.reset();
    simulator.script({ text: ["a"] });
    const started = performance.now();
    expect(dataLines(await (await by("slow")).text())).toHaveLength(4);
    expect(performance.now() - started).toBeGreaterThan(1000 + 3 * 150 - 10);
  });

  it("gives way to a queued fault", async () => {
    simulator.fault({ kind: "status", status: 503 });
    expect((await by("status-401")).status).toBe(503);
  });
});
