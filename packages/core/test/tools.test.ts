import { AsyncLocalStorage } from "node:async_hooks";
import {
  type JsonValue,
  type Message,
  type ModelEvent,
  type RunEvent,
  run,
  type Tool,
  type ToolContext,
  type ToolResultPart,
  toolOutput,
} from "@waygate/core";
import { BatchSource, type Taker } from "@waygate/core/plugin";
import { expectValidHistory } from "@waygate/valid-history";
import { describe, expect, it } from "vitest";
import { answering, call, collect, type Delivery, finish, streaming, text, toolResults } from "./fake-gateway.ts";
import { schemaOf } from "./schema.ts";

const hello: Message = { role: "user", content: [{ type: "text", text: "Hello" }] };
const turn = () => new Promise(setImmediate);

const toolOf = (name: string, execute: Tool["execute"], rest: Partial<Tool> = {}): Tool => ({
  name,
  description: `The tool ${name}.`,
  parameters: { type: "object" },
  execute,
  ...rest,
});

/** Runs a step with these calls and one that ends the run. */
function stepOf(deliveries: readonly Delivery[], tools: readonly Tool[], options: { maxParallelTools?: number } = {}) {
  const gateway = answering([...deliveries, finish("tool-calls")], [[text("Done."), finish()]]);
  return run({ gateway, model: "small", messages: [hello], tools, ...options });
}

async function resultsOf(deliveries: readonly Delivery[], tools: readonly Tool[]): Promise<readonly ToolResultPart[]> {
  const running = stepOf(deliveries, tools);
  await running.result();
  expectValidHistory(running.messages);
  const answered = running.messages[2];
  return toolResults(answered === undefined ? [] : [answered]);
}

/** What a tool's result is that returns this. */
async function outputOf(execute: Tool["execute"]) {
  const [result] = await resultsOf([call("1", "make")], [toolOf("make", execute)]);
  return { content: result?.content, isError: result?.isError };
}

const failed = (words: string) => ({ content: [{ type: "text", text: words }], isError: true });
const labels = (events: readonly RunEvent[]) =>
  events.map((event) => ("id" in event && event.id !== undefined ? `${event.type} ${event.id}` : event.type));

describe("tools", () => {
  it("of one step work at the same time; their results keep the order of the calls", async () => {
    const gates = new Map(["1", "2", "3"].map((id) => [id, Promise.withResolvers<void>()]));
    const begun: string[] = [];
    const meet = toolOf("meet", async (_args, { id }) => {
      begun.push(id);
      if (begun.length === 3) gates.get("3")?.resolve();
      await gates.get(id)?.promise;
      gates.get(String(Number(id) - 1))?.resolve();
      return id;
    });
    const running = stepOf([[...call("1", "meet"), ...call("2", "meet"), ...call("3", "meet")]], [meet]);
    const events = await collect(running);
    expect(begun).toEqual(["1", "2", "3"]);
    expect(labels(events).filter((label) => /tool-(start|result)/.test(label))).toEqual([
      "tool-start 1",
      "tool-start 2",
      "tool-start 3",
      "tool-result 3",
      "tool-result 2",
      "tool-result 1",
    ]);
    expect(running.messages[2]?.content.map((part) => part.type === "tool-result" && part.id)).toEqual(["1", "2", "3"]);
  });

  it.each([
    [undefined, 8],
    [1, 1],
    [3, 3],
  ])("with a limit of %s work %i at a time, in the order of the calls", async (maxParallelTools, expected) => {
    let working = 0;
    let most = 0;
    const begun: string[] = [];
    const busy = toolOf("busy", async (_args, { id }) => {
      begun.push(id);
      most = Math.max(most, ++working);
      await turn();
      working--;
    });
    const ids = Array.from({ length: 20 }, (_, index) => `${index}`);
    const calls = ids.flatMap((id) => call(id, "busy"));
    await stepOf([calls], [busy], maxParallelTools === undefined ? {} : { maxParallelTools }).result();
    expect([most, begun]).toEqual([expected, ids]);
  });

  it("that only read begin while the answer still streams, others when it has ended", async () => {
    const read = toolOf("read", () => "read", { readOnly: true });
    const write = toolOf("write", () => "written");
    const running = stepOf([call("1", "write"), call("2", "read"), text("a"), text("b")], [read, write]);
    const events = await collect(running);
    expect(labels(events)).toEqual([
      "step-start",
      "tool-call-start 1",
      "tool-call-delta 1",
      "tool-call-end 1",
      "tool-call-start 2",
      "tool-call-delta 2",
      "tool-call-end 2",
      "tool-start 2",
      "tool-result 2",
      "text-delta",
      "text-delta",
      "finish",
      "tool-start 1",
      "tool-result 1",
      "step-end",
      "step-start",
      "text-delta",
      "finish",
      "step-end",
      "run-end",
    ]);
    expect(running.messages[2]?.content.map((part) => part.type === "tool-result" && part.name)).toEqual([
      "write",
      "read",
    ]);
  });

  it.each(["promises", "callbacks"])(
    "work in the context of whoever reads the run, where a gateway gives %s",
    async (way) => {
      const reader = new AsyncLocalStorage<string>();
      const seen: (string | undefined)[] = [];
      const look = toolOf("look", () => void seen.push(reader.getStore()), { readOnly: true });
      // Batches come when they come, from where nobody knows of the reader.
      const arriving: (readonly ModelEvent[] | undefined)[] = [
        [text("Let me see.")],
        call("1", "look"),
        call("2", "look"),
        [finish("tool-calls")],
        undefined,
        [text("Done."), finish()],
        undefined,
      ];
      let waiting: Taker<readonly ModelEvent[]> | undefined;
      const clock = setInterval(() => {
        const taker = waiting;
        waiting = undefined;
        taker?.accept(arriving.shift());
      }, 1);
      class Network extends BatchSource<readonly ModelEvent[]> {
        take(taker: Taker<readonly ModelEvent[]>): void {
          waiting = taker;
        }
        leave(): void {}
      }
      const gateway = streaming(() => {
        const source = new Network();
        return way === "callbacks" ? source : { [Symbol.asyncIterator]: () => ({ next: () => source.next() }) };
      });
      await reader.run("reader", () => run({ gateway, model: "small", messages: [hello], tools: [look] }).result());
      clearInterval(clock);
      expect(seen).toEqual(["reader", "reader"]);
    },
  );

  it("that only read are carried out once, and what they failed with is kept", async () => {
    let calls = 0;
    const read = toolOf("read", () => Promise.reject(new Error(`no ${++calls}`)), { readOnly: true });
    expect(await resultsOf([call("1", "read"), text("a")], [read])).toEqual([
      { type: "tool-result", id: "1", name: "read", ...failed("no 1") },
    ]);
    expect(calls).toBe(1);
  });

  it("are waited for only after the gateway's stream was released", async () => {
    const released = Promise.withResolvers<string>();
    let step = 0;
    const gateway = streaming(async function* () {
      if (++step > 1) {
        yield finish();
        return;
      }
      try {
        yield [...call("1", "wait"), finish()];
      } finally {
        released.resolve("released");
      }
    });
    const wait = toolOf("wait", () => released.promise);
    const running = run({ gateway, model: "small", messages: [hello], tools: [wait] });
    await running.result();
    expect(running.messages[2]?.content).toEqual([
      { type: "tool-result", id: "1", name: "wait", content: [{ type: "text", text: "released" }], isError: false },
    ]);
  });

  it("are told the id of their call, and a signal of the run", async () => {
    const given: ToolContext[] = [];
    const note = toolOf("note", (_args, context) => {
      given.push(context);
    });
    await resultsOf([call("7", "note")], [note]);
    expect(given).toEqual([{ id: "7", signal: expect.any(AbortSignal) }]);
    expect(given[0]?.signal.aborted).toBe(false);
  });

  it("are called as methods", async () => {
    class Counter implements Tool {
      readonly name = "make";
      readonly description = "Counts.";
      readonly parameters = { type: "object" };
      #count = 0;
      execute() {
        return `${++this.#count}`;
      }
    }
    const [result] = await resultsOf([call("1", "make")], [new Counter()]);
    expect(result?.content).toEqual([{ type: "text", text: "1" }]);
  });
});

describe("a call that cannot be carried out is answered, its tool never called:", () => {
  const never = toolOf("make", () => {
    throw new Error("called");
  });

  const unfinished = (complete: boolean, args: string): readonly ModelEvent[] => [
    { type: "tool-call-start", id: "1", name: "make" },
    { type: "tool-call-end", id: "1", arguments: args, complete },
  ];

  it.each<[string, readonly ModelEvent[], string]>([
    [
      "cut off",
      unfinished(false, '{"path": "/'),
      "This call was cut off before its arguments were complete, so it was not carried out.",
    ],
    [
      "not JSON",
      unfinished(true, "{path: 1}"),
      "The arguments are not valid JSON, so the call was not carried out: {path: 1}",
    ],
    [
      "not JSON, and long",
      unfinished(true, `{${"x".repeat(500)}`),
      `The arguments are not valid JSON, so the call was not carried out: {${"x".repeat(399)}…`,
    ],
    ["of a tool that is not there", [...call("1", "mkae")], 'There is no tool "mkae". The tools are: make, other.'],
  ])("%s", async (_name, events, words) => {
    const running = stepOf([events], [never, { ...never, name: "other" }]);
    const seen = await collect(running);
    const result = {
      type: "tool-result",
      id: "1",
      name: events[0]?.type === "tool-call-start" && events[0].name,
      ...failed(words),
    };
    expect(running.messages[2]).toEqual({ role: "tool", content: [result] });
    expect(labels(seen).filter((label) => label.startsWith("tool-start"))).toEqual([]);
    expect(seen.filter((event) => event.type === "tool-result")).toEqual([
      { type: "tool-result", id: "1", name: result.name, result },
    ]);
    expect((await running.result()).steps).toBe(2);
  });

  it("where there are no tools at all", async () => {
    const [result] = await resultsOf([call("1", "make")], []);
    expect(result?.content).toEqual([{ type: "text", text: 'There is no tool "make". The tools are: none.' }]);
  });

  it("of a tool that every object has", async () => {
    const [result] = await resultsOf([call("1", "toString")], [never]);
    expect(result?.content).toEqual([{ type: "text", text: 'There is no tool "toString". The tools are: make.' }]);
  });
});

describe("arguments", () => {
  const parameters = {
    type: "object",
    properties: { city: { type: "string", minLength: 1 }, days: { type: "integer", minimum: 1 } },
    required: ["city"],
    additionalProperties: false,
  };

  it("that fit a JSON Schema reach the tool, and the event of its start, as they are", async () => {
    const given: unknown[] = [];
    const forecast = toolOf("forecast", (args) => void given.push(args), { parameters });
    const running = stepOf([call("1", "forecast", { city: "Ulm", days: 2 })], [forecast]);
    const events = await collect(running);
    expect(given).toEqual([{ city: "Ulm", days: 2 }]);
    expect(events.find((event) => event.type === "tool-start")).toEqual({
      type: "tool-start",
      id: "1",
      name: "forecast",
      arguments: { city: "Ulm", days: 2 },
    });
  });

  it.each<[JsonValue, string]>([
    [{}, '"city" is missing'],
    [{ city: "", days: 0.5 }, '"city" must have at least 1 characters; "days" must be integer, not number'],
    [{ city: "Ulm", country: "DE" }, '"country" is unknown; known are: city, days'],
    [null, "the value must be object, not null"],
    [["Ulm"], "the value must be object, not array"],
  ])("%j that do not fit a JSON Schema are refused", async (value, faults) => {
    const forecast = toolOf("forecast", () => "called", { parameters });
    const [result] = await resultsOf([call("1", "forecast", value)], [forecast]);
    expect(result?.content).toEqual([
      {
        type: "text",
        text: `The arguments of forecast do not fit its parameters: ${faults}. Call it again with arguments that fit.`,
      },
    ]);
    expect(result?.isError).toBe(true);
  });

  it.each<[string, Tool["parameters"], boolean]>([
    ["takes", { type: "object", properties: { city: {} } }, false],
    ["does not take", parameters, true],
  ])("that are empty are {} where the schema %s that", async (_name, schema, isError) => {
    const empty: ModelEvent[] = [
      { type: "tool-call-start", id: "1", name: "forecast" },
      { type: "tool-call-end", id: "1", arguments: "", complete: true },
    ];
    const [result] = await resultsOf([empty], [toolOf("forecast", () => "called", { parameters: schema })]);
    expect(result?.isError).toBe(isError);
  });

  it("are checked and changed by a Standard Schema, in its own time", async () => {
    const given: unknown[] = [];
    const schema = schemaOf<{ city: string }>({ type: "object", title: "Forecast" }, async (value) => {
      await turn();
      const { city } = value as { city?: unknown };
      if (typeof city === "string") return { value: { city: city.toUpperCase() } };
      return { issues: [{ message: "Expected a text", path: ["city"] }, { message: "No good" }] };
    });
    const forecast = toolOf("forecast", (args) => void given.push(args), { parameters: schema });
    const gateway = answering(
      [[...call("1", "forecast", { city: "Ulm" }), ...call("2", "forecast", { city: 1 }), finish()]],
      [finish()],
    );
    const running = run({ gateway, model: "small", messages: [hello], tools: [forecast] });
    const events = await collect(running);
    expect(given).toEqual([{ city: "ULM" }]);
    expect(events.filter((event) => event.type === "tool-start").map((event) => event.arguments)).toEqual([
      { city: "Ulm" },
    ]);
    expect(gateway.requests[0]?.tools).toEqual([
      { name: "forecast", description: "The tool forecast.", parameters: { type: "object", title: "Forecast" } },
    ]);
    const [, second] = running.messages[2]?.content ?? [];
    expect(second).toEqual({
      type: "tool-result",
      id: "2",
      name: "forecast",
      ...failed(
        "The arguments of forecast do not fit its parameters: city: Expected a text; arguments: No good. Call it again with arguments that fit.",
      ),
    });
  });

  it("are refused where their schema throws", async () => {
    const schema = schemaOf<unknown>({}, () => {
      throw new RangeError("too deep");
    });
    const [result] = await resultsOf([call("1", "make")], [toolOf("make", () => "called", { parameters: schema })]);
    expect(result).toEqual({ type: "tool-result", id: "1", name: "make", ...failed("RangeError: too deep") });
  });

  it("are refused at once, by run(), a schema that a model cannot be shown", () => {
    const { jsonSchema: _, ...standard } = schemaOf<unknown>({}, (value) => ({ value }))["~standard"];
    const wrong: object = { parameters: { "~standard": standard } };
    expect(() =>
      run({ gateway: answering([]), model: "small", messages: [hello], tools: [toolOf("make", () => {}, wrong)] }),
    ).toThrow(
      new TypeError(
        'run: "parameters" of tool "make" is a test schema without a JSON Schema, which the model must be shown. Update test to a version with Standard JSON Schema, or pass a JSON Schema.',
      ),
    );
  });
});

describe("what a tool returns", () => {
  it.each<[string, unknown, readonly unknown[]]>([
    ["nothing", undefined, []],
    ["text", "words", [{ type: "text", text: "words" }]],
    ["empty text", "", [{ type: "text", text: "" }]],
    ["null", null, [{ type: "json", value: null }]],
    ["a number", 0, [{ type: "json", value: 0 }]],
    ["a boolean", false, [{ type: "json", value: false }]],
    ["a list", [1, "a", null], [{ type: "json", value: [1, "a", null] }]],
    ["an object", { a: { b: 1 }, c: undefined }, [{ type: "json", value: { a: { b: 1 } } }]],
    ["a date", new Date(0), [{ type: "json", value: "1970-01-01T00:00:00.000Z" }]],
    [
      "what looks like output",
      { content: [], isError: true },
      [{ type: "json", value: { content: [], isError: true } }],
    ],
  ])("is sent to the model: %s", async (_name, value, content) => {
    expect(await outputOf(() => value)).toEqual({ content, isError: false });
    expect(await outputOf(async () => value)).toEqual({ content, isError: false });
  });

  it("is copied, so that the history stays as it was", async () => {
    const shared = { count: 1 };
    const gateway = answering([[...call("1", "make"), finish()]], [[...call("2", "make"), finish()]], [finish()]);
    const make = toolOf("make", () => shared);
    const running = run({ gateway, model: "small", messages: [hello], tools: [make] });
    for await (const event of running) if (event.type === "tool-result") shared.count++;
    const counts = toolResults(running.messages);
    expect(counts.map((result) => result.content)).toEqual([
      [{ type: "json", value: { count: 1 } }],
      [{ type: "json", value: { count: 2 } }],
    ]);
  });

  it.each<[string, unknown, RegExp | string]>([
    ["a BigInt", 1n, /^TypeError: .*BigInt/],
    ["a BigInt within", { a: [1n] }, /^TypeError: .*BigInt/],
    [
      "a circle",
      (() => {
        const circle: { self?: unknown } = {};
        circle.self = circle;
        return circle;
      })(),
      /^TypeError: Converting circular structure to JSON/,
    ],
    ["a function", () => {}, "TypeError: The tool returned a function, which cannot be sent to a model."],
    ["a symbol", Symbol("a"), "TypeError: The tool returned a symbol, which cannot be sent to a model."],
  ])("that JSON cannot carry is an error: %s", async (_name, value, words) => {
    expect(await outputOf(() => value)).toEqual(
      failed(typeof words === "string" ? words : expect.stringMatching(words)),
    );
  });

  it.each<[string, unknown, string]>([
    ["an error", new RangeError("out of range"), "RangeError: out of range"],
    ["an abort of its own", new DOMException("gone", "AbortError"), "AbortError: gone"],
    ["text", "no such file", "no such file"],
    ["nothing", undefined, "undefined"],
    ["an object", { code: 1 }, "[object Object]"],
  ])("by throwing is an error: %s", async (_name, thrown, words) => {
    expect(
      await outputOf(() => {
        throw thrown;
      }),
    ).toEqual(failed(words));
    expect(await outputOf(() => Promise.reject(thrown))).toEqual(failed(words));
  });

  it("may be parts, and an error in its own words", async () => {
    const image = { type: "image", mediaType: "image/png", source: { type: "base64", data: "aGk=" } } as const;
    const content = [{ type: "text", text: "Here:" }, image, { type: "json", value: [1] }] as const;
    expect(await outputOf(() => toolOutput(content))).toEqual({ content, isError: false });
    expect(await outputOf(async () => toolOutput(content, { isError: true }))).toEqual({ content, isError: true });
  });
});

describe("a tool that reports progress", () => {
  it("is heard, and its last word is the result", async () => {
    const count = toolOf("count", async function* () {
      yield 1;
      yield { two: 2 };
      return "three";
    });
    const running = stepOf([call("1", "count")], [count]);
    const events = await collect(running);
    expect(events.filter((event) => event.type === "tool-progress")).toEqual([
      { type: "tool-progress", id: "1", name: "count", value: 1 },
      { type: "tool-progress", id: "1", name: "count", value: { two: 2 } },
    ]);
    expect(running.messages[2]?.content).toEqual([
      { type: "tool-result", id: "1", name: "count", content: [{ type: "text", text: "three" }], isError: false },
    ]);
  });

  it("may be made asynchronously", async () => {
    async function* count() {
      yield 1;
      return "two";
    }
    const running = stepOf([call("1", "count")], [toolOf("count", async () => count())]);
    const events = await collect(running);
    expect(events.filter((event) => event.type === "tool-progress").map((event) => event.value)).toEqual([1]);
    expect(running.messages[2]?.content).toEqual([
      { type: "tool-result", id: "1", name: "count", content: [{ type: "text", text: "two" }], isError: false },
    ]);
  });

  it("may fail on the way", async () => {
    expect(
      await outputOf(async function* () {
        yield 1;
        throw new Error("stuck");
      }),
    ).toEqual(failed("stuck"));
  });

  it("goes on only when its report was taken", async () => {
    let reports = 0;
    const count = toolOf("count", async function* () {
      while (reports < 5) yield ++reports;
    });
    const running = stepOf([call("1", "count")], [count]);
    const seen: unknown[] = [];
    for await (const event of running) {
      if (event.type !== "tool-progress") continue;
      seen.push(event.value);
      await turn();
      // The one in hand was taken, so that the next may be made meanwhile; no more than that.
      expect(reports).toBeLessThanOrEqual(seen.length + 1);
    }
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });

  it("waits while nobody reads at all", async () => {
    let reports = 0;
    const count = toolOf("count", async function* () {
      for (;;) yield ++reports;
    });
    const running = stepOf([call("1", "count")], [count]);
    const events = running[Symbol.asyncIterator]();
    for (;;) if ((await events.next()).value?.type === "tool-start") break;
    for (let turns = 0; turns < 5; turns++) await turn();
    expect(reports).toBe(1);
    await events.return?.();
  });

  it("does not hold up another one", async () => {
    const made = { slow: 0, quick: 0 };
    const progressing = (name: "slow" | "quick", count: number) =>
      toolOf(name, async function* () {
        while (made[name] < count) yield ++made[name];
        return name;
      });
    const running = stepOf(
      [[...call("1", "slow"), ...call("2", "quick")]],
      [progressing("slow", 3), progressing("quick", 3)],
    );
    const events = await collect(running);
    expect(events.filter((event) => event.type === "tool-progress")).toHaveLength(6);
    expect(running.messages[2]?.content.map((part) => part.type === "tool-result" && part.content)).toEqual([
      [{ type: "text", text: "slow" }],
      [{ type: "text", text: "quick" }],
    ]);
  });
});
