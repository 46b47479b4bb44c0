import {
  type AssistantMessage,
  type Cost,
  type FinishReason,
  type Message,
  type ModelEvent,
  type ModelRequest,
  type RunEvent,
  type RunOptions,
  run,
  type Tool,
  type ToolResultPart,
  type Usage,
} from "@waygate/core";
import { GatewayError } from "@waygate/core/plugin";
import { expectValidHistory } from "@waygate/valid-history";
import { describe, expect, it } from "vitest";
import {
  answering,
  call,
  collect,
  type Delivery,
  failureOf,
  finish,
  opened,
  streaming,
  text,
  usageOf,
} from "./fake-gateway.ts";
import { anyObject } from "./schema.ts";

/** Of a step of which nothing was reported. */
const unknown = { usage: undefined, cost: undefined, costs: [] };
/** Nothing was reported. */
const none: Usage = { input: {}, output: {} };
const hello: Message = { role: "user", content: [{ type: "text", text: "Hello" }] };
const said = (words: string): AssistantMessage => ({ role: "assistant", content: [{ type: "text", text: words }] });
const called = (id: string, name: string, args = "{}") =>
  ({ type: "tool-call", id, name, arguments: args, status: "ok" }) as const;
const resulting = (id: string, name: string, words: string): ToolResultPart => ({
  type: "tool-result",
  id,
  name,
  content: [{ type: "text", text: words }],
  isError: false,
});

/** Says its name and what it was given. */
const echo: Tool = {
  name: "echo",
  description: "Says it again.",
  parameters: { type: "object" },
  execute: (args: object) => JSON.stringify(args),
};

const usage = (input: number, output: number, cost?: Cost): ModelEvent => ({
  type: "usage",
  usage: usageOf(input, output),
  ...(cost && { cost }),
});
const usd = (amount: number, source: Cost["source"] = "billed"): Cost => ({ amount, currency: "USD", source });

/** A run with the parts that are the same in most tests filled in. */
function start(deliveries: readonly (readonly Delivery[])[], options: Partial<RunOptions> = {}) {
  const gateway = answering(...deliveries);
  return { gateway, running: run({ gateway, model: "small", messages: [hello], ...options }) };
}

describe("a run", () => {
  it("of one answer tells what the model says, and how it ended", async () => {
    const answer: ModelEvent[] = [
      { type: "response-start", id: "r1", model: "small-1", upstream: "beta" },
      { type: "reasoning-delta", text: "Hm" },
      { type: "reasoning-end", state: "sealed" },
      text("Hel"),
      text("lo"),
      usage(3, 2, usd(0.5)),
      { type: "finish", reason: "stop", raw: "end_turn" },
    ];
    const { running, gateway } = start([[answer.slice(0, 4), ...answer.slice(4)]]);
    const message: AssistantMessage = {
      role: "assistant",
      content: [
        {
          type: "reasoning",
          text: "Hm",
          state: { origin: { gateway: "fake", model: "small", upstream: "beta" }, data: "sealed" },
        },
        { type: "text", text: "Hello" },
      ],
    };
    expect(gateway.requests).toEqual([]);
    expect(await collect(running)).toEqual([
      { type: "step-start", step: 1 },
      ...answer,
      { type: "step-end", step: 1, message, results: [], usage: usageOf(3, 2), cost: usd(0.5), costs: [usd(0.5)] },
      { type: "run-end", reason: "stop", steps: 1, usage: usageOf(3, 2), cost: usd(0.5), costs: [usd(0.5)] },
    ]);
    expect([running.messages, running.usage, running.cost]).toEqual([[hello, message], usageOf(3, 2), usd(0.5)]);
    expect(await running.result()).toEqual({
      reason: "stop",
      text: "Hello",
      messages: [hello, message],
      steps: 1,
      usage: usageOf(3, 2),
      cost: usd(0.5),
      costs: [usd(0.5)],
    });
  });

  it("of several steps carries out calls, and asks again with their results", async () => {
    const first = [
      text("Let me see."),
      ...call("1", "echo", { a: 1 }),
      ...call("2", "echo", { b: 2 }),
      finish("tool-calls"),
    ];
    const { running, gateway } = start([first, [call("3", "echo"), finish("tool-calls")], [text("Done."), finish()]], {
      tools: [echo],
    });
    const events = await collect(running);
    const messages: Message[] = [
      hello,
      {
        role: "assistant",
        content: [
          { type: "text", text: "Let me see." },
          called("1", "echo", '{"a":1}'),
          called("2", "echo", '{"b":2}'),
        ],
      },
      { role: "tool", content: [resulting("1", "echo", '{"a":1}'), resulting("2", "echo", '{"b":2}')] },
      { role: "assistant", content: [called("3", "echo")] },
      { role: "tool", content: [resulting("3", "echo", "{}")] },
      said("Done."),
    ];
    expect(running.messages).toEqual(messages);
    expectValidHistory(running.messages);
    expect(gateway.requests.map((request) => request.messages)).toEqual([
      messages.slice(0, 1),
      messages.slice(0, 3),
      messages.slice(0, 5),
    ]);
    expect(events.filter((event) => /^(step|run)-/.test(event.type))).toEqual([
      { type: "step-start", step: 1 },
      { type: "step-end", step: 1, message: messages[1], results: messages[2]?.content, ...unknown },
      { type: "step-start", step: 2 },
      { type: "step-end", step: 2, message: messages[3], results: messages[4]?.content, ...unknown },
      { type: "step-start", step: 3 },
      { type: "step-end", step: 3, message: messages[5], results: [], ...unknown },
      { type: "run-end", reason: "stop", steps: 3, usage: none, cost: undefined, costs: [] },
    ]);
    expect(await running.result()).toEqual({
      reason: "stop",
      text: "Done.",
      messages,
      steps: 3,
      usage: none,
      cost: undefined,
      costs: [],
    });
  });

  it("takes messages of plain text, and does not touch what it was given", async () => {
    const messages = Object.freeze([
      Object.freeze({ role: "system", content: "Be brief." } as const),
      Object.freeze({ role: "user", content: "Hello" } as const),
      Object.freeze({ role: "assistant", content: "Yes?" } as const),
      hello,
    ]);
    const { running, gateway } = start([[text("Hello"), finish()]], { messages });
    await running.result();
    const spelt: Message[] = [
      { role: "system", content: [{ type: "text", text: "Be brief." }] },
      hello,
      said("Yes?"),
      hello,
    ];
    expect(gateway.requests[0]?.messages).toEqual(spelt);
    expect(running.messages).toEqual([...spelt, said("Hello")]);
    expect(messages).toHaveLength(4);
  });

  it("asks the gateway for all that it was asked, unchanged", async () => {
    const asked = {
      model: "large",
      toolChoice: { tool: "echo" },
      parallelToolCalls: false,
      reasoning: { budgetTokens: 512 },
      temperature: 0,
      topP: 0.5,
      stopSequences: ["\n\n"],
      maxOutputTokens: 99,
      responseFormat: { type: "json-schema", name: "answer", schema: { type: "object" } },
      cache: "auto",
      sessionId: "s1",
      gatewayOptions: { tier: "fast" },
      deadlines: { queueMs: 5000, contentMs: 6000, connectMs: 1, headersMs: 2, firstByteMs: 3, idleMs: 4 },
    } as const;
    const requests: unknown[] = [];
    const gateway = streaming(
      async function* (request) {
        const { signal, ...rest } = request;
        requests.push(rest);
        yield [text(JSON.stringify({ aborted: signal.aborted })), finish()];
      },
      { gatewayOptions: anyObject },
    );
    const result = await run({ gateway, messages: [hello], tools: [echo], ...asked }).result();
    const tools = [{ name: "echo", description: "Says it again.", parameters: { type: "object" } }];
    expect(requests).toEqual([{ ...asked, messages: [hello], tools }]);
    expect(result.output).toEqual({ aborted: false });
  });

  it("shows the gateway no settings of its own", async () => {
    const { running, gateway } = start([[finish()]], { maxSteps: 3, maxParallelTools: 2, tools: [echo] });
    await running.result();
    expect(Object.keys(gateway.requests[0] ?? {}).sort()).toEqual([
      "deadlines",
      "gatewayOptions",
      "messages",
      "model",
      "signal",
      "tools",
    ]);
  });

  it.each([
    ["maxSteps", 0],
    ["maxSteps", 1.5],
    ["maxSteps", Number.NaN],
    ["maxSteps", Number.POSITIVE_INFINITY],
    ["maxParallelTools", 0],
    ["maxParallelTools", -1],
  ])("refuses %s of %d at once", (option, value) => {
    expect(() => start([[finish()]], { [option]: value })).toThrow(
      new TypeError(`run: "${option}" must be a whole number above 0, not ${value}.`),
    );
  });

  it("refuses two tools of one name at once", () => {
    expect(() => start([[finish()]], { tools: [{ ...echo, name: "other" }, echo, { ...echo }] })).toThrow(
      new TypeError('Two tools are named "echo": a model could not tell them apart.'),
    );
  });

  it("tells what the guard changed in the history before all else", async () => {
    const state = { origin: { gateway: "other", model: "small" }, data: "sealed" };
    const messages: Message[] = [
      hello,
      { role: "assistant", content: [{ type: "reasoning", text: "Hm", state }] },
      hello,
    ];
    const { running } = start([[text("a"), finish()]], { messages });
    const events = await collect(running);
    expect(events.slice(0, 3)).toEqual([
      { type: "step-start", step: 1 },
      expect.objectContaining({ type: "notice", code: "foreign-state-dropped" }),
      text("a"),
    ]);
    expect(running.messages).toEqual([...messages, said("a")]);
  });
});

describe("the end of a run", () => {
  const reasons: FinishReason[] = [
    "stop",
    "length",
    "content-filter",
    "guardrail",
    "refusal",
    "context-overflow",
    "bored" as FinishReason,
  ];

  it.each(reasons)("is the answer's own without calls: %s", async (reason) => {
    const result = await start([[text("a"), finish(reason)]]).running.result();
    expect([result.reason, result.steps, result.text]).toEqual([reason, 1, "a"]);
  });

  it("is stop where a service says tool-calls and makes none", async () => {
    const { running } = start([[text("a"), finish("tool-calls")]]);
    expect((await running.result()).reason).toBe("stop");
  });

  it("is not yet come where a service says stop, and makes calls", async () => {
    const { running } = start(
      [
        [call("1", "echo"), finish("stop")],
        [text("b"), finish()],
      ],
      { tools: [echo] },
    );
    const { reason, steps, text: last } = await running.result();
    expect([reason, steps, last]).toEqual(["stop", 2, "b"]);
  });

  const cut: ModelEvent[] = [
    { type: "tool-call-start", id: "2", name: "echo" },
    { type: "tool-call-end", id: "2", arguments: '{"a', complete: false },
  ];
  const refused = (id: string, words: string): ToolResultPart => ({
    ...resulting(id, "echo", words),
    isError: true,
  });

  it("is not yet come after length, where calls were made: the whole ones are carried out", async () => {
    const { running } = start(
      [
        [call("1", "echo"), cut, finish("length")],
        [text("b"), finish()],
      ],
      { tools: [echo] },
    );
    expect((await running.result()).steps).toBe(2);
    expect(running.messages[2]?.content).toEqual([
      resulting("1", "echo", "{}"),
      refused("2", "This call was cut off before its arguments were complete, so it was not carried out."),
    ]);
  });

  it.each(["content-filter", "guardrail", "refusal", "context-overflow"] as const)(
    "comes after %s, and no call is acted upon",
    async (reason) => {
      let carriedOut = 0;
      const tool: Tool = { ...echo, execute: () => ++carriedOut };
      const { running } = start([[call("1", "echo"), cut, finish(reason)]], { tools: [tool] });
      expect((await running.result()).reason).toBe(reason);
      expect(carriedOut).toBe(0);
      const words = `The answer was ended (${reason}), so this call was not carried out.`;
      expect(running.messages[2]?.content).toEqual([refused("1", words), refused("2", words)]);
    },
  );

  it.each<[FinishReason, number]>([
    ["stop", 2],
    ["tool-calls", 2],
    ["length", 2],
    ["content-filter", 1],
    ["guardrail", 1],
    ["refusal", 1],
    ["context-overflow", 1],
  ])("after %s with no whole call comes at step %i", async (reason, steps) => {
    const cut: ModelEvent[] = [
      { type: "tool-call-start", id: "1", name: "echo" },
      { type: "tool-call-end", id: "1", arguments: '{"a', complete: false },
    ];
    const { running } = start([[cut, finish(reason)], [finish("stop")]], { tools: [echo] });
    const result = await running.result();
    expect([result.steps, result.reason]).toEqual([steps, steps === 2 ? "stop" : reason]);
    expectValidHistory(running.messages);
  });

  it("comes at maxSteps, with the last calls answered", async () => {
    const { running, gateway } = start([[call("1", "echo"), finish("tool-calls")]], { tools: [echo], maxSteps: 2 });
    const result = await running.result();
    expect([result.reason, result.steps, gateway.requests.length]).toEqual(["max-steps", 2, 2]);
    expectValidHistory(running.messages);
    // The service numbers its calls anew in each answer: the second one gets an id of its own.
    expect(running.messages.at(-1)).toEqual({ role: "tool", content: [resulting("1_2", "echo", "{}")] });
  });

  it("comes after 50 steps where nothing else is said", async () => {
    const result = await start([[call("1", "echo"), finish("tool-calls")]], { tools: [echo] }).running.result();
    expect([result.reason, result.steps]).toEqual(["max-steps", 50]);
  });

  it("is the answer's own where it needs no further step at maxSteps", async () => {
    expect((await start([[text("a"), finish()]], { maxSteps: 1 }).running.result()).reason).toBe("stop");
  });

  it("adds nothing to the history where the last answer is empty, and has no text then", async () => {
    const messages = [hello, said("Earlier"), hello];
    const { running } = start([[usage(1, 0), finish()]], { messages });
    expect(await running.result()).toEqual({
      reason: "stop",
      text: "",
      messages,
      steps: 1,
      usage: usageOf(1, 0),
      cost: undefined,
      costs: [],
    });
    const tools = start([[text("a"), ...call("1", "echo"), finish()], [finish()]], { tools: [echo] }).running;
    expect((await tools.result()).text).toBe("");
  });

  it("has the text of the last answer at maxSteps too", async () => {
    const { running } = start([[text("a"), ...call("1", "echo"), text("b"), finish()]], { tools: [echo], maxSteps: 1 });
    expect((await running.result()).text).toBe("ab");
  });
});

describe("usage and cost", () => {
  it("are added up over the steps; within a step the last report counts", async () => {
    const detailed: ModelEvent = {
      type: "usage",
      usage: { input: { total: 10, cacheRead: 4, cacheWrite: 2 }, output: { total: 5, reasoning: 3 } },
      cost: usd(0.25),
    };
    const { running } = start(
      [
        [usage(7, 7, usd(9)), detailed, call("1", "echo"), finish()],
        [call("2", "echo"), finish()],
        [usage(1, 1), detailed, finish()],
      ],
      { tools: [echo] },
    );
    const total = { input: { total: 20, cacheRead: 8, cacheWrite: 4 }, output: { total: 10, reasoning: 6 } };
    const seen: (Usage | undefined)[] = [];
    for await (const event of running) if (event.type === "step-end") seen.push(event.usage);
    const step = detailed.type === "usage" ? detailed.usage : undefined;
    expect(seen).toEqual([step, undefined, step]);
    expect([running.usage, running.cost]).toEqual([total, usd(0.5)]);
  });

  it.each<[string, (Cost | undefined)[], Cost | undefined]>([
    ["unknown where none is known", [undefined, undefined], undefined],
    ["what is known of it", [undefined, usd(1)], usd(1)],
    ["estimated where a part is", [usd(1), usd(2, "estimated")], usd(3, "estimated")],
    ["estimated where a part is", [usd(1, "estimated"), usd(2)], usd(3, "estimated")],
  ])("of a run is %s", async (_name, costs, expected) => {
    const answers = costs.map((cost, index) => [usage(1, 1, cost), ...call(`${index}`, "echo"), finish()]);
    const { running } = start([...answers, [finish()]], { tools: [echo] });
    expect((await running.result()).cost).toEqual(expected);
  });

  it("in different currencies are never added together", async () => {
    const eur = (amount: number): Cost => ({ ...usd(amount), currency: "EUR" });
    const costs = [usd(1), eur(2), usd(4), eur(0.5)];
    const answers = costs.map((cost, index) => [usage(1, 1, cost), ...call(`${index}`, "echo"), finish()]);
    const { running } = start([...answers, [finish()]], { tools: [echo] });
    const result = await running.result();
    expect([result.cost, result.costs]).toEqual([undefined, [usd(5), eur(2.5)]]);
    expect([running.cost, running.costs]).toEqual([undefined, result.costs]);
  });

  it("have the counts that any step has: what is not reported is not zero", async () => {
    const reports: Usage[] = [
      { input: { total: 5 }, output: {} },
      { input: { total: 1, cacheRead: 1 }, output: { total: 2 }, details: { audio_tokens: 7 } },
    ];
    const answers = reports.map((report, index) => [
      { type: "usage", usage: report } as const,
      ...call(`${index}`, "echo"),
      finish(),
    ]);
    const { running } = start([...answers, [finish()]], { tools: [echo] });
    const seen: (Usage | undefined)[] = [];
    for await (const event of running) if (event.type === "step-end") seen.push(event.usage);
    expect(seen).toEqual([...reports, undefined]);
    expect(running.usage).toEqual({ input: { total: 6, cacheRead: 1 }, output: { total: 2 } });
    expect(Object.keys(running.usage.input)).toEqual(["total", "cacheRead"]);
  });

  it("are there while the run goes on", async () => {
    const { running } = start([[usage(1, 2, usd(1)), call("1", "echo"), finish()], [finish()]], { tools: [echo] });
    expect([running.usage, running.cost]).toEqual([none, undefined]);
    for await (const event of running) {
      if (event.type === "step-end") expect([running.usage, running.cost]).toEqual([usageOf(1, 2), usd(1)]);
    }
  });
});

describe("a gateway that fails", () => {
  const broken = new GatewayError("Cut.", { gateway: "fake", code: "connection" });
  const failing = () =>
    streaming(async function* () {
      yield [text("a"), usage(1, 1)];
      yield [
        { type: "tool-call-start", id: "1", name: "echo" },
        { type: "tool-call-delta", id: "1", text: '{"a' },
      ];
      throw broken;
    });

  it("ends the run with its error, which holds what was said; the history keeps it, and is valid", async () => {
    const running = run({ gateway: failing(), model: "small", messages: [hello], tools: [echo] });
    const events: RunEvent[] = [];
    const error = await failureOf(
      (async () => {
        for await (const event of running) events.push(event);
      })(),
    );
    const partial: AssistantMessage = {
      role: "assistant",
      content: [
        { type: "text", text: "a" },
        { type: "tool-call", id: "1", name: "echo", arguments: '{"a', status: "truncated" },
      ],
    };
    expect(error).toBe(broken);
    expect(broken.partial).toEqual(partial);
    expect(events.map((event) => event.type)).toEqual([
      "step-start",
      "text-delta",
      "usage",
      "tool-call-start",
      "tool-call-delta",
    ]);
    expect(running.messages.slice(0, 2)).toEqual([hello, partial]);
    expect(running.usage).toEqual(usageOf(1, 1));
    expectValidHistory(running.messages);
    expect(await failureOf(running.result())).toBe(broken);
    expect(await failureOf(running.result())).toBe(broken);
  });

  it("at once, and not by a promise, as an iterator that a program put around it may, ends the run like any other", async () => {
    const gateway = answering([[text("a")], [text("b"), finish()]]);
    const around = (source: AsyncIterator<readonly ModelEvent[]>) => {
      let asked = 0;
      return {
        next() {
          if (++asked > 1) throw broken;
          return source.next();
        },
      };
    };
    const stream = (request: ModelRequest) => ({
      [Symbol.asyncIterator]: () => around(gateway.stream(request)[Symbol.asyncIterator]()),
    });
    const running = run({ gateway: { ...gateway, stream }, model: "small", messages: [hello] });
    expect(await failureOf(collect(running))).toBe(broken);
    expect(running.messages).toEqual([hello, said("a")]);
    expect(await failureOf(running.result())).toBe(broken);
  });

  it("fails result() in the same way where nobody iterates", async () => {
    const running = run({ gateway: failing(), model: "small", messages: [hello] });
    expect(await failureOf(running.result())).toBe(broken);
    expect(await failureOf(running.result())).toBe(broken);
  });

  it("is done with afterwards", async () => {
    const running = run({ gateway: failing(), model: "small", messages: [hello] });
    const events = running[Symbol.asyncIterator]();
    await failureOf(collect({ [Symbol.asyncIterator]: () => events }));
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  it("keeps the steps before, and stops tools that were at work", async () => {
    const aborted: unknown[] = [];
    const watching: Tool = {
      ...echo,
      name: "watch",
      readOnly: true,
      execute: (_args, { signal }) =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () => resolve(aborted.push(signal.aborted)));
        }),
    };
    let step = 0;
    const gateway = streaming(async function* () {
      if (++step === 1) yield [...call("1", "echo"), finish()];
      else {
        yield call("2", "watch");
        throw broken;
      }
    });
    const running = run({ gateway, model: "small", messages: [hello], tools: [echo, watching] });
    expect(await failureOf(running.result())).toBe(broken);
    expect(aborted).toEqual([true]);
    expect(running.messages).toHaveLength(5);
    expectValidHistory(running.messages);
  });

  it("stops tools that were at work where it goes on after its finish", async () => {
    const aborted: boolean[] = [];
    const watching: Tool = {
      ...echo,
      readOnly: true,
      execute: (_args, { signal }) =>
        new Promise(() => {
          signal.addEventListener("abort", () => aborted.push(signal.aborted));
        }),
    };
    const { running } = start([[[...call("1", "echo"), finish()], text("a")]], { tools: [watching] });
    expect(await failureOf(running.result())).toEqual(expect.objectContaining({ code: "protocol" }));
    expect(aborted).toEqual([true]);
    expectValidHistory(running.messages);
  });

  it("refuses before it is asked what it cannot do, and the history stays as it was", async () => {
    const gateway = opened(answering([finish()]), {
      capabilities: {
        tools: false,
        toolChoice: false,
        images: false,
        files: false,
        reasoning: false,
        structuredOutput: false,
      },
    });
    const running = run({ gateway, model: "small", messages: [hello], tools: [echo] });
    expect(await failureOf(running.result())).toEqual(expect.objectContaining({ code: "unsupported" }));
    expect(running.messages).toEqual([hello]);
  });
});

describe("iterating", () => {
  it("can be done once", async () => {
    const { running } = start([[text("a"), finish()]]);
    const once = new TypeError("A run can be iterated once: keep its events, or start another run.");
    await collect(running);
    expect(() => running[Symbol.asyncIterator]()).toThrow(once);
    const { running: other } = start([[text("a"), finish()]]);
    await other.result();
    expect(() => other[Symbol.asyncIterator]()).toThrow(once);
  });

  it("and awaiting the result go together", async () => {
    const { running, gateway } = start([[text("a"), finish()]]);
    const events = collect(running);
    const results = Promise.all([running.result(), running.result()]);
    expect((await events).map((event) => event.type)).toEqual([
      "step-start",
      "text-delta",
      "finish",
      "step-end",
      "run-end",
    ]);
    expect((await results).map((result) => result.text)).toEqual(["a", "a"]);
    expect(gateway.requests).toHaveLength(1);
  });

  it("is not needed for results, asked for as often as one likes", async () => {
    const { running, gateway } = start([[text("a"), finish()]]);
    const [one, two] = await Promise.all([running.result(), running.result()]);
    expect(one).toEqual(two);
    expect(await running.result()).toEqual(one);
    expect(gateway.requests).toHaveLength(1);
  });

  it("hands out every event, in order, to readers who do not wait for each other", async () => {
    const { running } = start([[[text("a"), text("b")], text("c"), [text("d"), text("e"), finish()]]]);
    const expected = ["step-start", "a", "b", "c", "d", "e", "finish", "step-end", "run-end", undefined, undefined];
    const events = running[Symbol.asyncIterator]();
    const read = await Promise.all(expected.map(() => events.next()));
    expect(read.map(({ value }) => (value?.type === "text-delta" ? value.text : value?.type))).toEqual(expected);
    expect(read.map(({ done }) => done)).toEqual([...Array(9).fill(false), true, true]);
  });

  it("gives nothing more once it was ended", async () => {
    const { running } = start([[[text("a"), text("b"), text("c"), finish()]]]);
    const events = running[Symbol.asyncIterator]();
    await events.next();
    await events.next();
    expect(await events.return?.()).toEqual({ done: true, value: undefined });
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  it("lets the gateway's events through as they are", async () => {
    const batch = Object.freeze([Object.freeze(text("a")), Object.freeze(finish())]);
    const { running } = start([[batch]]);
    const events = await collect(running);
    expect(events[1]).toBe(batch[0]);
    expect(events[2]).toBe(batch[1]);
  });

  it("asks the gateway for a delivery only when the one before is used up", async () => {
    const delivered: string[] = [];
    const gateway = streaming(async function* () {
      for (const words of ["a", "b", "c"]) {
        delivered.push(words);
        yield [text(words), text(words)];
      }
      yield finish();
    });
    const seen: string[] = [];
    for await (const event of run({ gateway, model: "small", messages: [hello] })) {
      if (event.type !== "text-delta") continue;
      seen.push(event.text);
      await new Promise(setImmediate);
      expect(delivered.length).toBe(Math.ceil(seen.length / 2));
    }
    expect(delivered).toEqual(["a", "b", "c"]);
  });
});
