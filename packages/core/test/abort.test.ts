import { getEventListeners } from "node:events";
import {
  type AssistantPart,
  type GuardedGateway,
  type Message,
  type ModelEvent,
  type RunEvent,
  run,
  type Tool,
  type ToolResultPart,
} from "@waygate/core";
import { GatewayError } from "@waygate/core/plugin";
import { expectValidHistory } from "@waygate/valid-history";
import { describe, expect, it } from "vitest";
import { answering, call, collect, failureOf, finish, opened, streaming, text, usageOf } from "./fake-gateway.ts";
import { schemaOf } from "./schema.ts";

const hello: Message = { role: "user", content: [{ type: "text", text: "Hello" }] };
const reason = new Error("enough");
const never = () => new Promise<never>(() => {});
const turn = () => new Promise(setImmediate);
const thought: ModelEvent = { type: "reasoning-delta", text: "Hm" };
const usage: ModelEvent = { type: "usage", usage: usageOf(3, 1) };
const opening: ModelEvent[] = [
  { type: "tool-call-start", id: "9", name: "slow" },
  { type: "tool-call-delta", id: "9", text: '{"pa' },
];

/** Says all this, and then nothing more, whatever happens. */
function stubborn(...deliveries: readonly (readonly ModelEvent[])[]): () => GuardedGateway {
  return () =>
    streaming(async function* () {
      yield* deliveries;
      await never();
    });
}

const toolOf = (name: string, execute: Tool["execute"], readOnly = false): Tool => ({
  name,
  description: "Takes its time.",
  parameters: { type: "object" },
  readOnly,
  execute,
});
const quick = toolOf("quick", () => "done");
const ignoring = toolOf("slow", never);
const listening = toolOf(
  "slow",
  (_args, { signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
);
const reporting = toolOf("slow", async function* () {
  yield "half";
  await never();
});

const called = (id: string, name: string): AssistantPart => ({
  type: "tool-call",
  id,
  name,
  arguments: "{}",
  status: "ok",
});
const cancelled = (id: string, name = "slow", begun = true): ToolResultPart => ({
  type: "tool-result",
  id,
  name,
  content: [
    {
      type: "text",
      text: begun
        ? "Cancelled while the tool was at work: what it has done so far is not known."
        : "Cancelled: this tool call was not carried out.",
    },
  ],
  isError: true,
});
const done = (id: string): ToolResultPart => ({
  type: "tool-result",
  id,
  name: "quick",
  content: [{ type: "text", text: "done" }],
  isError: false,
});

interface Moment {
  readonly gateway: () => GuardedGateway;
  readonly tools?: readonly Tool[];
  /** The last event before the abort. */
  readonly after: RunEvent["type"];
  /** What the run adds to the history. */
  readonly added: readonly Message[];
}

const bothTools: readonly ModelEvent[] = [usage, ...call("1", "quick"), ...call("2", "slow"), finish("tool-calls")];
const bothAnswered: readonly Message[] = [
  { role: "assistant", content: [called("1", "quick"), called("2", "slow")] },
  { role: "tool", content: [done("1"), cancelled("2")] },
];
/** The second had not been handed to its tool yet. */
const answeredFirst: readonly Message[] = [
  { role: "assistant", content: [called("1", "quick"), called("2", "slow")] },
  { role: "tool", content: [done("1"), cancelled("2", "slow", false)] },
];
const assistant = (...content: AssistantPart[]): Message => ({ role: "assistant", content });

const moments: [string, Moment][] = [
  ["while it connects", { gateway: stubborn(), after: "step-start", added: [] }],
  [
    "in the middle of text",
    {
      gateway: stubborn([usage, text("Hel")]),
      after: "text-delta",
      added: [assistant({ type: "text", text: "Hel" })],
    },
  ],
  [
    "in the middle of reasoning",
    {
      gateway: stubborn([usage, thought]),
      after: "reasoning-delta",
      added: [assistant({ type: "reasoning", text: "Hm" })],
    },
  ],
  [
    "in the middle of arguments",
    {
      gateway: stubborn([usage, text("a"), ...opening]),
      tools: [ignoring],
      after: "tool-call-delta",
      added: [
        assistant(
          { type: "text", text: "a" },
          { type: "tool-call", id: "9", name: "slow", arguments: '{"pa', status: "truncated" },
        ),
        { role: "tool", content: [cancelled("9", "slow", false)] },
      ],
    },
  ],
  [
    "with a call that waits for the end of the answer",
    {
      gateway: stubborn([usage, ...call("2", "slow")]),
      tools: [ignoring],
      after: "tool-call-end",
      added: [assistant(called("2", "slow")), { role: "tool", content: [cancelled("2", "slow", false)] }],
    },
  ],
  [
    "while a tool runs beside the stream",
    {
      gateway: stubborn([usage, ...call("2", "slow")], [text("a")]),
      tools: [{ ...ignoring, readOnly: true }],
      after: "text-delta",
      added: [assistant(called("2", "slow"), { type: "text", text: "a" }), { role: "tool", content: [cancelled("2")] }],
    },
  ],
  [
    "while a tool runs that listens",
    { gateway: () => answering([bothTools]), tools: [quick, listening], after: "tool-result", added: bothAnswered },
  ],
  [
    "while a tool runs that does not listen",
    { gateway: () => answering([bothTools]), tools: [quick, ignoring], after: "tool-result", added: bothAnswered },
  ],
  [
    "while a tool reports progress",
    { gateway: () => answering([bothTools]), tools: [quick, reporting], after: "tool-progress", added: bothAnswered },
  ],
  [
    "while arguments are checked",
    {
      gateway: () => answering([bothTools]),
      tools: [
        quick,
        {
          ...ignoring,
          parameters: {
            "~standard": {
              version: 1,
              vendor: "test",
              validate: never,
              jsonSchema: { input: () => ({}), output: () => ({}) },
            },
          },
        },
      ],
      after: "tool-result",
      added: answeredFirst,
    },
  ],
  [
    "in the second step",
    {
      gateway: () => {
        let step = 0;
        return streaming(async function* () {
          if (++step === 1) yield [usage, ...call("1", "quick"), finish()];
          else {
            yield [text("b")];
            await never();
          }
        });
      },
      tools: [quick],
      after: "text-delta",
      added: [
        assistant(called("1", "quick")),
        { role: "tool", content: [done("1")] },
        assistant({ type: "text", text: "b" }),
      ],
    },
  ],
];

/** Reads until an event of this type has come. */
async function readUntil(events: AsyncIterator<RunEvent, undefined>, type: RunEvent["type"]): Promise<void> {
  for (;;) {
    const { value } = await events.next();
    if (value === undefined) throw new Error(`Expected ${type}.`);
    if (value.type === type) return;
  }
}

/** What the promise comes to within one turn of the event loop. */
async function afterOneTurn(promise: Promise<unknown>): Promise<unknown> {
  let outcome: unknown = "nothing yet";
  promise.then(
    (value) => {
      outcome = { value };
    },
    (error: unknown) => {
      outcome = { error };
    },
  );
  await turn();
  return outcome;
}

function start(moment: { readonly gateway: GuardedGateway | Moment["gateway"]; readonly tools?: readonly Tool[] }) {
  const controller = new AbortController();
  const gateway = typeof moment.gateway === "function" ? moment.gateway() : moment.gateway;
  const { tools } = moment;
  const running = run({ gateway, model: "small", messages: [hello], tools, signal: controller.signal });
  return { controller, running };
}

function expectKept(running: ReturnType<typeof run>, moment: Moment) {
  expect(running.messages).toEqual([hello, ...moment.added]);
  expectValidHistory(running.messages);
  expect(running.usage).toEqual(moment.added.length === 0 ? { input: {}, output: {} } : usageOf(3, 1));
}

describe("an abort", () => {
  describe.each(moments)("%s", (_name, moment) => {
    it("throws its reason at once to who waits, and keeps what was said", async () => {
      const { controller, running } = start(moment);
      const events = running[Symbol.asyncIterator]();
      await readUntil(events, moment.after);
      const waiting = events.next();
      await turn();
      controller.abort(reason);
      expect(await afterOneTurn(waiting)).toEqual({ error: reason });
      expectKept(running, moment);
      expect(await events.next()).toEqual({ done: true, value: undefined });
      expect(await failureOf(running.result())).toBe(reason);
      expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    });

    it("throws its reason at once where it comes between two events", async () => {
      const { controller, running } = start(moment);
      const events = running[Symbol.asyncIterator]();
      await readUntil(events, moment.after);
      await turn();
      controller.abort(reason);
      expect(await afterOneTurn(events.next())).toEqual({ error: reason });
      expectKept(running, moment);
      expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    });

    it("rejects result() with its reason", async () => {
      const { controller, running } = start(moment);
      const result = running.result();
      for (let turns = 0; turns < 10; turns++) await turn();
      controller.abort(reason);
      expect(await afterOneTurn(result)).toEqual({ error: reason });
      expectKept(running, moment);
    });
  });

  it("before the start asks nobody for anything", async () => {
    const gateway = answering([text("a"), finish()]);
    const running = run({ gateway, model: "small", messages: [hello], signal: AbortSignal.abort(reason) });
    const events = running[Symbol.asyncIterator]();
    expect(await afterOneTurn(events.next())).toEqual({ error: reason });
    expect(await failureOf(running.result())).toBe(reason);
    expect([gateway.requests, running.messages]).toEqual([[], [hello]]);
    const other = run({ gateway, model: "small", messages: [hello], signal: AbortSignal.abort(reason) });
    expect(await failureOf(other.result())).toBe(reason);
  });

  it.each([undefined, null, "enough", 0])("throws %s, unwrapped, where that is its reason", async (odd) => {
    const { controller, running } = start({ gateway: stubborn() });
    const result = failureOf(running.result());
    controller.abort(odd);
    expect(await result).toBe(odd === undefined ? controller.signal.reason : odd);
  });

  it("by time throws a TimeoutError", async () => {
    const running = run({ gateway: stubborn()(), model: "small", messages: [hello], signal: AbortSignal.timeout(1) });
    expect(await failureOf(running.result())).toEqual(expect.objectContaining({ name: "TimeoutError" }));
  });

  it("in the middle of a delivery holds back what is left of it", async () => {
    const { controller, running } = start({ gateway: stubborn([text("a"), text("b"), text("c")]) });
    const seen: string[] = [];
    const reading = (async () => {
      for await (const event of running) {
        if (event.type !== "text-delta") continue;
        seen.push(event.text);
        controller.abort(reason);
      }
    })();
    expect(await failureOf(reading)).toBe(reason);
    expect(seen).toEqual(["a"]);
    expect(running.messages).toEqual([hello, assistant({ type: "text", text: "abc" })]);
  });

  it("while a delivery is on its way holds back all of it", async () => {
    for (let hops = 0; hops < 30; hops++) {
      const gate = Promise.withResolvers<void>();
      const gateway = streaming(async function* () {
        await gate.promise;
        yield [text("a"), text("b"), text("c"), finish()];
      });
      const { controller, running } = start({ gateway });
      const after: string[] = [];
      const reading = (async () => {
        for await (const event of running) if (controller.signal.aborted) after.push(event.type);
      })();
      await turn();
      gate.resolve();
      for (let hop = 0; hop < hops; hop++) await undefined;
      controller.abort(reason);
      await failureOf(reading.then(() => Promise.reject(reason)));
      // One event may be in the consumer's hands already.
      expect(after.length, `${hops} microtasks later`).toBeLessThanOrEqual(1);
    }
  });

  it("in the last delivery ends the run, too", async () => {
    const { controller, running } = start({ gateway: () => answering([[text("a"), usage, finish()]]) });
    const events = running[Symbol.asyncIterator]();
    await readUntil(events, "text-delta");
    controller.abort(reason);
    expect(await failureOf(events.next())).toBe(reason);
    expectKept(running, { gateway: stubborn(), after: "finish", added: [assistant({ type: "text", text: "a" })] });
  });

  it("between two steps begins no other", async () => {
    const gateway = answering([[usage, ...call("1", "quick"), finish()]]);
    const { controller, running } = start({ gateway, tools: [quick] });
    const events = running[Symbol.asyncIterator]();
    await readUntil(events, "step-end");
    controller.abort(reason);
    expect(await failureOf(events.next())).toBe(reason);
    expect(gateway.requests).toHaveLength(1);
    expect(running.messages).toEqual([hello, assistant(called("1", "quick")), { role: "tool", content: [done("1")] }]);
  });

  it("after the last step, before the end was told, is an abort", async () => {
    const { controller, running } = start({ gateway: () => answering([[text("a"), finish()]]) });
    const events = running[Symbol.asyncIterator]();
    await readUntil(events, "step-end");
    controller.abort(reason);
    expect(await failureOf(events.next())).toBe(reason);
    expect(await failureOf(running.result())).toBe(reason);
  });

  it("after the end changes nothing", async () => {
    const { controller, running } = start({ gateway: () => answering([[text("a"), finish()]]) });
    await collect(running);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    controller.abort(reason);
    expect((await running.result()).text).toBe("a");
  });

  it("is heard by the gateway and by the tools", async () => {
    const heard: unknown[] = [];
    const gateway = streaming(async function* ({ signal }) {
      signal.addEventListener("abort", () => heard.push(["gateway", signal.reason]));
      yield call("1", "watch");
      yield text("a");
      await never();
    });
    const watch = toolOf(
      "watch",
      (_args, { signal }) => {
        signal.addEventListener("abort", () => heard.push(["tool", signal.reason]));
        return never();
      },
      true,
    );
    const { controller, running } = start({ gateway, tools: [watch] });
    const events = running[Symbol.asyncIterator]();
    await readUntil(events, "text-delta");
    controller.abort(reason);
    expect(heard).toEqual([
      ["gateway", reason],
      ["tool", reason],
    ]);
  });

  it("lets a tool clean up that reported progress", async () => {
    const log: string[] = [];
    const tidy = toolOf("slow", async function* () {
      try {
        yield "half";
        log.push("went on");
      } finally {
        log.push("tidied");
      }
    });
    const { controller, running } = start({
      gateway: () => answering([[...call("1", "slow"), finish()]]),
      tools: [tidy],
    });
    const events = running[Symbol.asyncIterator]();
    await readUntil(events, "tool-start");
    await turn();
    controller.abort(reason);
    expect(await failureOf(events.next())).toBe(reason);
    await turn();
    expect(log).toEqual(["tidied"]);
  });

  it("begins no tool that reports progress after another one has aborted the run", async () => {
    const begun: string[] = [];
    const controller = new AbortController();
    const last = toolOf("last", () => {
      begun.push("last");
      controller.abort(reason);
      return "done";
    });
    const slow = toolOf("slow", async function* () {
      begun.push("slow");
      yield "half";
    });
    const gateway = answering([[...call("1", "slow"), ...call("2", "last"), ...call("3", "slow"), finish()]]);
    const { signal } = controller;
    const running = run({ gateway, model: "small", messages: [hello], tools: [slow, last], signal });
    expect(await failureOf(running.result())).toBe(reason);
    await turn();
    expect(begun).toEqual(["last"]);
  });

  it("lets a tool clean up that reports only afterwards", async () => {
    const log: string[] = [];
    const late = toolOf("slow", async function* (_args, { signal }) {
      try {
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        yield "half";
        log.push("went on");
      } finally {
        log.push("tidied");
      }
    });
    const { controller, running } = start({ gateway: answering([[...call("1", "slow"), finish()]]), tools: [late] });
    const events = running[Symbol.asyncIterator]();
    await readUntil(events, "tool-start");
    controller.abort(reason);
    expect(await failureOf(events.next())).toBe(reason);
    await turn();
    expect(log).toEqual(["tidied"]);
  });

  it("by a tool ends the run, too", async () => {
    const controller = new AbortController();
    const stop = toolOf("stop", () => {
      controller.abort(reason);
      return "stopped";
    });
    const gateway = answering([[...call("1", "stop"), finish()]]);
    const running = run({ gateway, model: "small", messages: [hello], tools: [stop], signal: controller.signal });
    expect(await failureOf(running.result())).toBe(reason);
    expect(running.messages[2]).toEqual({ role: "tool", content: [cancelled("1", "stop")] });
  });

  it("does not begin a tool whose arguments were checked only afterwards", async () => {
    const checked = Promise.withResolvers<void>();
    const begun: string[] = [];
    const schema = schemaOf<unknown>({}, async (value) => {
      await checked.promise;
      return { value };
    });
    const slow = { ...toolOf("slow", (_args, { id }) => void begun.push(id)), parameters: schema };
    const gateway = answering([[...call("1", "slow"), finish()]]);
    const { controller, running } = start({ gateway, tools: [slow] });
    const events = running[Symbol.asyncIterator]();
    await readUntil(events, "finish");
    const waiting = failureOf(events.next());
    await turn();
    controller.abort(reason);
    expect(await waiting).toBe(reason);
    checked.resolve();
    await turn();
    expect(begun).toEqual([]);
  });

  it("while the program prepares a step waits for nobody", async () => {
    const controller = new AbortController();
    const gateway = answering([finish()]);
    const options = { gateway, model: "small", messages: [hello], prepareStep: never };
    const running = run({ ...options, signal: controller.signal });
    const result = running.result();
    await turn();
    controller.abort(reason);
    expect(await afterOneTurn(result)).toEqual({ error: reason });
    expect([gateway.requests, running.messages]).toEqual([[], [hello]]);

    const left = run(options);
    const events = left[Symbol.asyncIterator]();
    const waiting = failureOf(events.next());
    expect(await afterOneTurn(events.return?.() ?? never())).toEqual({ value: { done: true, value: undefined } });
    expect(await waiting).toEqual(expect.objectContaining({ name: "AbortError" }));
  });

  it("does not begin a tool that waited for its turn", async () => {
    const begun: string[] = [];
    const slow = toolOf("slow", (_args, { id, signal }) => {
      begun.push(id);
      return new Promise((resolve) => signal.addEventListener("abort", resolve));
    });
    const gateway = answering([[...call("1", "slow"), ...call("2", "slow"), finish()]]);
    const controller = new AbortController();
    const running = run({
      gateway,
      model: "small",
      messages: [hello],
      tools: [slow],
      maxParallelTools: 1,
      signal: controller.signal,
    });
    const events = running[Symbol.asyncIterator]();
    await readUntil(events, "tool-start");
    controller.abort(reason);
    expect(await failureOf(events.next())).toBe(reason);
    await turn();
    expect(begun).toEqual(["1"]);
    expect(running.messages[2]).toEqual({ role: "tool", content: [cancelled("1"), cancelled("2", "slow", false)] });
  });

  it("leaves no rejection unhandled, however late an abandoned tool or gateway fails", async () => {
    const unhandled: unknown[] = [];
    const listener = (error: unknown) => unhandled.push(error);
    process.on("unhandledRejection", listener);
    try {
      const late = new Error("too late");
      const failing = toolOf(
        "slow",
        (_args, { signal }) =>
          new Promise((_, reject) => signal.addEventListener("abort", () => setTimeout(() => reject(late), 2))),
        true,
      );
      const gateway = streaming(async function* ({ signal }) {
        yield call("1", "slow");
        yield text("a");
        await new Promise((_, reject) => signal.addEventListener("abort", () => setTimeout(() => reject(late), 2)));
      });
      const { controller, running } = start({ gateway, tools: [failing] });
      const events = running[Symbol.asyncIterator]();
      await readUntil(events, "text-delta");
      controller.abort(reason);
      expect(await failureOf(events.next())).toBe(reason);
      await new Promise((resolve) => setTimeout(resolve, 10));
      expect(unhandled).toEqual([]);
    } finally {
      process.off("unhandledRejection", listener);
    }
  });

  it("with a GatewayError as its reason is thrown as that very error", async () => {
    const { controller, running } = start({ gateway: stubborn([text("a")]) });
    const result = failureOf(running.result());
    await turn();
    const budget = new GatewayError("Spent.", { gateway: "fake", code: "budget" });
    controller.abort(budget);
    expect(await result).toBe(budget);
  });
});

describe("leaving a run", () => {
  /** A gateway that can be left in the middle, and what happened to it. */
  function leaving() {
    const log: string[] = [];
    const gateway = streaming(async function* ({ signal }) {
      signal.addEventListener("abort", () => log.push(`aborted: ${signal.reason.name}`));
      try {
        yield [usage, text("a")];
        yield [text("b")];
      } finally {
        log.push("returned");
      }
    });
    return { gateway, log };
  }

  const left = expect.objectContaining({ name: "AbortError", message: "The run was left before it ended." });
  const kept: Moment = { gateway: stubborn(), after: "text-delta", added: [assistant({ type: "text", text: "a" })] };

  it("by break aborts the request and ends the gateway's stream", async () => {
    const { gateway, log } = leaving();
    const { controller, running } = start({ gateway });
    for await (const event of running) if (event.type === "text-delta") break;
    expect(log).toEqual(["aborted: AbortError", "returned"]);
    expectKept(running, kept);
    expect(await failureOf(running.result())).toEqual(left);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  it("by break while tools run stops them", async () => {
    const aborted: unknown[] = [];
    const watch = toolOf("slow", (_args, { signal }) => {
      signal.addEventListener("abort", () => aborted.push(signal.reason));
      return never();
    });
    const { running } = start({ gateway: () => answering([bothTools]), tools: [quick, watch] });
    for await (const event of running) if (event.type === "tool-result") break;
    expect(aborted).toEqual([left]);
    expectKept(running, { ...kept, added: bothAnswered });
  });

  it("by an error of the consumer's own is left with that error", async () => {
    const { gateway, log } = leaving();
    const { running } = start({ gateway });
    const own = new Error("the consumer's own");
    const reading = (async () => {
      for await (const event of running) if (event.type === "text-delta") throw own;
    })();
    expect(await failureOf(reading)).toBe(own);
    expect(log).toEqual(["aborted: AbortError", "returned"]);
    expectKept(running, kept);
  });

  it("by return() ends a read that waits", async () => {
    const { running } = start({ gateway: stubborn([usage, text("a")]) });
    const events = running[Symbol.asyncIterator]();
    await readUntil(events, "text-delta");
    const waiting = failureOf(events.next());
    expect(await events.return?.()).toEqual({ done: true, value: undefined });
    expect(await waiting).toEqual(left);
    expectKept(running, kept);
  });

  it("at the end of a block", async () => {
    const { gateway, log } = leaving();
    const { controller, running } = start({ gateway });
    {
      await using scoped = running;
      await readUntil(scoped[Symbol.asyncIterator](), "text-delta");
    }
    expect(log).toEqual(["aborted: AbortError", "returned"]);
    expectKept(running, kept);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  it("before it began never begins it", async () => {
    const gateway = answering([[text("a"), finish()]]);
    const { running } = start({ gateway });
    await running[Symbol.asyncDispose]();
    expect(await failureOf(running.result())).toEqual(left);
    expect(gateway.requests).toEqual([]);
  });

  it("after its end, or twice, changes nothing", async () => {
    const { running } = start({ gateway: () => answering([[text("a"), finish()]]) });
    await collect(running);
    await running[Symbol.asyncDispose]();
    await running[Symbol.asyncDispose]();
    expect((await running.result()).text).toBe("a");
  });

  it("after an abort is still an abort", async () => {
    const { controller, running } = start({ gateway: stubborn([usage, text("a")]) });
    for await (const event of running) {
      if (event.type !== "text-delta") continue;
      controller.abort(reason);
      break;
    }
    expect(await failureOf(running.result())).toBe(reason);
    expectKept(running, kept);
  });

  it("does not wait for a gateway that will not let go", async () => {
    const gateway = opened({
      models: async () => [],
      stream: () => ({
        [Symbol.asyncIterator]: () => ({
          next: async () => ({ done: false, value: text("a") }),
          return: never,
        }),
      }),
    });
    const { running } = start({ gateway });
    const leave = (async () => {
      for await (const event of running) if (event.type === "text-delta") break;
      return "left";
    })();
    expect(await afterOneTurn(leave)).toEqual({ value: "left" });
  });
});

describe("a long run", () => {
  it("of 2,000 steps keeps the number of listeners", { timeout: 60_000 }, async () => {
    const controller = new AbortController();
    let steps = 0;
    const counts = new Set<string>();
    const count = (where: string, signal: AbortSignal) =>
      counts.add(`${where}: ${getEventListeners(signal, "abort").length}`);
    const gateway = streaming(async function* ({ signal }) {
      count("gateway", signal);
      yield ++steps < 2000 ? [...call(`${steps}`, "slow"), finish()] : [text("Done."), finish()];
    });
    const slow = toolOf("slow", async function* (_args, { signal }) {
      count("tool", signal);
      yield "half";
      return "whole";
    });
    const running = run({
      gateway,
      model: "small",
      messages: [hello],
      tools: [slow],
      maxSteps: 2000,
      signal: controller.signal,
    });
    const warnings: string[] = [];
    const listener = (warning: Error) => warnings.push(warning.name);
    process.on("warning", listener);
    const result = await running.result();
    await turn();
    process.off("warning", listener);
    expect([result.steps, result.reason, result.text]).toEqual([2000, "stop", "Done."]);
    expect([...counts].sort()).toEqual(["gateway: 0", "tool: 0"]);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it("with many tools at once gives no warning of a leak", async () => {
    const warnings: string[] = [];
    const listener = (warning: Error) => warnings.push(warning.message);
    process.on("warning", listener);
    const slow = toolOf("slow", async function* () {
      yield "half";
      return "whole";
    });
    const calls = Array.from({ length: 40 }, (_, index) => call(`${index}`, "slow"));
    const gateway = answering([[...calls.flat(), finish()]], [[text("Done."), finish()]]);
    const running = run({ gateway, model: "small", messages: [hello], tools: [slow], maxParallelTools: 40 });
    await running.result();
    await turn();
    process.off("warning", listener);
    expect(warnings).toEqual([]);
  });
});
