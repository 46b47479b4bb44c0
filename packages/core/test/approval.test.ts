import {
  type ApprovalDecision,
  type Message,
  type ModelEvent,
  type Run,
  type RunEvent,
  type RunOptions,
  type RunSnapshot,
  resume,
  run,
  type Tool,
} from "@waygate/core";
import { GatewayError } from "@waygate/core/plugin";
import { expectValidHistory } from "@waygate/valid-history";
import { describe, expect, it } from "vitest";
import { answering, call, collect, failureOf, finish, streaming, text, toolResults, usageOf } from "./fake-gateway.ts";

const hello = { role: "user", content: "Hello" } as const;
const usage: ModelEvent = { type: "usage", usage: usageOf(10, 5) };
const last: readonly ModelEvent[] = [usage, text("Done."), finish()];
const twoWrites: readonly ModelEvent[] = [
  usage,
  ...call("1", "write", { path: "a" }),
  ...call("2", "look"),
  ...call("3", "write", { path: "b" }),
  finish("tool-calls"),
];

/** Tools that note when they are carried out. */
function tools(more: Partial<Tool> = {}) {
  const done: string[] = [];
  const list: readonly Tool[] = [
    {
      name: "write",
      description: "Writes.",
      parameters: { type: "object", properties: { path: { type: "string" } } },
      approval: "always",
      execute: ({ path }: { path: string }) => {
        done.push(`write ${path}`);
        return `wrote ${path}`;
      },
      ...more,
    },
    {
      name: "look",
      description: "Looks.",
      parameters: { type: "object" },
      execute: () => {
        done.push("look");
        return "seen";
      },
    },
  ];
  return { done, list };
}

function start(options: Partial<RunOptions>): Run {
  return run({ gateway: answering(twoWrites, last), model: "small", messages: [hello], ...options });
}

/** As another process gets it. */
function stored(snapshot: RunSnapshot): RunSnapshot {
  return JSON.parse(JSON.stringify(snapshot));
}

function resultsIn(messages: readonly Message[]) {
  return toolResults(messages).map(({ id, content: [part], isError }) => [
    id,
    part?.type === "text" ? part.text : "",
    isError,
  ]);
}

const denied = "This call of write was denied and not carried out. Do not try it again; ask what is wanted instead.";

describe("approval", () => {
  it("holds a call back until it is allowed, and the others go on", async () => {
    const { done, list } = tools();
    const running = start({ tools: list });
    const seen: string[] = [];
    for await (const event of running) {
      if (event.type === "approval-request" || event.type === "tool-start" || event.type === "tool-result") {
        seen.push(`${event.type} ${event.id}`);
      }
      if (event.type !== "tool-result" || event.id !== "2") continue;
      expect(done).toEqual(["look"]);
      running.approve("3");
      running.deny("1", "Not that one.");
    }
    expect(done).toEqual(["look", "write b"]);
    expect(seen.slice(0, 4)).toEqual(["approval-request 1", "tool-start 2", "approval-request 3", "tool-result 2"]);
    expect(resultsIn(running.messages)).toEqual([
      ["1", "Not that one.", true],
      ["2", "seen", false],
      ["3", "wrote b", false],
    ]);
  });

  it.each<[string, ApprovalDecision | Error, string, boolean]>([
    ["allowed", true, "wrote a", false],
    ["allowed at length", { approved: true }, "wrote a", false],
    ["denied", false, denied, true],
    ["denied with a reason", { approved: false, reason: "Never." }, "Never.", true],
    ["denied because nobody could be asked", new Error("The window is closed."), "The window is closed.", true],
  ])("is %s by the program's function", async (_name, decision, words, isError) => {
    const { list } = tools();
    const asked: unknown[] = [];
    const running = start({
      tools: list,
      gateway: answering([...call("1", "write", { path: "a" }), finish()], last),
      approve: async (request, { signal }) => {
        asked.push(request, signal.aborted);
        if (decision instanceof Error) throw decision;
        return decision;
      },
    });
    await running.result();
    expect(asked).toEqual([{ id: "1", name: "write", arguments: { path: "a" }, details: undefined }, false]);
    expect(resultsIn(running.messages)).toEqual([["1", words, isError]]);
  });

  it("is asked for by a rule of the tool, which may say what it is about", async () => {
    const { done, list } = tools({
      approval: async ({ path }: { path: string }, { id }) => (path === "a" ? { would: "overwrite a", id } : false),
    });
    const requests: RunEvent[] = [];
    const running = start({ tools: list, approve: () => true });
    for await (const event of running) if (event.type === "approval-request") requests.push(event);
    expect(requests).toEqual([
      {
        type: "approval-request",
        id: "1",
        name: "write",
        arguments: { path: "a" },
        details: { would: "overwrite a", id: "1" },
      },
    ]);
    expect(done.toSorted()).toEqual(["look", "write a", "write b"]);
  });

  it("asks nobody where the rule throws, or the arguments do not fit", async () => {
    const { done, list } = tools({
      approval: () => {
        throw new Error("There is no folder for it.");
      },
    });
    const wrong = [...call("1", "write", { path: "a" }), ...call("2", "write", { path: 7 }), finish()];
    const running = start({ tools: list, gateway: answering(wrong, last), approve: () => true });
    const events = await collect(running);
    expect(events.filter(({ type }) => type === "approval-request")).toEqual([]);
    expect(done).toEqual([]);
    expect(resultsIn(running.messages)).toEqual([
      ["1", "There is no folder for it.", true],
      ["2", expect.stringContaining('"path" must be string'), true],
    ]);
  });

  it("takes up nobody's turn while it is waited for", async () => {
    const { done, list } = tools();
    const running = start({ tools: list, maxParallelTools: 1 });
    for await (const event of running) {
      if (event.type === "tool-result" && event.id === "2") running.approve("1");
      if (event.type === "tool-result" && event.id === "1") running.approve("3");
    }
    expect(done).toEqual(["look", "write a", "write b"]);
  });

  it("is asked for while the answer still streams, where the tool only reads", async () => {
    const { list } = tools({ readOnly: true });
    const seen: string[] = [];
    const running = start({ tools: list, approve: () => true });
    for await (const { type } of running) seen.push(type);
    expect(seen.indexOf("approval-request")).toBeLessThan(seen.indexOf("finish"));
  });

  it("is not waited for after an abort: the calls are answered as not carried out", async () => {
    const { done, list } = tools();
    const controller = new AbortController();
    const running = start({ tools: list, signal: controller.signal });
    const failure = failureOf(
      (async () => {
        for await (const event of running) if (event.type === "tool-result") controller.abort(new Error("enough"));
      })(),
    );
    expect(await failure).toEqual(new Error("enough"));
    running.approve("1");
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toEqual(["look"]);
    expectValidHistory(running.messages);
    expect(resultsIn(running.messages)).toEqual([
      ["1", "Cancelled: this tool call was not carried out.", true],
      ["2", "seen", false],
      ["3", "Cancelled: this tool call was not carried out.", true],
    ]);
  });

  it("is refused for what is no rule", () => {
    const { list } = tools({ approval: "sometimes" as never });
    expect(() => start({ tools: list })).toThrow(
      new TypeError('run: tools[0].approval must be "never", "always" or a function, not "sometimes".'),
    );
  });
});

describe("a run that pauses", () => {
  it("does so by itself where nobody is there to allow a call, and goes on elsewhere", async () => {
    const { done, list } = tools();
    const running = start({ tools: list });
    const { reason, usage: used, steps } = await running.result();
    expect([reason, steps, used]).toEqual(["paused", 0, usageOf(10, 5)]);
    expect(done).toEqual(["look"]);
    // Nothing of a step that is not finished.
    expect(running.messages).toHaveLength(1);
    const snapshot = stored(running.snapshot());
    expect(snapshot.approvals).toEqual([
      { id: "1", name: "write", arguments: { path: "a" } },
      { id: "3", name: "write", arguments: { path: "b" } },
    ]);

    const elsewhere = tools();
    const gateway = answering(last);
    const resumed = resume(snapshot, { gateway, model: "small", tools: elsewhere.list });
    resumed.approve("1");
    resumed.deny("3");
    expect(stored(resumed.snapshot())).toEqual({
      ...snapshot,
      approvals: [],
      pending: {
        ...snapshot.pending,
        decisions: [
          { id: "1", name: "write", arguments: { path: "a" }, decision: true },
          { id: "3", name: "write", arguments: { path: "b" }, decision: { approved: false } },
        ],
      },
    });
    const events = await collect(resumed);
    expect(events.map(({ type }) => type)).toEqual([
      ...["step-start", "tool-start", "tool-result", "tool-result", "step-end"],
      ...["step-start", "usage", "text-delta", "finish", "step-end", "run-end"],
    ]);
    expect(elsewhere.done).toEqual(["write a"]);
    expectValidHistory(resumed.messages);
    expect(resultsIn(resumed.messages)).toEqual([
      ["1", "wrote a", false],
      ["2", "seen", false],
      ["3", denied, true],
    ]);
    expect(await resumed.result()).toMatchObject({ reason: "stop", steps: 2, text: "Done.", usage: usageOf(20, 10) });
    // The model was shown the results, and nothing was asked twice.
    expect(gateway.requests.map(({ messages }) => messages.map(({ role }) => role))).toEqual([
      ["user", "assistant", "tool"],
    ]);
  });

  it("asks again where nothing was decided meanwhile", async () => {
    const running = start({ tools: tools().list });
    await running.result();
    const { done, list } = tools();
    const resumed = resume(stored(running.snapshot()), { gateway: answering(last), model: "small", tools: list });
    expect(resumed.snapshot().approvals.map(({ id }) => id)).toEqual(["1", "3"]);
    for await (const event of resumed) if (event.type === "approval-request") resumed.approve(event.id);
    expect(done).toEqual(["write a", "write b"]);
  });

  it("can pause again, in the same step", async () => {
    const first = start({ tools: tools().list });
    await first.result();
    const { done, list } = tools();
    const second = resume(stored(first.snapshot()), { gateway: answering(last), model: "small", tools: list });
    second.approve("3");
    expect((await second.result()).reason).toBe("paused");
    const third = resume(stored(second.snapshot()), { gateway: answering(last), model: "small", tools: list });
    expect(third.snapshot().approvals.map(({ id }) => id)).toEqual(["1"]);
    third.approve("1");
    expect((await third.result()).reason).toBe("stop");
    expect(done).toEqual(["write b", "write a"]);
    expect(resultsIn(third.messages).map(([id]) => id)).toEqual(["1", "2", "3"]);
  });

  it("waits for tools at work, and begins no others", async () => {
    const done: string[] = [];
    const { promise, resolve } = Promise.withResolvers<string>();
    const slow: Tool = { name: "slow", description: "", parameters: { type: "object" }, execute: () => promise };
    const next: Tool = { ...slow, name: "next", execute: () => done.push("next") };
    const running = start({
      tools: [slow, next],
      gateway: answering([...call("1", "slow"), ...call("2", "next"), finish()]),
      maxParallelTools: 1,
    });
    for await (const event of running) {
      if (event.type !== "tool-start") continue;
      running.pause();
      setImmediate(resolve, "late");
    }
    expect((await running.result()).reason).toBe("paused");
    expect(done).toEqual([]);
    const resumed = resume(stored(running.snapshot()), {
      tools: [slow, next],
      gateway: answering(last),
      model: "small",
    });
    await resumed.result();
    expect(done).toEqual(["next"]);
    expect(resultsIn(resumed.messages)[0]).toEqual(["1", "late", false]);
  });

  it("hears an answer out, and ends where that was the end", async () => {
    const running = start({ gateway: answering([text("One"), text(", two"), finish()]) });
    for await (const event of running) if (event.type === "text-delta") running.pause();
    expect(await running.result()).toMatchObject({ reason: "stop", text: "One, two" });
  });

  it("stops between two steps, with what was said to the model kept", async () => {
    const look = answering([...call("1", "look"), finish()], last);
    const { done, list } = tools();
    const running = start({ gateway: look, tools: list });
    for await (const event of running) {
      if (event.type !== "step-end") continue;
      running.steer({ role: "user", content: "Hurry." });
      running.pause();
    }
    expect((await running.result()).reason).toBe("paused");
    const snapshot = stored(running.snapshot());
    expect(snapshot).toMatchObject({ steps: 1, toolCalls: 1, approvals: [] });
    expect("pending" in snapshot).toBe(false);
    const gateway = answering(last);
    const resumed = resume(snapshot, { gateway, model: "small", tools: list });
    await resumed.result();
    expect(done).toEqual(["look"]);
    expect(gateway.requests[0]?.messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "user"]);
  });

  it("begins nothing where it was paused before", async () => {
    const gateway = answering(last);
    const running = start({ gateway });
    running.pause();
    expect((await running.result()).reason).toBe("paused");
    expect(gateway.requests).toEqual([]);
    expect((await resume(running.snapshot(), { gateway, model: "small" }).result()).text).toBe("Done.");
  });

  it("keeps limits counted across processes", async () => {
    const running = start({ tools: tools().list });
    await running.result();
    const options = { gateway: answering(twoWrites), model: "small", tools: tools().list, approve: () => true };
    const { reason, steps } = await resume(stored(running.snapshot()), { ...options, maxSteps: 1 }).result();
    expect([reason, steps]).toEqual(["max-steps", 1]);
    const budget = await resume(stored(running.snapshot()), { ...options, budget: { tokens: 15 } }).result();
    expect([budget.reason, budget.steps]).toEqual(["budget", 1]);
  });

  it("keeps an answer that broke off, and goes on from it elsewhere", async () => {
    const cut = streaming(async function* () {
      yield [text("Half"), ...call("1", "write", { path: "a" })];
      throw new GatewayError("It broke.", { gateway: "fake", code: "connection" });
    });
    const options = { model: "small", retry: { baseDelayMs: 0 }, onInterrupted: "continue" } as const;
    const running = run({ ...options, gateway: cut, messages: [hello], tools: tools().list });
    expect((await running.result()).reason).toBe("paused");
    const { done, list } = tools();
    const resumed = resume(stored(running.snapshot()), { ...options, gateway: answering(last), tools: list });
    resumed.approve("1");
    const retries: RunEvent[] = [];
    for await (const event of resumed) if (event.type === "retry") retries.push(event);
    expect(retries).toMatchObject([{ attempt: 1, error: { code: "connection" } }]);
    expect(done).toEqual(["write a"]);
    expect(resumed.messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "assistant"]);
  });
});

describe("a snapshot", () => {
  it("taken while tools are at work never has them begin again", async () => {
    const never: Tool = {
      name: "slow",
      description: "",
      parameters: { type: "object" },
      execute: () => new Promise(() => undefined),
    };
    const running = start({ tools: [never], gateway: answering([usage, ...call("1", "slow"), finish()]) });
    let snapshot: RunSnapshot | undefined;
    for await (const event of running) {
      if (event.type !== "tool-start") continue;
      snapshot = stored(running.snapshot());
      break;
    }
    if (snapshot === undefined) throw new Error("There was no tool-start.");
    const again: Tool = { ...never, execute: () => expect.unreachable() };
    const resumed = resume(snapshot, { gateway: answering(last), model: "small", tools: [again] });
    await resumed.result();
    expect(resultsIn(resumed.messages)).toEqual([
      ["1", "Cancelled while the tool was at work: what it has done so far is not known.", true],
    ]);
    expect(resumed.usage).toEqual(usageOf(20, 10));
  });

  it("taken in the middle of an answer stands before it", async () => {
    const running = start({ gateway: answering([text("One"), text(", two"), finish()]) });
    for await (const event of running) {
      if (event.type !== "text-delta") continue;
      expect(stored(running.snapshot())).toEqual({
        version: 1,
        messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
        usage: { input: {}, output: {} },
        costs: [],
        steps: 0,
        toolCalls: 0,
        steering: [],
        approvals: [],
      });
      break;
    }
  });

  it.each<[string, (snapshot: Record<string, unknown>) => unknown, string]>([
    ["text", () => "{}", "The stored run is no object. Was it read with JSON.parse?"],
    ["no version", ({ version: _, ...rest }) => rest, "The stored run has the version none, this program reads 1."],
    [
      "a later version",
      (snapshot) => ({ ...snapshot, version: 2 }),
      "The stored run has the version 2, this program reads 1. Update @waygate/core.",
    ],
    [
      "no messages",
      (snapshot) => ({ ...snapshot, messages: 1 }),
      'The stored run is wrong: "messages" must be a list of messages, not 1.',
    ],
    ["no count", (snapshot) => ({ ...snapshot, steps: -1 }), "steps must be a number of 0 or more"],
    ["no usage", (snapshot) => ({ ...snapshot, usage: {} }), "usage.input.total must be a number of 0 or more"],
    ["no steering", (snapshot) => ({ ...snapshot, steering: {} }), "steering must be a list"],
    ["wrong steering", (snapshot) => ({ ...snapshot, steering: [{}] }), "steering[0].role must be one of"],
    ["no answer", (snapshot) => ({ ...snapshot, pending: {} }), "The stored run's pending answer is no object."],
    [
      "wrong results",
      (snapshot) => ({ ...snapshot, pending: { ...Object(snapshot.pending), results: [{ type: "text", text: "" }] } }),
      "pending.results.content[0].type must be one of tool-result",
    ],
    [
      "no list of what has begun",
      (snapshot) => ({ ...snapshot, pending: { ...Object(snapshot.pending), begun: undefined } }),
      "pending.begun must be a list",
    ],
    [
      "decisions by id alone",
      (snapshot) => ({ ...snapshot, pending: { ...Object(snapshot.pending), decisions: { 1: true } } }),
      "pending.decisions must be a list",
    ],
    [
      "a decision without arguments",
      (snapshot) => ({
        ...snapshot,
        pending: { ...Object(snapshot.pending), decisions: [{ id: "1", decision: true }] },
      }),
      "pending.decisions[0] must be an object with the id, the name and the arguments of a call",
    ],
    [
      "wrong approvals",
      (snapshot) => ({ ...snapshot, approvals: ["1"] }),
      "approvals[0] must be an object with the id",
    ],
  ])("is refused that has %s", async (_name, spoil, words) => {
    const running = start({ tools: tools().list });
    await running.result();
    const spoilt = spoil(JSON.parse(JSON.stringify(running.snapshot()))) as RunSnapshot;
    expect(() => resume(spoilt, { gateway: answering(last), model: "small" })).toThrow(words);
  });
});
