import { createRegistry, defaultLimits, type ModelEvent, run } from "@waygate/core";
import { expectValidHistory } from "@waygate/valid-history";
import { describe, expect, it } from "vitest";
import { call, collect, type Delivery, failureOf, finish, pluginOf, requestOf, text, usageOf } from "./fake-gateway.ts";

type Limits = NonNullable<Parameters<typeof createRegistry>[0]["limits"]>;

function gatewayOf(answer: () => Iterable<Delivery>, limits?: Limits) {
  const plugin = pluginOf({
    models: async () => [],
    async *stream() {
      yield* answer();
    },
  });
  return createRegistry({ plugins: [plugin], limits }).gateway("fake");
}

const read = (answer: () => Iterable<Delivery>, limits?: Limits) =>
  collect(gatewayOf(answer, limits).stream(requestOf()));
const repeated = (count: number, ...events: readonly Delivery[]) => Array.from({ length: count }, () => events).flat();
const tooLarge = {
  code: "protocol",
  gateway: "fake",
  message:
    'The answer of gateway "fake" has more than 1000 bytes (limits.answerBytes) and was ended. ' +
    "Increase limits.answerBytes if such answers are expected.",
};

/** A call whose arguments come in pieces, all of them of the same length. */
function argued(id: string, pieces: number, length: number): readonly ModelEvent[] {
  const piece = { type: "tool-call-delta", id, text: "a".repeat(length) } as const;
  return [
    { type: "tool-call-start", id, name: "a" },
    ...Array.from({ length: pieces }, () => piece),
    {
      type: "tool-call-end",
      id,
      arguments: "a".repeat(pieces * length),
      complete: true,
    },
  ];
}

/** A call whose arguments come with its end alone. */
const wholeCall = (id: string, length: number) =>
  argued(id, 1, length).filter(({ type }) => type !== "tool-call-delta");

describe("limits.answerBytes", () => {
  const limits = { answerBytes: 1000 };
  const state = { deep: [{ data: "a".repeat(490) }, 1, null, true] };

  it.each<[string, readonly Delivery[]]>([
    ["text in small pieces", repeated(1000, text("a"))],
    ["text in large pieces", [text("a".repeat(500)), text("b".repeat(500))]],
    [
      "text and reasoning",
      [text("a".repeat(500)), [{ type: "reasoning-delta", text: "b".repeat(400) }, { type: "reasoning-end" }]],
    ],
    ["the arguments of a call", [argued("1", 9, 110)]],
    ["the arguments of many calls", [argued("1", 1, 500), argued("2", 1, 490)]],
    ["arguments that come whole", [wholeCall("1", 990)]],
    ["arguments beside text", [text("a".repeat(400)), argued("1", 6, 99)]],
    ["state of reasoning", [{ type: "reasoning-end", state: { a: "b".repeat(400) } }]],
  ])("lets through what is within it: %s", async (_name, answer) => {
    await expect(read(() => [...answer, finish()], limits)).resolves.toBeDefined();
  });

  it.each<[string, readonly Delivery[]]>([
    ["text in small pieces", repeated(1001, text("a"))],
    ["text in one piece", [text("a".repeat(1001))]],
    ["text in one batch", [repeated(11, text("a".repeat(100))) as ModelEvent[]]],
    ["text of different parts", [text("a".repeat(600)), argued("1", 1, 10), text("a".repeat(400))]],
    ["reasoning", repeated(11, { type: "reasoning-delta", text: "a".repeat(100) })],
    ["the arguments of a call", [argued("1", 11, 100)]],
    ["the arguments of many calls", Array.from({ length: 11 }, (_, index) => argued(`${index}`, 1, 100))],
    [
      "the arguments of calls side by side",
      [
        { type: "tool-call-start", id: "1", name: "a" },
        { type: "tool-call-start", id: "2", name: "a" },
        ...repeated(
          6,
          { type: "tool-call-delta", id: "1", text: "a".repeat(99) },
          { type: "tool-call-delta", id: "2", text: "a".repeat(99) },
        ),
      ],
    ],
    ["arguments that come whole", [wholeCall("1", 1001)]],
    ["state of reasoning", repeated(3, { type: "reasoning-end", state })],
    [
      "state of calls",
      Array.from({ length: 3 }, (_, index) =>
        argued(`${index}`, 1, 1).map((event) => (event.type === "tool-call-end" ? { ...event, state } : event)),
      ),
    ],
    ["state of numbers", [{ type: "reasoning-end", state: Array.from({ length: 200 }, (_, index) => index) }]],
    ["state of names", [{ type: "reasoning-end", state: { ["a".repeat(1000)]: 1 } }]],
    ["notices", repeated(11, { type: "notice", code: "odd", message: "a".repeat(100) })],
    ["small notices", repeated(101, { type: "notice", code: "a", message: "a" })],
    ["reports of usage", repeated(101, { type: "usage", usage: usageOf(1, 1) })],
    ["the name of who answers", [{ type: "response-start", model: "a".repeat(1001) }]],
    [
      "names of tools",
      Array.from(
        { length: 3 },
        (_, index) => ({ type: "tool-call-start", id: `${index}`, name: "a".repeat(400) }) as const,
      ),
    ],
    ["ids of calls", [{ type: "tool-call-start", id: "a".repeat(1001), name: "a" }]],
  ])("ends an answer that exceeds it: %s", async (_name, answer) => {
    expect(await failureOf(read(() => [...answer, finish()], limits))).toMatchObject(tooLarge);
  });

  it("counts each answer by itself", async () => {
    const gateway = gatewayOf(() => [text("a".repeat(900)), finish()], limits);
    for (let count = 0; count < 3; count++) await expect(collect(gateway.stream(requestOf()))).resolves.toBeDefined();
  });

  it("ends an answer whose state is nested deeper than the stack is", async () => {
    let deep: ModelEvent = { type: "reasoning-end", state: "a" };
    for (let level = 0; level < 100_000; level++) deep = { type: "reasoning-end", state: [deep.state ?? null] };
    expect(await failureOf(read(() => [deep, finish()], limits))).toMatchObject({ code: "protocol" });
    expect(await failureOf(read(() => [deep, finish()]))).toMatchObject({ code: "protocol" });
  });

  it("is 64 MiB by default, which ends an answer long before a text cannot be held", async () => {
    const piece = text("a".repeat(2 ** 20));
    await expect(read(() => [...repeated(64, piece), finish()])).resolves.toBeDefined();
    expect(await failureOf(read(() => [...repeated(64, piece), text("a")]))).toMatchObject({
      code: "protocol",
      message: expect.stringContaining("more than 67108864 bytes (limits.answerBytes)"),
    });
  });

  it("is never more than what a text of JavaScript can hold", async () => {
    const unlimited = { answerBytes: Number.POSITIVE_INFINITY };
    const piece = text("a".repeat(2 ** 24));
    function* endless() {
      for (;;) yield piece;
    }
    const error = await failureOf(read(endless, unlimited));
    expect(error).toMatchObject({ code: "protocol", message: expect.stringContaining("(limits.answerBytes)") });
  });

  it("ends a run with what was said before, and a valid history", async () => {
    const gateway = gatewayOf(() => [text("a".repeat(600)), text("b".repeat(600)), finish()], limits);
    const running = run({ gateway, model: "small", messages: [{ role: "user", content: "Hello" }] });
    expect(await failureOf(running.result())).toMatchObject({
      ...tooLarge,
      retryable: false,
      partial: { content: [{ type: "text", text: "a".repeat(600) }] },
    });
    expectValidHistory(running.messages);
  });

  it("tells the plugin that nobody listens any more", async () => {
    let signal: AbortSignal | undefined;
    const plugin = pluginOf({
      models: async () => [],
      async *stream(request) {
        signal = request.signal;
        for (;;) yield text("a".repeat(100));
      },
    });
    const gateway = createRegistry({ plugins: [plugin], limits }).gateway("fake");
    expect(await failureOf(collect(gateway.stream(requestOf())))).toMatchObject(tooLarge);
    expect(signal?.aborted).toBe(true);
  });
});

describe("limits.calls", () => {
  const calls = (count: number) => Array.from({ length: count }, (_, index) => call(`${index}`, "look"));

  it("bounds the calls of an answer", async () => {
    await expect(read(() => [...calls(3), finish()], { calls: 3 })).resolves.toBeDefined();
    expect(await failureOf(read(() => [...calls(4), finish()], { calls: 3 }))).toMatchObject({
      code: "protocol",
      message:
        'The answer of gateway "fake" has more than 3 tool calls (limits.calls) and was ended. ' +
        "Increase limits.calls if such answers are expected.",
    });
  });

  it("is 1,000 by default", async () => {
    await expect(read(() => [...calls(1000), finish()])).resolves.toBeDefined();
    expect(await failureOf(read(() => [...calls(1001), finish()]))).toMatchObject({ code: "protocol" });
  });

  it("can be far more: the work for a call does not grow with their number", async () => {
    const count = 20_000;
    const gateway = gatewayOf(() => [...calls(count), finish()], { calls: count });
    const look = { name: "look", description: "Looks.", parameters: { type: "object" }, execute: () => "seen" };
    const running = run({
      gateway,
      model: "small",
      messages: [{ role: "user", content: "Hello" }],
      tools: [look],
      maxSteps: 1,
    });
    await running.result();
    expect(running.messages.at(-1)?.content).toHaveLength(count);
    // Sent once more, with another model's answer in front of it.
    await expect(collect(gateway.stream(requestOf({ messages: running.messages })))).resolves.toBeDefined();
    const reversed = running.messages.map((message) =>
      message.role === "tool" ? { ...message, content: message.content.toReversed() } : message,
    );
    await expect(collect(gateway.stream(requestOf({ messages: reversed })))).resolves.toBeDefined();
  });
});

describe("limits", () => {
  it.each(["answerBytes", "calls"] as const)("%s must be a number that can be reached", (name) => {
    for (const value of [0, -1, 1.5, Number.NaN]) {
      expect(() => createRegistry({ plugins: [], limits: { [name]: value } })).toThrow(
        `createRegistry: "limits.${name}" must be a whole number above 0, or Infinity, not ${value}.`,
      );
    }
  });

  it("are told by a gateway", () => {
    expect(gatewayOf(() => []).limits).toEqual(defaultLimits);
    expect(defaultLimits).toMatchObject({ answerBytes: 64 * 2 ** 20, calls: 1000 });
  });
});
