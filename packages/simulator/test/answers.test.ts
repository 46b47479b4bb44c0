import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Simulator } from "../src/index.ts";
import { createSimulator } from "../src/index.ts";
import { ask, post, rawRequest, stream, streamChunks, until } from "./client.ts";

let simulator: Simulator;
beforeEach(async () => {
  simulator = await createSimulator();
});
afterEach(() => simulator.close());

const twoCalls = {
  text: "Let me look.",
  toolCalls: [
    { name: "list_files", arguments: { path: "src" } },
    { id: "mine", name: "read_file", arguments: ['{"pa', 'th":"é"}'] },
  ],
};

describe("a streamed answer", () => {
  it("has the role first, then text, finish and [DONE]", async () => {
    simulator.script({ text: "Hello, wide world" });
    const response = await post(simulator, { stream: true });
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(response.headers.get("x-request-id")).toBe("req_simulator_1");
    const lines = (await response.text()).split("\n\n");
    const frame = (delta: unknown, finish: string | null = null) =>
      `data: ${JSON.stringify({
        id: "chatcmpl-simulator-1",
        object: "chat.completion.chunk",
        created: 0,
        model: "simulator",
        choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      })}`;
    expect(lines.map((line) => line.replace(/"created":\d+/, '"created":0'))).toEqual([
      frame({ role: "assistant", content: "" }),
      frame({ content: "Hello," }),
      frame({ content: " wide" }),
      frame({ content: " world" }),
      frame({}, "stop"),
      "data: [DONE]",
      "",
    ]);
  });

  it("reports usage in a chunk without choices where asked, and null in those before", async () => {
    simulator.script({ text: "12345678" });
    const chunks = await streamChunks(simulator, { stream_options: { include_usage: true } });
    expect(chunks.map(({ usage }) => usage)).toEqual([
      null,
      null,
      null,
      {
        prompt_tokens: 2,
        completion_tokens: 2,
        total_tokens: 4,
        prompt_tokens_details: { cached_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 0 },
      },
    ]);
    expect(chunks.at(-1)?.choices).toEqual([]);
    const without = await streamChunks(simulator);
    expect(without.every((chunk) => !("usage" in chunk))).toBe(true);
  });

  it("opens each tool call with id and name and goes on by index", async () => {
    simulator.script(twoCalls);
    const chunks = await streamChunks(simulator);
    expect(chunks.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? [])).toEqual([
      { index: 0, id: "call_1", type: "function", function: { name: "list_files", arguments: "" } },
      { index: 0, function: { arguments: '{"path":' } },
      { index: 0, function: { arguments: '"src"}' } },
      { index: 1, id: "mine", type: "function", function: { name: "read_file", arguments: "" } },
      { index: 1, function: { arguments: '{"pa' } },
      { index: 1, function: { arguments: 'th":"é"}' } },
    ]);
    expect(chunks.at(-1)?.choices[0]).toEqual({ index: 0, delta: {}, logprobs: null, finish_reason: "tool_calls" });
  });

  it("never splits a character, and loses none", async () => {
    const text = `  ${"🙂".repeat(20)} \n\n tail  `;
    simulator.script({ text, toolCalls: [{ name: "f", arguments: { text } }] });
    const deltas = (await streamChunks(simulator)).map(({ choices }) => choices[0]?.delta);
    const pieces = deltas.flatMap((delta) => [
      delta?.content ?? "",
      ...(delta?.tool_calls ?? []).map((call) => call.function.arguments),
    ]);
    expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
    expect(pieces.join("")).toBe(text + JSON.stringify({ text }));
  });

  it("waits for a client that does not read", async () => {
    const total = 2000;
    let pulled = 0;
    const chunks = Object.assign([], {
      *[Symbol.iterator]() {
        for (; pulled < total; pulled += 1) yield { padding: "x".repeat(16 * 1024) };
      },
    });
    simulator.script({ chunks });
    const socket = rawRequest(simulator);
    await until(() => pulled > 0);
    let before = -1;
    while (before !== pulled) {
      before = pulled;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(pulled).toBeLessThan(total);
    let received = 0;
    let tail = "";
    socket.on("data", (data) => {
      received += data.length;
      tail = (tail + data.toString("latin1")).slice(-100);
    });
    await until(() => tail.endsWith("data: [DONE]\n\n\r\n0\r\n\r\n"));
    expect(pulled).toBe(total);
    expect(received).toBeGreaterThan(total * 16 * 1024);
    socket.destroy();
  });

  it("keeps the pace it is told", async () => {
    await using paced = await createSimulator({ tokensPerSecond: 100, script: [{ text: Array(20).fill("x") }] });
    const started = performance.now();
    await stream(paced);
    expect(performance.now() - started).toBeGreaterThan(200);
  });

  it("keeps many streams apart", async () => {
    const names = Array.from({ length: 50 }, (_, index) => `answer-${index} `.repeat(50));
    await using other = await createSimulator({
      script: names.map(() => ({ headers, body }) => ({
        text: `${headers["x-n"]}:${JSON.stringify(body).length > 0}`,
      })),
    });
    const answers = await Promise.all(
      names.map(async (_, index) => (await post(other, {}, { headers: { "x-n": `${index}` } })).json()),
    );
    expect(
      answers.map((answer) => (answer as { choices: [{ message: { content: string } }] }).choices[0].message.content),
    ).toEqual(names.map((_, index) => `${index}:true`));
  });
});

describe("a whole answer", () => {
  it("has text, calls, finish and usage", async () => {
    simulator.script(twoCalls);
    const response = await post(simulator);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toEqual({
      id: "chatcmpl-simulator-1",
      object: "chat.completion",
      created: expect.any(Number),
      model: "simulator",
      choices: [
        {
          index: 0,
          message: {
            role: "assistant",
            content: "Let me look.",
            tool_calls: [
              { id: "call_1", type: "function", function: { name: "list_files", arguments: '{"path":"src"}' } },
              { id: "mine", type: "function", function: { name: "read_file", arguments: '{"path":"é"}' } },
            ],
          },
          logprobs: null,
          finish_reason: "tool_calls",
        },
      ],
      // "hello"; "Let me look.", two names, two texts of arguments.
      usage: {
        prompt_tokens: 2,
        completion_tokens: 15,
        total_tokens: 17,
        prompt_tokens_details: { cached_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 0 },
      },
    });
  });

  it("has no content where there are only calls", async () => {
    simulator.script({ toolCalls: [{ name: "now" }] });
    const { message } = (await ask(simulator)).choices[0];
    expect(message.content).toBeNull();
    expect(message.tool_calls?.[0]?.function.arguments).toBe("{}");
  });
});

describe("usage", () => {
  it("counts tools and history, and what was sent before as cached", async () => {
    simulator.script({ reasoning: "abcdefgh", text: "abcd" });
    const answer = await ask(simulator, {
      messages: [
        { role: "system", content: "x".repeat(40) },
        {
          role: "user",
          content: [
            { type: "text", text: "y".repeat(20) },
            { type: "image_url", image_url: { url: "data:," } },
          ],
        },
        { role: "assistant", content: "z".repeat(8) },
        { role: "user", content: "w".repeat(4) },
      ],
    });
    expect(answer.usage).toEqual({
      prompt_tokens: (40 + 20 + 340 + 8 + 4) / 4,
      completion_tokens: 3,
      total_tokens: 106,
      prompt_tokens_details: { cached_tokens: 100 },
      completion_tokens_details: { reasoning_tokens: 2 },
    });
  });

  it("numbers the calls on from those of the history", async () => {
    simulator.script({ toolCalls: [{ name: "f" }, { name: "f" }] });
    const past = { id: "call_2", type: "function", function: { name: "f", arguments: "{}" } };
    const answer = await ask(simulator, {
      messages: [
        { role: "user", content: "go" },
        { role: "assistant", content: null, tool_calls: [past] },
        { role: "tool", tool_call_id: "call_2", content: "done" },
      ],
    });
    expect(answer.choices[0].message.tool_calls?.map(({ id }) => id)).toEqual(["call_3", "call_4"]);
  });
});
