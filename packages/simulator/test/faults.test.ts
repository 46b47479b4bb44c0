import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Simulator } from "../src/index.ts";
import { createSimulator } from "../src/index.ts";
import { dataLines, eventsIn, post, readRaw, readUntilEnd, stream, until } from "./client.ts";

const answer = { text: ["one", "two", "three"] };
/** Role, three pieces of text, finish, `[DONE]`. */
const CHUNKS = 6;

let simulator: Simulator;
beforeEach(async () => {
  simulator = await createSimulator();
  simulator.script(answer, answer, answer, answer);
});
afterEach(() => simulator.close());

describe("delay", () => {
  it.each(["beforeHeadersMs", "beforeBodyMs"])("waits %s", async (key) => {
    simulator.fault({ kind: "delay", [key]: 100 });
    const started = performance.now();
    expect(await stream(simulator)).toHaveLength(CHUNKS);
    expect(performance.now() - started).toBeGreaterThan(95);
  });

  it("sends the headers before it waits for the body", async () => {
    simulator.fault({ kind: "delay", beforeBodyMs: 3_600_000 });
    expect((await post(simulator, { stream: true })).status).toBe(200);
  });

  it("waits between chunks", async () => {
    simulator.fault({ kind: "delay", betweenChunksMs: 30 });
    const started = performance.now();
    expect(await stream(simulator)).toHaveLength(CHUNKS);
    expect(performance.now() - started).toBeGreaterThan(30 * (CHUNKS - 1) - 5);
  });
});

describe("stall", () => {
  it.each([0, 2])("falls silent after %i chunks with the socket open", async (afterChunks) => {
    simulator.fault({ kind: "stall", afterChunks });
    const { seen, socket } = readRaw(simulator);
    await until(() => seen.text.includes("\r\n\r\n") && eventsIn(seen.text) === afterChunks);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(seen).toMatchObject({ ended: false, error: undefined });
    expect(seen.text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(eventsIn(seen.text)).toBe(afterChunks);
    socket.destroy();
  });

  it("falls silent before the headers", async () => {
    simulator.fault({ kind: "stall", afterChunks: "before-headers" });
    const { seen, socket } = readRaw(simulator);
    await until(() => simulator.requests[0]?.body !== undefined);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(seen).toEqual({ text: "", ended: false, error: undefined });
    socket.destroy();
  });

  it("comes in place of the end where the answer is shorter", async () => {
    simulator.fault({ kind: "stall", afterChunks: 100 });
    const { seen, socket } = readRaw(simulator);
    await until(() => eventsIn(seen.text) === CHUNKS);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(seen.text.endsWith("data: [DONE]\n\n\r\n")).toBe(true);
    expect(seen.ended).toBe(false);
    socket.destroy();
  });
});

describe("cut", () => {
  it("resets the connection after the chunks it let through", async () => {
    simulator.fault({ kind: "cut", afterChunks: 3 });
    const { seen } = readRaw(simulator);
    await until(() => seen.error !== undefined);
    expect(seen.error).toMatchObject({ code: "ECONNRESET" });
    expect(eventsIn(seen.text)).toBe(3);
    expect(simulator.requests[0]?.closedByClient).toBe(false);
  });

  it("is an error to fetch, of a stream and of a whole answer", async () => {
    simulator.fault({ kind: "cut", afterChunks: 3 }, { kind: "cut", afterChunks: 2 }, { kind: "cut", afterChunks: 0 });
    const streamed = await readUntilEnd(await post(simulator, { stream: true }));
    expect(dataLines(streamed.text)).toHaveLength(3);
    expect(streamed.error).toBeInstanceOf(TypeError);
    const whole = await readUntilEnd(await post(simulator));
    expect(whole.text).toHaveLength(128);
    expect(whole.error).toBeInstanceOf(TypeError);
    const empty = await readUntilEnd(await post(simulator, { stream: true }));
    expect(empty.text).toBe("");
    expect(empty.error).toBeInstanceOf(TypeError);
  });

  it("resets or closes the connection before the headers", async () => {
    simulator.fault({ kind: "cut", afterChunks: "before-headers" });
    const reset = readRaw(simulator);
    await until(() => reset.seen.error !== undefined);
    expect(reset.seen).toMatchObject({ text: "", error: { code: "ECONNRESET" } });
    simulator.fault({ kind: "cut", afterChunks: "before-headers", how: "end" });
    const closed = readRaw(simulator);
    await until(() => closed.seen.ended);
    expect(closed.seen).toEqual({ text: "", ended: true, error: undefined });
    expect(simulator.requests.map(({ closedByClient }) => closedByClient)).toEqual([false, false]);
  });

  it("ends the body without its rest", async () => {
    simulator.fault({ kind: "cut", afterChunks: 3, how: "end" });
    const { text, error } = await readUntilEnd(await post(simulator, { stream: true }));
    expect(error).toBeUndefined();
    expect(dataLines(text)).toHaveLength(3);
    expect(text).not.toContain("[DONE]");
    expect(simulator.requests[0]?.closedByClient).toBe(false);
  });
});

describe("status", () => {
  it("answers with a status, headers and the wire's error", async () => {
    simulator.fault({ kind: "status", status: 429, headers: { "retry-after": "3" } });
    const response = await post(simulator, { stream: true });
    expect([response.status, response.headers.get("retry-after"), response.headers.get("content-type")]).toEqual([
      429,
      "3",
      "application/json",
    ]);
    expect(await response.json()).toEqual({
      error: {
        message: "The simulator answers with status 429, as it was told to.",
        type: "rate_limit_error",
        param: null,
        code: "rate_limit_exceeded",
      },
    });
    expect(await stream(simulator)).toHaveLength(CHUNKS);
  });

  it("answers with the body given", async () => {
    simulator.fault(
      { kind: "status", status: 503, body: { error: { message: "busy" } } },
      { kind: "status", status: 502, body: "<h1>Bad Gateway</h1>", headers: { "content-type": "text/html" } },
      { kind: "status", status: 500, body: "plain" },
    );
    expect(await (await post(simulator)).text()).toBe('{"error":{"message":"busy"}}');
    const html = await post(simulator);
    expect([html.status, html.headers.get("content-type"), await html.text()]).toEqual([
      502,
      "text/html",
      "<h1>Bad Gateway</h1>",
    ]);
    expect((await post(simulator)).headers.get("content-type")).toBe("text/plain; charset=utf-8");
  });
});

describe("error", () => {
  it("ends the stream with an error object", async () => {
    simulator.fault(
      { kind: "error", afterChunks: 2 },
      { kind: "error", afterChunks: 0, body: { error: "first of all" } },
    );
    const lines = await stream(simulator);
    expect(lines).toHaveLength(3);
    expect(JSON.parse(lines[2] ?? "")).toEqual({
      error: {
        message: "The simulator broke off this answer, as it was told to.",
        type: "server_error",
        param: null,
        code: null,
      },
    });
    expect(await stream(simulator)).toEqual(['{"error":"first of all"}']);
  });

  it("is the whole of an answer that is not streamed", async () => {
    simulator.fault({ kind: "error", afterChunks: 2, body: { error: { message: "no" } } });
    const response = await post(simulator);
    expect([response.status, await response.text()]).toEqual([200, '{"error":{"message":"no"}}']);
  });
});

describe("garbage", () => {
  it.each([
    [0, 0],
    [2, 2],
    [100, CHUNKS],
  ])("stands after %i chunks, and the rest follows", async (afterChunks, position) => {
    simulator.fault({ kind: "garbage", afterChunks });
    const lines = await stream(simulator);
    expect(lines).toHaveLength(CHUNKS + 1);
    expect(lines[position]).toBe('{"this is": not JSON');
    expect(() => JSON.parse(lines[position] ?? "")).toThrow(SyntaxError);
    expect(lines.toSpliced(position, 1).at(-1)).toBe("[DONE]");
  });

  it("is the whole of an answer that is not streamed", async () => {
    simulator.fault({ kind: "garbage", afterChunks: 0 });
    expect(await (await post(simulator)).text()).toBe("<html><body>This is not JSON.</body></html>");
  });
});

describe("drip", () => {
  it("writes a few bytes at a time, through lines and characters", async () => {
    simulator.reset();
    simulator.script({ raw: "data: é🙂\n\ndata: [DONE]\n\n" });
    simulator.fault({ kind: "drip", bytes: 5, everyMs: 1 });
    const { seen, socket } = readRaw(simulator);
    await until(() => seen.text.endsWith("0\r\n\r\n"));
    const body = seen.text.slice(seen.text.indexOf("\r\n\r\n") + 4);
    const writes = [...body.matchAll(/(\d)\r\n([\s\S]{1,5})\r\n/g)].map((match) => match[2]);
    const bytes = Buffer.from("data: é🙂\n\ndata: [DONE]\n\n").toString("latin1");
    expect(writes).toEqual(bytes.match(/[\s\S]{1,5}/g));
    socket.destroy();
  });

  it("changes nothing of what arrives", async () => {
    const plain = (await stream(simulator)).map(withoutIdentity);
    simulator.fault({ kind: "drip", bytes: 7, everyMs: 0 });
    expect((await stream(simulator)).map(withoutIdentity)).toEqual(plain);
  });

  const withoutIdentity = (line: string) => line.replace(/"id":"[^"]*","/, '"').replace(/"created":\d+/, "");
});
