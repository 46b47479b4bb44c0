import { getEventListeners } from "node:events";
import { type ErrorCode, type Message, type RunEvent, type RunOptions, run, type Tool } from "@waygate/core";
import { GatewayError } from "@waygate/core/plugin";
import { expectValidHistory } from "@waygate/valid-history";
import { describe, expect, it } from "vitest";
import { call, collect, type Delivery, failureOf, finish, streaming, text, usageOf } from "./fake-gateway.ts";

const hello = { role: "user", content: "Hello" } as const;
/** Retries at once, so that no test waits. */
const retry = { baseDelayMs: 0, maxDelayMs: 0 } as const;

function failing(code: ErrorCode, more: { retryAfterMs?: number; status?: number } = {}): GatewayError {
  return new GatewayError(`It failed: ${code}.`, { gateway: "fake", code, ...more });
}

/** A gateway whose streams go one after another through what is listed; an error in it is thrown there. */
function acting(id: string, ...streams: readonly (readonly (Delivery | GatewayError)[])[]) {
  let asked = 0;
  const models: string[] = [];
  const histories: (readonly Message[])[] = [];
  const gateway = streaming(
    async function* ({ model, messages }) {
      models.push(model);
      histories.push(messages);
      for (const part of streams[asked++] ?? streams.at(-1) ?? []) {
        if (part instanceof GatewayError) throw part;
        yield part as Delivery;
      }
    },
    { id },
  );
  return Object.assign(gateway, { asked: () => asked, models, histories });
}

const start = { type: "response-start", id: "1", model: "small" } as const;

async function events(
  options: RunOptions,
): Promise<{ events: RunEvent[]; messages: readonly Message[]; error: unknown }> {
  const running = run(options);
  const all: RunEvent[] = [];
  let error: unknown;
  try {
    for await (const event of running) all.push(event);
  } catch (thrown) {
    error = thrown;
  }
  expectValidHistory(running.messages);
  return { events: all, messages: running.messages, error };
}

const kinds = (all: readonly RunEvent[]) => all.map((event) => event.type);

describe("a failure before the first word", () => {
  it("is retried, and what the failed attempt had announced is not passed on", async () => {
    const gateway = acting(
      "fake",
      [start, failing("overloaded", { status: 529 })],
      [failing("rate-limited")],
      [start, text("Hi"), finish()],
    );
    const { events: all } = await events({ gateway, model: "small", messages: [hello], retry });
    expect(kinds(all)).toEqual([
      "step-start",
      "retry",
      "retry",
      "response-start",
      "text-delta",
      "finish",
      "step-end",
      "run-end",
    ]);
    expect(all[1]).toEqual({
      type: "retry",
      attempt: 1,
      delayMs: 0,
      error: {
        gateway: "fake",
        code: "overloaded",
        message: "It failed: overloaded.",
        status: 529,
        upstream: undefined,
        phase: undefined,
      },
    });
    expect(all[2]).toMatchObject({ attempt: 2, error: { code: "rate-limited" } });
  });

  it("is final after the last attempt", async () => {
    const gateway = acting("fake", [failing("overloaded")]);
    const { events: all, error } = await events({
      gateway,
      model: "small",
      messages: [hello],
      retry: { ...retry, maxAttempts: 3 },
    });
    expect(gateway.asked()).toBe(3);
    expect(kinds(all)).toEqual(["step-start", "retry", "retry"]);
    expect(error).toMatchObject({ code: "overloaded", partial: { content: [] } });
  });

  it.each([
    ["of a kind that stays", "invalid-request", retry],
    ["where retrying is off", "overloaded", false],
  ] as const)("is final at once %s", async (_title, code, policy) => {
    const gateway = acting("fake", [failing(code)]);
    const { error } = await events({ gateway, model: "small", messages: [hello], retry: policy });
    expect(gateway.asked()).toBe(1);
    expect(error).toMatchObject({ code });
  });

  it("waits as long as the service asks, and not where it asks for too much", async () => {
    const patient = acting("fake", [failing("rate-limited", { retryAfterMs: 20 })], [text("Hi"), finish()]);
    const { events: all } = await events({ gateway: patient, model: "small", messages: [hello], retry });
    expect(all[1]).toMatchObject({ type: "retry", delayMs: 20 });
    const greedy = acting("fake", [failing("rate-limited", { retryAfterMs: 120_000 })]);
    const { error } = await events({ gateway: greedy, model: "small", messages: [hello], retry });
    expect(greedy.asked()).toBe(1);
    expect(error).toMatchObject({ code: "rate-limited", retryAfterMs: 120_000 });
  });

  it("waits longer each time, between half and all of it", async () => {
    const gateway = acting("fake", [failing("overloaded")]);
    const policy = { maxAttempts: 5, baseDelayMs: 4, maxDelayMs: 10 };
    const { events: all } = await events({ gateway, model: "small", messages: [hello], retry: policy });
    const delays = all.flatMap((event) => (event.type === "retry" ? [event.delayMs] : []));
    [4, 8, 10, 10].forEach((longest, index) => {
      expect(delays[index]).toBeGreaterThanOrEqual(longest / 2);
      expect(delays[index]).toBeLessThanOrEqual(longest);
    });
  });

  it("ends its wait when the run is aborted, and leaves nothing behind", async () => {
    const gateway = acting("fake", [failing("overloaded")]);
    const controller = new AbortController();
    const policy = { baseDelayMs: 1_000_000, maxDelayMs: 1_000_000 };
    const running = run({ gateway, model: "small", messages: [hello], retry: policy, signal: controller.signal });
    const reason = new Error("enough");
    const ended = failureOf(
      (async () => {
        for await (const event of running) if (event.type === "retry") setTimeout(() => controller.abort(reason), 5);
      })(),
    );
    expect(await ended).toBe(reason);
    expect(gateway.asked()).toBe(1);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });
});

describe("a failure in the middle of an answer", () => {
  const broken = [text("One, "), failing("connection")];

  it("is thrown, with what was said", async () => {
    const gateway = acting("fake", broken);
    const { error, messages } = await events({ gateway, model: "small", messages: [hello], retry });
    expect(gateway.asked()).toBe(1);
    expect(error).toMatchObject({ code: "connection", partial: { content: [{ type: "text", text: "One, " }] } });
    expect(messages.at(-1)).toEqual({ role: "assistant", content: [{ type: "text", text: "One, " }] });
  });

  it("may be gone on from, with what was said kept", async () => {
    const gateway = acting("fake", broken, [text("two."), finish()]);
    const { events: all, messages } = await events({
      gateway,
      model: "small",
      messages: [hello],
      retry,
      onInterrupted: "continue",
    });
    expect(kinds(all)).toEqual([
      "step-start",
      "text-delta",
      "step-end",
      "retry",
      "step-start",
      "text-delta",
      "finish",
      "step-end",
      "run-end",
    ]);
    expect(messages.slice(1)).toEqual([
      { role: "assistant", content: [{ type: "text", text: "One, " }] },
      { role: "user", content: [{ type: "text", text: "Your answer broke off. Go on exactly where it stopped." }] },
      { role: "assistant", content: [{ type: "text", text: "two." }] },
    ]);
  });

  it("keeps the results of tools that were done, and carries none out twice", async () => {
    let carriedOut = 0;
    const tool: Tool = {
      name: "look",
      description: "",
      parameters: { type: "object" },
      readOnly: true,
      execute: () => ++carriedOut,
    };
    const gateway = acting("fake", [...call("1", "look"), failing("server-error")], [text("Done."), finish()]);
    const { messages } = await events({
      gateway,
      model: "small",
      messages: [hello],
      tools: [tool],
      retry,
      onInterrupted: "continue",
    });
    expect(carriedOut).toBe(1);
    // With a result to go on with, the model needs no asking.
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "assistant"]);
  });

  it("is final when it happens too often in a row", async () => {
    const gateway = acting("fake", broken);
    const policy = { ...retry, maxAttempts: 3 };
    const { error, messages } = await events({
      gateway,
      model: "small",
      messages: [hello],
      retry: policy,
      onInterrupted: "continue",
    });
    expect(gateway.asked()).toBe(3);
    expect(error).toMatchObject({ code: "connection" });
    expect(messages.filter(({ role }) => role === "assistant")).toHaveLength(3);
  });
});

describe("a fallback", () => {
  it("is asked where the model fails, after its retries, and stays for the steps to come", async () => {
    const tool: Tool = { name: "look", description: "", parameters: { type: "object" }, execute: () => "seen" };
    const first = acting("first", [failing("overloaded")]);
    const second = acting("second", [...call("1", "look"), finish("tool-calls")], [text("Done."), finish()]);
    const { events: all } = await events({
      gateway: first,
      model: "large",
      messages: [hello],
      tools: [tool],
      fallbacks: [{ gateway: second, model: "small" }],
      retry: { ...retry, maxAttempts: 2 },
    });
    expect([first.asked(), second.asked()]).toEqual([2, 2]);
    expect(second.models).toEqual(["small", "small"]);
    expect(all.find((event) => event.type === "failover")).toEqual({
      type: "failover",
      from: { gateway: "first", model: "large" },
      to: { gateway: "second", model: "small" },
      error: expect.objectContaining({ code: "overloaded" }),
    });
  });

  it.each([
    ["invalid-request", undefined, 0],
    ["context-overflow", undefined, 0],
    ["context-overflow", ["context-overflow"], 1],
    ["authentication", undefined, 1],
    ["model-not-found", undefined, 1],
    ["model-not-found", ["overloaded"], 0],
  ] as const)("is asked on %s where %j are passed on: %i", async (code, failoverOn, times) => {
    const first = acting("first", [failing(code)]);
    const second = acting("second", [text("Hi"), finish()]);
    const options = {
      gateway: first,
      model: "large",
      messages: [hello],
      fallbacks: [{ gateway: second, model: "small" }],
      retry,
    };
    const { error } = await events({ ...options, failoverOn });
    expect(second.asked()).toBe(times);
    if (times === 0) expect(error).toMatchObject({ code });
  });

  it("is not asked once anything was said", async () => {
    const first = acting("first", [text("One"), failing("overloaded")]);
    const second = acting("second", [text("Hi"), finish()]);
    const { error } = await events({
      gateway: first,
      model: "large",
      messages: [hello],
      fallbacks: [{ gateway: second, model: "small" }],
      retry,
    });
    expect(second.asked()).toBe(0);
    expect(error).toMatchObject({ code: "overloaded" });
  });

  it("gets the history without what only the first could read, and tags what it says itself", async () => {
    const state = { type: "reasoning-end", state: { signature: "s" } } as const;
    const first = acting("first", [state, ...call("1", "look"), finish("tool-calls")], [failing("overloaded")]);
    const second = acting("second", [state, text("Done."), finish()]);
    const tool: Tool = { name: "look", description: "", parameters: { type: "object" }, execute: () => "seen" };
    const { messages } = await events({
      gateway: first,
      model: "large",
      messages: [hello],
      tools: [tool],
      fallbacks: [{ gateway: second, model: "small" }],
      retry: false,
    });
    expect(JSON.stringify(first.histories[1])).toContain("signature");
    expect(JSON.stringify(second.histories[0])).not.toContain("signature");
    expect(second.histories[0]?.map(({ role }) => role)).toEqual(["user", "assistant", "tool"]);
    const last = messages.at(-1)?.content[0];
    expect(last).toMatchObject({ state: { origin: { gateway: "second", model: "small" } } });
  });

  it("is asked first for a while after the model was given up twice in a row", async () => {
    const first = acting("first", [failing("overloaded")]);
    const second = acting("second", [text("Hi"), finish()]);
    const options = {
      gateway: first,
      model: "large",
      messages: [hello],
      fallbacks: [{ gateway: second, model: "small" }],
      retry: false,
    } as const;
    for (let round = 0; round < 4; round++) await events(options);
    expect([first.asked(), second.asked()]).toEqual([2, 4]);
    // Another model of the same gateway is not held responsible.
    await events({ ...options, model: "other" });
    expect(first.asked()).toBe(3);
    // With nobody else to ask, it is asked all the same.
    await events({ ...options, fallbacks: [] });
    expect(first.asked()).toBe(4);
  });

  it("leaves an abort alone", async () => {
    const reason = new GatewayError("Not a failure, but the caller's reason.", { gateway: "x", code: "overloaded" });
    const controller = new AbortController();
    const first = acting("first", [failing("overloaded")]);
    const second = acting("second", [text("Hi"), finish()]);
    const running = run({
      gateway: first,
      model: "large",
      messages: [hello],
      fallbacks: [{ gateway: second, model: "small" }],
      signal: controller.signal,
    });
    controller.abort(reason);
    expect(await failureOf(collect(running))).toBe(reason);
    expect([first.asked(), second.asked()]).toEqual([0, 0]);
  });
});

describe("deadlines", () => {
  it("reach the gateway, filled in", async () => {
    const seen: unknown[] = [];
    const gateway = streaming(async function* ({ deadlines }) {
      seen.push(deadlines);
      yield [text("Hi"), finish()];
    });
    await run({ gateway, model: "small", messages: [hello], deadlines: { idleMs: 5, totalMs: 60_000 } }).result();
    await run({ gateway, model: "small", messages: [hello] }).result();
    const usual = {
      queueMs: 300_000,
      contentMs: 900_000,
      connectMs: 10_000,
      headersMs: 300_000,
      firstByteMs: 300_000,
      idleMs: 300_000,
    };
    expect(seen).toEqual([{ ...usual, idleMs: 5 }, usual]);
  });

  it("end the run as a whole, with what was said", async () => {
    const gateway = streaming(async function* () {
      yield text("One, ");
      await new Promise(() => undefined);
    });
    const running = run({ gateway, model: "small", messages: [hello], deadlines: { totalMs: 20 } });
    const error = await failureOf(running.result());
    expect(error).toMatchObject({ code: "timeout", phase: "total", gateway: "fake" });
    expect(running.messages.at(-1)).toEqual({ role: "assistant", content: [{ type: "text", text: "One, " }] });
  });

  it.each([
    ["its own", { timeoutMs: 10 }, {}],
    ["the run's", {}, { toolTimeoutMs: 10 }],
    ["its own before the run's", { timeoutMs: 10 }, { toolTimeoutMs: 1_000_000 }],
  ])("give a tool up after %s, which the model is told", async (_title, own, all) => {
    let aborted = false;
    const tool: Tool = {
      name: "sleep",
      description: "",
      parameters: { type: "object" },
      ...own,
      execute: (_args: object, { signal }: { signal: AbortSignal }) => {
        signal.addEventListener("abort", () => {
          aborted = true;
        });
        return new Promise(() => undefined);
      },
    };
    const gateway = acting("fake", [...call("1", "sleep"), finish("tool-calls")], [text("Too bad."), finish()]);
    const { reason, messages } = await run({
      gateway,
      model: "small",
      messages: [hello],
      tools: [tool],
      ...all,
    }).result();
    expect([reason, aborted]).toEqual(["stop", true]);
    expect(messages[2]?.content[0]).toMatchObject({
      isError: true,
      content: [{ type: "text", text: "It did not finish within 0.01 s and was given up." }],
    });
  });
});

describe("limits", () => {
  const tool: Tool = { name: "look", description: "", parameters: { type: "object" }, execute: () => "seen" };
  const twoCalls = (round: number) => [
    ...call(`${round}a`, "look"),
    ...call(`${round}b`, "look"),
    finish("tool-calls"),
  ];

  it("on tool calls end the run, and answer those beyond", async () => {
    const gateway = acting("fake", twoCalls(1), twoCalls(2), [text("Never."), finish()]);
    const { events: all, messages } = await events({
      gateway,
      model: "small",
      messages: [hello],
      tools: [tool],
      maxToolCalls: 3,
    });
    expect(all.at(-1)).toMatchObject({ type: "run-end", reason: "max-tool-calls", steps: 2 });
    expect(all.filter((event) => event.type === "tool-start")).toHaveLength(3);
    expect(messages.at(-1)?.content[1]).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining("limit on tool calls") }],
    });
  });

  it.each([
    ["tokens", { tokens: 30 }, "budget", 2],
    ["cost", { cost: 0.3, unknown: "allow" }, "budget", 2],
    ["neither", { tokens: 1000, cost: 1000, unknown: "allow" }, "stop", 3],
  ] as const)("on %s end the run between two steps", async (_title, budget, reason, steps) => {
    const usage = {
      type: "usage",
      usage: usageOf(10, 5),
      cost: { amount: 0.15, currency: "USD", source: "billed" },
    } as const;
    const gateway = acting("fake", [usage, ...twoCalls(1)], [usage, ...twoCalls(2)], [usage, text("Done."), finish()]);
    const { events: all } = await events({ gateway, model: "small", messages: [hello], tools: [tool], budget });
    expect(all.at(-1)).toMatchObject({ type: "run-end", reason, steps });
  });

  it("do not change how a run ends that was at its end anyway", async () => {
    const gateway = acting("fake", [{ type: "usage", usage: usageOf(10, 5) }, text("Done."), finish()]);
    const { reason } = await run({
      gateway,
      model: "small",
      messages: [hello],
      budget: { tokens: 1 },
      maxSteps: 1,
    }).result();
    expect(reason).toBe("stop");
  });

  it("on tool calls leave out those that were never carried out", async () => {
    const invalid = [
      { type: "tool-call-start", id: "1", name: "add" },
      { type: "tool-call-end", id: "1", arguments: "{", complete: true },
    ] as const;
    const gateway = acting(
      "fake",
      [...invalid, ...call("2", "sub"), finish()],
      [...call("3", "add"), finish()],
      [...call("4", "add"), finish()],
    );
    const ran: string[] = [];
    const add: Tool = {
      name: "add",
      description: "Adds.",
      parameters: {},
      execute: (_args, { id }) => void ran.push(id),
    };
    const all = await events({ gateway, model: "m", messages: [hello], tools: [add], maxToolCalls: 2 });
    expect(all.events.at(-1)).toEqual(expect.objectContaining({ type: "run-end", reason: "max-tool-calls", steps: 3 }));
    expect(ran).toEqual(["3", "4"]);
  });

  it("that keep a broken answer from being gone on with are why the run ends", async () => {
    const gateway = acting("fake", [text("Hel"), failing("connection")]);
    const all = await events({ gateway, model: "m", messages: [hello], retry, onInterrupted: "continue", maxSteps: 1 });
    expect(all.error).toBeUndefined();
    expect(all.events.at(-1)).toEqual(expect.objectContaining({ type: "run-end", reason: "max-steps", steps: 1 }));
    expect(all.messages[1]).toEqual({ role: "assistant", content: [{ type: "text", text: "Hel" }] });
  });
});

describe("between two steps", () => {
  const tool: Tool = { name: "look", description: "", parameters: { type: "object" }, execute: () => "seen" };

  it("a program may change the history, the tools, the models and the request", async () => {
    const first = acting("first", [...call("1", "look"), finish("tool-calls")]);
    const second = acting("second", [text("Done."), finish()]);
    const asked: unknown[] = [];
    const watched = streaming((request) => {
      asked.push([request.messages.length, request.tools.map(({ name }) => name), request.temperature, request.model]);
      return second.stream(request);
    });
    const outlooks: unknown[] = [];
    const { messages } = await run({
      gateway: first,
      model: "large",
      messages: [hello],
      tools: [tool],
      prepareStep({ step, messages: history, usage }) {
        outlooks.push([step, history.length, usage.input.total]);
        if (step === 1) return undefined;
        const targets = [{ gateway: watched, model: "small" }];
        return {
          targets,
          tools: [{ ...tool, name: "listen" }],
          temperature: 0.5,
          messages: [{ role: "user", content: "In short: hello" }],
        };
      },
    }).result();
    expect(outlooks).toEqual([
      [1, 1, undefined],
      [2, 3, undefined],
    ]);
    expect(asked).toEqual([[1, ["listen"], 0.5, "small"]]);
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant"]);
  });

  it("what a program throws ends the run, and the history stays", async () => {
    const gateway = acting("fake", [...call("1", "look"), finish("tool-calls")]);
    const wrong = new Error("no");
    const running = run({
      gateway,
      model: "small",
      messages: [hello],
      tools: [tool],
      prepareStep: async ({ step }) => {
        if (step === 2) throw wrong;
        return undefined;
      },
    });
    expect(await failureOf(running.result())).toBe(wrong);
    expectValidHistory(running.messages);
    expect(running.messages).toHaveLength(3);
  });

  it("what a person says is read before the next answer", async () => {
    const gateway = acting("fake", [...call("1", "look"), finish("tool-calls")], [text("Done."), finish()]);
    const running = run({ gateway, model: "small", messages: [hello], tools: [tool] });
    for await (const event of running)
      if (event.type === "tool-start") running.steer({ role: "user", content: "Be quick" });
    expect(running.messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "user", "assistant"]);
  });

  it("what a person says at the very end gets an answer too", async () => {
    const gateway = acting("fake", [text("Done."), finish()], [text("Indeed."), finish()]);
    const running = run({ gateway, model: "small", messages: [hello] });
    let once = true;
    for await (const event of running) {
      if (event.type === "step-end" && once) running.steer({ role: "user", content: "Really?" });
      if (event.type === "step-end") once = false;
    }
    expect(running.messages.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"]);
  });
});

it.each([
  [{ retry: { maxAttempts: 0 } }, "retry.maxAttempts"],
  [{ maxToolCalls: 0 }, "maxToolCalls"],
])("options that make no sense are a TypeError: %j", (options, name) => {
  const gateway = acting("fake", [finish()]);
  expect(() => run({ gateway, model: "small", messages: [hello], ...options })).toThrow(
    new TypeError(`run: "${name}" must be a whole number above 0, not 0.`),
  );
});
