import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Answer, ScriptRequest, Simulator } from "../src/index.ts";
import { createSimulator } from "../src/index.ts";
import { ask, hello, post, rawRequest, stream, streamChunks, until } from "./client.ts";

let simulator: Simulator;
beforeEach(async () => {
  simulator = await createSimulator();
});
afterEach(() => simulator.close());

const content = async () => (await ask(simulator)).choices[0].message.content;

describe("the queue", () => {
  it("is answered first in, first out, and then by the rules again", async () => {
    await using scripted = await createSimulator({ script: [{ text: "one" }] });
    scripted.script({ text: "two" }, () => ({ text: "three" }));
    const texts = [];
    for (let count = 0; count < 4; count += 1) texts.push((await ask(scripted)).choices[0].message.content);
    expect(texts.slice(0, 3)).toEqual(["one", "two", "three"]);
    expect(texts[3]).toMatch(/^I am Waygate's simulator, not a language model\./);
  });

  it("keeps its answers for requests that are accepted and answered", async () => {
    simulator.script({ text: "kept" });
    await post(simulator, { messages: [] });
    await post(simulator, { model: "nope" });
    simulator.fault({ kind: "status", status: 429 });
    await post(simulator);
    simulator.fault({ kind: "cut", afterChunks: "before-headers" });
    await expect(post(simulator)).rejects.toThrow();
    expect(await content()).toBe("kept");
  });

  it("refuses what is no answer", () => {
    expect(() => simulator.script("hello" as Answer)).toThrow(TypeError);
  });
});

describe("a function", () => {
  it("is told the request, read and raw", async () => {
    let seen: ScriptRequest | undefined;
    simulator.script(async (request) => {
      seen = request;
      return { text: "ok" };
    });
    const parameters = { type: "object" };
    await post(
      simulator,
      {
        stream: true,
        tools: [{ type: "function", function: { name: "f", description: "F", parameters } }],
        tool_choice: { type: "function", function: { name: "f" } },
        parallel_tool_calls: false,
        reasoning_effort: "low",
        max_completion_tokens: 7,
        stop: "END",
        extra: 1,
      },
      { headers: { "x-trace": "7" } },
    );
    expect(seen).toMatchObject({
      model: "simulator",
      turns: [{ role: "user", text: "hello", attachments: 0 }],
      tools: [{ name: "f", description: "F", parameters }],
      toolChoice: { name: "f" },
      parallelToolCalls: false,
      reasoning: true,
      responseFormat: { type: "text" },
      maxTokens: 7,
      stop: ["END"],
      stream: true,
      includeUsage: false,
      headers: { "x-trace": "7" },
      body: { messages: hello, extra: 1 },
    });
  });

  it("that throws, or answers nothing, is a 500", async () => {
    simulator.script(
      () => {
        throw new Error("no idea");
      },
      (() => undefined) as unknown as () => Answer,
    );
    const first = await post(simulator);
    expect([first.status, await first.json()]).toEqual([
      500,
      { error: { message: "The simulator failed: no idea", type: "server_error", param: null, code: null } },
    ]);
    const second = await post(simulator);
    expect([second.status, await second.json()]).toMatchObject([
      500,
      { error: { message: "The simulator failed: The script function returned no answer." } },
    ]);
  });

  it("is left behind when the client goes", async () => {
    simulator.script(() => new Promise<never>(() => {}));
    const socket = rawRequest(simulator);
    await until(() => simulator.requests[0]?.body !== undefined);
    socket.destroy();
    await until(() => simulator.requests[0]?.closedByClient === true);
  });
});

describe("an answer", () => {
  it("has exact chunks of text and reasoning", async () => {
    simulator.script({ reasoning: ["thi", "nk"], text: ["a b c ", "", "d"] });
    const deltas = (await streamChunks(simulator)).map(({ choices }) => choices[0]?.delta);
    expect(deltas).toEqual([
      { role: "assistant", content: "" },
      { reasoning_content: "thi" },
      { reasoning_content: "nk" },
      { content: "a b c " },
      { content: "" },
      { content: "d" },
      {},
    ]);
  });

  it("has its parts in the order given", async () => {
    const parts: Answer["parts"] = [
      { type: "text", text: "a" },
      { type: "tool-call", id: "x", name: "f", arguments: "" },
      { type: "reasoning", text: "b" },
      { type: "text", text: "c" },
    ];
    simulator.script({ parts }, { parts });
    const deltas = (await streamChunks(simulator)).map(({ choices }) => choices[0]?.delta);
    expect(deltas.slice(1, -1)).toEqual([
      { content: "a" },
      { tool_calls: [{ index: 0, id: "x", type: "function", function: { name: "f", arguments: "" } }] },
      { reasoning_content: "b" },
      { content: "c" },
    ]);
    expect((await ask(simulator)).choices[0].message).toEqual({
      role: "assistant",
      content: "ac",
      reasoning_content: "b",
      tool_calls: [{ id: "x", type: "function", function: { name: "f", arguments: "" } }],
    });
  });

  it("has arguments as they are given, valid or not", async () => {
    simulator.script({ toolCalls: [{ name: "f", arguments: '{"a": tru' }] });
    expect((await ask(simulator)).choices[0].message.tool_calls?.[0]?.function.arguments).toBe('{"a": tru');
  });

  it("ends with the word given, or with none", async () => {
    simulator.script({ text: "a", finish: "content_filter" }, { text: "a", finish: null }, { text: "a", finish: null });
    expect((await streamChunks(simulator)).at(-1)?.choices[0]?.finish_reason).toBe("content_filter");
    expect((await streamChunks(simulator)).map(({ choices }) => choices[0]?.finish_reason)).toEqual([null, null]);
    expect((await ask(simulator)).choices[0].finish_reason).toBeNull();
  });

  it("has the usage given, asked for or not, or none", async () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2, cost: 0.5 };
    simulator.script({ usage }, { usage }, { usage: null }, { usage: null });
    expect((await streamChunks(simulator)).at(-1)).toMatchObject({ choices: [], usage });
    expect((await ask(simulator)).usage).toEqual(usage);
    const chunks = await streamChunks(simulator, { stream_options: { include_usage: true } });
    expect(chunks.some((chunk) => "usage" in chunk)).toBe(false);
    expect(await ask(simulator)).not.toHaveProperty("usage");
  });

  it("is not cut by what the request limits", async () => {
    simulator.script({ text: "a long text, STOP, and more" });
    const answer = await ask(simulator, { max_tokens: 1, stop: "STOP" });
    expect(answer.choices[0]).toMatchObject({
      message: { content: "a long text, STOP, and more" },
      finish_reason: "stop",
    });
  });

  it("may be exact chunk objects", async () => {
    simulator.script({ chunks: [{ odd: 1 }, null, { type: "ping" }] }, { chunks: [{ odd: 1 }, { odd: 2 }] });
    expect(await stream(simulator)).toEqual(['{"odd":1}', "null", '{"type":"ping"}', "[DONE]"]);
    expect(await (await post(simulator)).text()).toBe('{"odd":1}');
  });

  it("may be exact bytes", async () => {
    const bytes = Buffer.from("data: é\r\n\r\n");
    simulator.script(
      { raw: "nothing like it" },
      { raw: bytes },
      { raw: ["data: ", bytes.subarray(6, 7), bytes.subarray(7)] },
    );
    const first = await post(simulator);
    expect([first.headers.get("content-type"), await first.text()]).toEqual(["application/json", "nothing like it"]);
    const second = await post(simulator, { stream: true });
    expect(second.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(Buffer.from(await second.arrayBuffer())).toEqual(bytes);
    expect(Buffer.from(await (await post(simulator, { stream: true })).arrayBuffer())).toEqual(bytes);
  });

  it("sends each element of raw bytes in a write of its own", async () => {
    simulator.script({ raw: ["ab", "cd", "ef"] });
    const socket = rawRequest(simulator);
    const reads: string[] = [];
    socket.setEncoding("latin1").on("data", (data: string) => reads.push(data));
    await until(() => reads.at(-1)?.endsWith("0\r\n\r\n") === true);
    expect(reads.slice(1, 4)).toEqual(["2\r\nab\r\n", "2\r\ncd\r\n", expect.stringMatching(/^2\r\nef\r\n/)]);
    socket.destroy();
  });

  it("may have another status, headers and error", async () => {
    simulator.script(
      { status: 503, headers: { "Retry-After": "7" }, error: { message: "busy", code: "overloaded" } },
      { status: 402 },
      { status: 502, headers: { "content-type": "text/html" }, raw: "<h1>Bad Gateway</h1>" },
      { status: 201, headers: { "X-Upstream": "a" }, text: "fine" },
    );
    const first = await post(simulator, { stream: true });
    expect([first.status, first.headers.get("retry-after"), first.headers.get("content-type")]).toEqual([
      503,
      "7",
      "application/json",
    ]);
    expect(await first.json()).toEqual({ error: { message: "busy", code: "overloaded" } });
    const second = await post(simulator);
    expect([second.status, await second.json()]).toEqual([
      402,
      {
        error: {
          message: "The script answers with status 402.",
          type: "insufficient_quota",
          param: null,
          code: "insufficient_quota",
        },
      },
    ]);
    const third = await post(simulator, { stream: true });
    expect([third.status, third.headers.get("content-type"), await third.text()]).toEqual([
      502,
      "text/html",
      "<h1>Bad Gateway</h1>",
    ]);
    const fourth = await post(simulator, { stream: true });
    expect([fourth.status, fourth.headers.get("x-upstream"), fourth.headers.get("content-type")]).toEqual([
      201,
      "a",
      "text/event-stream; charset=utf-8",
    ]);
  });

  it("may fail in the middle", async () => {
    simulator.script({ text: "so far", error: "upstream died" }, { text: "so far", error: { message: "died" } });
    const lines = await stream(simulator);
    expect(lines).toHaveLength(4);
    expect(lines.at(-1)).toBe('{"error":"upstream died"}');
    const whole = await post(simulator);
    expect([whole.status, await whole.json()]).toEqual([200, { error: { message: "died" } }]);
  });

  it("may be late", async () => {
    simulator.script({ text: "late", delayMs: 100 });
    const started = performance.now();
    expect(await content()).toBe("late");
    expect(performance.now() - started).toBeGreaterThan(95);
  });
});
