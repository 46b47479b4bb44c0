import type { Message, Model, ModelEvent, ModelRequest } from "@waygate/core";
import { type Capabilities, type Gateway, GatewayError, type JsonObject } from "@waygate/core/plugin";
import { describe, expect, it } from "vitest";
import {
  answering,
  capable,
  collect,
  type Delivery,
  failureOf,
  finish,
  opened,
  requestOf,
  streaming,
  text,
} from "./fake-gateway.ts";
import { schemaOf } from "./schema.ts";

const breach = (words: string, advice = "Report this to the plugin's author.") =>
  expect.objectContaining({
    name: "GatewayError",
    gateway: "fake",
    code: "protocol",
    retryable: false,
    message: `The stream of gateway "fake" ${words}. ${advice}`,
  });

describe("the order of events", () => {
  const start: ModelEvent = { type: "tool-call-start", id: "1", name: "add" };
  const end: ModelEvent = { type: "tool-call-end", id: "1", arguments: "{}", complete: true };
  const thought: ModelEvent = { type: "reasoning-delta", text: "Hm" };
  const odd = (event: object) => event as ModelEvent;

  it.each<[string, readonly Delivery[]]>([
    ["sent text-delta after finish", [finish(), text("a")]],
    ["sent finish after finish", [[finish(), finish()]]],
    ["sent finish with reasoning open", [thought, finish()]],
    ["sent a reasoning-end with neither reasoning nor state", [{ type: "reasoning-end" }]],
    ["sent a text-delta without text", [text("")]],
    ["sent a reasoning-delta without text", [{ ...thought, text: "" }]],
    ["sent a tool-call-start without an id", [{ ...start, id: "" }]],
    ["sent a tool-call-start without a name", [{ ...start, name: "" }]],
    ['started two tool calls with the id "1"', [start, end, start]],
    ['sent tool-call-delta for "1", which is not open', [{ type: "tool-call-delta", id: "1", text: "{}" }]],
    ["sent a tool-call-delta without text", [start, { type: "tool-call-delta", id: "1", text: "" }]],
    ['sent tool-call-end for "1", which is not open', [end]],
    ["sent a tool-call-end whose arguments are not text", [start, odd({ ...end, arguments: {} })]],
    [
      "sent a tool-call-end without `complete`, which must be true or false",
      [start, odd({ ...end, complete: undefined })],
    ],
    [
      "sent a tool-call-end without `complete`, in the shape from before contract 1: replace `status` and `value` by " +
        "`complete: boolean`, as core parses the arguments",
      [start, odd({ type: "tool-call-end", id: "1", name: "add", arguments: "{}", status: "ok", value: {} })],
    ],
    ['started a tool call with the executor "robot"', [odd({ ...start, executor: "robot" })]],
    ["sent a service-tool-result without the id of its call", [odd({ type: "service-tool-result", content: [] })]],
    ["sent media without a media type", [odd({ type: "media", id: "1", source: { type: "url", url: "x" } })]],
    [
      'sent finish with the reason "error": failures are thrown as a GatewayError',
      [odd({ type: "finish", reason: "error" })],
    ],
    ['sent finish with the tool call "1" open', [start, finish()]],
    ["sent two response-start", [{ type: "response-start" }, { type: "response-start" }]],
    ["sent response-start after content", [text("a"), { type: "response-start" }]],
    ["sent a usage without input or output", [odd({ type: "usage", usage: {} })]],
    ["sent object, which is not an event", [odd({ kind: "telepathy" })]],
  ])("is enforced: a gateway that %s", async (words, deliveries) => {
    expect(await failureOf(collect(answering(deliveries).stream(requestOf())))).toEqual(breach(words));
  });

  it.each<[string, readonly Delivery[]]>([
    ["nothing", []],
    ["empty batches", [[], []]],
    ["half an answer", [text("a")]],
  ])("includes its end: a gateway that sends %s", async (_name, deliveries) => {
    expect(await failureOf(collect(answering(deliveries).stream(requestOf())))).toEqual(
      breach("ended without finish", "The answer is incomplete."),
    );
  });

  it.each([undefined, null, "text-delta", 1])("takes %s for no event", async (delivered) => {
    const gateway = answering([odd(delivered as unknown as object)]);
    const kind = delivered === null ? "null" : typeof delivered;
    expect(await failureOf(collect(gateway.stream(requestOf())))).toEqual(
      breach(`sent ${kind}, which is not an event`),
    );
  });

  it("stops a gateway at its first breach", async () => {
    const log: string[] = [];
    const gateway = streaming(async function* () {
      try {
        yield text("a");
        yield [text("b"), text("")];
        log.push("went on");
      } finally {
        log.push("released");
      }
    });
    const events = gateway.stream(requestOf())[Symbol.asyncIterator]();
    expect(await events.next()).toEqual({ done: false, value: [text("a")] });
    expect(await failureOf(events.next())).toEqual(breach("sent a text-delta without text"));
    expect(await events.next()).toEqual({ done: true, value: undefined });
    expect(log).toEqual(["released"]);
  });
});

describe("deliveries", () => {
  it("are batches: as the gateway made them, single events in one of their own, empty ones skipped", async () => {
    const batch = [text("b"), text("c")];
    const batches = await collect(answering([[], text("a"), [], [], batch, [finish()], []]).stream(requestOf()));
    expect(batches).toEqual([[text("a")], batch, [finish()]]);
    expect(batches[1]).toBe(batch);
  });

  it("are asked for one at a time, the first not before it is wanted", async () => {
    let sent = 0;
    const gateway = streaming(async function* () {
      for (;;) {
        sent++;
        yield text(`${sent}`);
      }
    });
    const events = gateway.stream(requestOf())[Symbol.asyncIterator]();
    expect(sent).toBe(0);
    await events.next();
    await new Promise(setImmediate);
    expect(sent).toBe(1);
    await events.next();
    expect(sent).toBe(2);
    await events.return?.();
  });

  it("end when the consumer leaves", async () => {
    let released = 0;
    const gateway = streaming(async function* () {
      try {
        for (;;) yield text("a");
      } finally {
        released++;
      }
    });
    for await (const _ of gateway.stream(requestOf())) break;
    expect(released).toBe(1);
  });

  it("have their signal aborted when the consumer leaves before the gateway has answered", async () => {
    let signal: AbortSignal | undefined;
    const iterator = streaming(async function* (request) {
      signal = request.signal;
      await new Promise((_resolve, reject) => request.signal.addEventListener("abort", reject));
      yield finish();
    })
      .stream(requestOf())
      [Symbol.asyncIterator]();
    const reading = iterator.next();
    expect(signal?.aborted).toBe(false);
    await iterator.return?.();
    expect(signal?.aborted).toBe(true);
    expect((await reading).done).toBe(true);
  });

  it("end once, however often the consumer leaves", async () => {
    let left = 0;
    const gateway = streaming(() => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: left > 0, value: finish() }),
        return: async () => ({ done: true, value: ++left }),
      }),
    }));
    const events = gateway.stream(requestOf())[Symbol.asyncIterator]();
    await events.next();
    await events.return?.();
    await events.return?.();
    expect(left).toBe(1);
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  it("come anew with each iteration", async () => {
    const gateway = answering([[text("a"), finish()]]);
    const events = gateway.stream(requestOf());
    expect(await collect(events)).toEqual(await collect(events));
    expect(gateway.requests).toHaveLength(2);
  });
});

describe("a plugin that fails", () => {
  const cause = new RangeError("index out of range");
  const named = {
    name: "GatewayError",
    gateway: "fake",
    code: "protocol",
    retryable: false,
    message: `The plugin of gateway "fake" failed: index out of range. Report this to the plugin's author.`,
    cause,
  };
  const failing: Gateway = {
    models: () => Promise.reject(cause),
    // biome-ignore lint/correctness/useYield: it fails before it says anything.
    async *stream() {
      throw cause;
    },
    check: () => Promise.reject(cause),
  };

  it("is named, whatever it was asked for", async () => {
    const gateway = opened(failing);
    const { signal } = requestOf();
    expect(await failureOf(gateway.models({ signal }))).toEqual(expect.objectContaining(named));
    expect(await failureOf(collect(gateway.stream(requestOf())))).toEqual(expect.objectContaining(named));
    expect(await failureOf(gateway.check?.({ signal }) ?? Promise.resolve())).toEqual(expect.objectContaining(named));
  });

  it("is named, too, where it throws what is no error", async () => {
    const gateway = opened({ ...failing, models: () => Promise.reject("out of paper") });
    expect(await failureOf(gateway.models({ signal: requestOf().signal }))).toEqual(
      expect.objectContaining({
        message: `The plugin of gateway "fake" failed: out of paper. Report this to the plugin's author.`,
        cause: "out of paper",
      }),
    );
  });

  it("is named where it fails before its stream begins", async () => {
    const gateway = streaming(() => {
      throw cause;
    });
    expect(await failureOf(collect(gateway.stream(requestOf())))).toEqual(expect.objectContaining(named));
  });

  it("says for itself what went wrong with a GatewayError, which comes through as it is", async () => {
    const own = new GatewayError("Too fast.", { gateway: "fake", code: "rate-limited", retryAfterMs: 10 });
    const gateway = opened({
      models: () => Promise.reject(own),
      async *stream() {
        yield text("a");
        throw own;
      },
    });
    expect(await failureOf(collect(gateway.stream(requestOf())))).toBe(own);
    expect(await failureOf(gateway.models({ signal: requestOf().signal }))).toBe(own);
  });

  describe("in an iterator written by hand", () => {
    const iterating = (iterator: object) =>
      streaming(() => ({ [Symbol.asyncIterator]: () => iterator as AsyncIterator<Delivery> }));

    it.each([
      [
        "throws at once",
        () => {
          throw cause;
        },
      ],
      ["rejects", () => Promise.reject(cause)],
    ])("is named where next() %s", async (_name, next) => {
      expect(await failureOf(collect(iterating({ next }).stream(requestOf())))).toEqual(expect.objectContaining(named));
    });

    it("is named where next() throws after an empty batch", async () => {
      let asked = 0;
      const next = () => {
        if (asked++ > 0) throw cause;
        return Promise.resolve({ done: false, value: [] });
      };
      expect(await failureOf(collect(iterating({ next }).stream(requestOf())))).toEqual(expect.objectContaining(named));
    });

    it.each([
      ["nothing", () => undefined],
      ["no promise", () => ({ done: true })],
      ["a promise of nothing", () => Promise.resolve()],
    ])("is named where next() returns %s", async (_name, next) => {
      expect(await failureOf(collect(iterating({ next }).stream(requestOf())))).toEqual(
        expect.objectContaining({ name: "GatewayError", gateway: "fake", code: "protocol" }),
      );
    });

    it.each([
      [
        "throws",
        () => {
          throw cause;
        },
      ],
      ["rejects", () => Promise.reject(cause)],
      ["returns nothing", () => undefined],
      ["never answers", () => new Promise(() => {})],
    ])("is left alone where return() %s", async (_name, ending) => {
      const controller = new AbortController();
      const reason = new Error("enough");
      const pending = iterating({ next: () => new Promise(() => {}), return: ending });
      const reading = collect(pending.stream(requestOf({ signal: controller.signal })));
      controller.abort(reason);
      expect(await failureOf(reading)).toBe(reason);

      const broken = iterating({ next: async () => ({ done: false, value: text("") }), return: ending });
      expect(await failureOf(collect(broken.stream(requestOf())))).toEqual(breach("sent a text-delta without text"));
    });
  });
});

describe("an abort", () => {
  const reason = new Error("enough");

  function stubborn() {
    const controller = new AbortController();
    const asked: ModelRequest[] = [];
    const gateway = streaming(async function* (request) {
      asked.push(request);
      yield text("a");
      await new Promise(() => {});
    });
    const events = gateway.stream(requestOf({ signal: controller.signal }))[Symbol.asyncIterator]();
    return { controller, events, asked };
  }

  it("before the start asks the gateway for nothing", async () => {
    const { controller, events, asked } = stubborn();
    controller.abort(reason);
    expect(await failureOf(events.next())).toBe(reason);
    expect(asked).toEqual([]);
  });

  it("ends a read that the gateway would not end", async () => {
    const { controller, events } = stubborn();
    await events.next();
    const reading = failureOf(events.next());
    controller.abort(reason);
    expect(await reading).toBe(reason);
  });

  it("between two reads is told to the next one", async () => {
    const { controller, events } = stubborn();
    await events.next();
    controller.abort(reason);
    expect(await failureOf(events.next())).toBe(reason);
  });

  it("after the consumer has left is told to nobody", async () => {
    const { controller, events } = stubborn();
    await events.next();
    await events.return?.();
    controller.abort(reason);
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  it("is the reason of what a gateway throws because of it", async () => {
    const controller = new AbortController();
    const gateway = opened({
      models: async () => {
        controller.abort(reason);
        throw new Error("socket closed");
      },
      async *stream() {},
    });
    expect(await failureOf(gateway.models({ signal: controller.signal }))).toBe(reason);
  });
});

const spoken: Message = { role: "assistant", content: [{ type: "text", text: "Hello" }] };
const image = { type: "image", mediaType: "image/png", source: { type: "base64", data: "aGk=" } } as const;
const pdf = { type: "file", mediaType: "application/pdf", source: { type: "base64", data: "aGk=" } } as const;
const asks = {
  tools: { tools: [{ name: "add", description: "Adds.", parameters: { type: "object" } }] },
  toolChoice: { toolChoice: { tool: "add" } },
  images: { messages: [spoken, { role: "user", content: [image] }] },
  files: { messages: [{ role: "user", content: [pdf] }] },
  reasoning: { reasoning: { effort: "low" } },
  structuredOutput: { responseFormat: { type: "json" } },
} as const satisfies Record<Exclude<keyof Capabilities, "freeformTools" | "billedCost">, Partial<ModelRequest>>;
const words: Record<keyof typeof asks, string> = {
  tools: "tools",
  toolChoice: "a choice of tool",
  images: "images",
  files: "files",
  reasoning: "a request to think",
  structuredOutput: "a response format",
};

describe.each(Object.keys(asks) as (keyof typeof asks)[])("the capability %s", (capability) => {
  const incapable: Capabilities = { ...capable, [capability]: false };
  const refusal = expect.objectContaining({
    name: "GatewayError",
    gateway: "fake",
    code: "unsupported",
    message:
      `The model "small" of gateway "fake" does not support ${words[capability]}. Leave that out, choose another model, ` +
      `or, if it does support it, declare the capability "${capability}" in its settings.`,
  });

  /** A gateway of these capabilities whose model has these of its own, and what it was asked. */
  function gatewayOf(capabilities: Capabilities, own: Partial<Capabilities> | undefined) {
    const asked: ModelRequest[] = [];
    const model = (id: string): Model | undefined =>
      own === undefined || id !== "small" ? undefined : { id, name: id, capabilities: own, origin: {} };
    const gateway = opened(
      {
        models: async () => [],
        model,
        async *stream(request) {
          asked.push(request);
          yield [text("a"), finish()];
        },
      },
      { capabilities },
    );
    return { gateway, asked };
  }

  it.each<[string, Capabilities, Partial<Capabilities> | undefined]>([
    ["the gateway", incapable, undefined],
    ["its model", capable, { [capability]: false }],
  ])("is refused before any request where %s lacks it", async (_name, capabilities, own) => {
    const { gateway, asked } = gatewayOf(capabilities, own);
    expect(await failureOf(collect(gateway.stream(requestOf(asks[capability]))))).toEqual(refusal);
    expect(asked).toEqual([]);
  });

  it.each<[string, Capabilities, Partial<Capabilities> | undefined]>([
    ["the gateway", capable, undefined],
    ["its model", incapable, { [capability]: true }],
    ["the gateway, its model saying nothing of it", capable, {}],
    // As plugins compiled without exactOptionalPropertyTypes say it.
    ["the gateway, its model leaving it undefined", capable, { [capability]: undefined } as object],
  ])("is granted where %s has it", async (_name, capabilities, own) => {
    const { gateway, asked } = gatewayOf(capabilities, own);
    expect(await collect(gateway.stream(requestOf(asks[capability])))).toEqual([[text("a"), finish()]]);
    expect(asked).toHaveLength(1);
  });

  it("is not needed by a request that asks for nothing", async () => {
    const nothing = { toolChoice: "auto", reasoning: "off", responseFormat: { type: "text" } } as const;
    const { gateway, asked } = gatewayOf(incapable, undefined);
    expect(await collect(gateway.stream(requestOf(nothing)))).toEqual([[text("a"), finish()]]);
    expect(asked).toHaveLength(1);
  });
});

describe("the history", () => {
  const line = (type: string) => ({
    type: "text",
    text: `[A part of type ${type} was here, which you cannot read.]`,
  });
  const dropped = (count: number): ModelEvent => ({
    type: "notice",
    code: "media-dropped",
    message: `${count} earlier image(s) or file(s) were replaced by a line of text: fake:small does not accept them.`,
  });

  it("is fitted to the model before the gateway sees it, and what was changed is told first", async () => {
    const state = { origin: { gateway: "fake", model: "large" }, data: "sealed" };
    const own = { origin: { gateway: "fake", model: "small" }, data: "sealed" };
    const messages: Message[] = [
      { role: "user", content: [image, pdf] },
      {
        role: "assistant",
        content: [
          { type: "reasoning", text: "Hm", state },
          { type: "text", text: "A cat." },
        ],
      },
      { role: "user", content: [{ type: "text", text: "And?" }] },
      {
        role: "assistant",
        content: [
          { type: "reasoning", text: "Hm", state: own },
          { type: "text", text: "A dog." },
        ],
      },
      { role: "user", content: [{ type: "text", text: "And now?" }] },
    ];
    const before = structuredClone(messages);
    const asked: ModelRequest[] = [];
    const gateway = streaming(
      async function* (request) {
        asked.push(request);
        yield [text("Yes."), finish()];
      },
      { capabilities: { ...capable, images: false, files: false } },
    );
    expect(await collect(gateway.stream(requestOf({ messages })))).toEqual([
      [
        {
          type: "notice",
          code: "foreign-state-dropped",
          message:
            "1 piece(s) of reasoning state of another gateway or model were not sent to fake:small, which could not read them.",
        },
        dropped(2),
      ],
      [text("Yes."), finish()],
    ]);
    expect(asked.map((request) => request.messages)).toEqual([
      [
        { role: "user", content: [line("image/png"), line("application/pdf")] },
        {
          role: "assistant",
          content: [
            { type: "reasoning", text: "Hm" },
            { type: "text", text: "A cat." },
          ],
        },
        ...messages.slice(2),
      ],
    ]);
    expect(messages).toEqual(before);
  });

  it("is refused where the image stands in what the user says now", async () => {
    const gateway = answering([[text("a"), finish()]]);
    const blind = opened(gateway, { capabilities: { ...capable, images: false } });
    const messages: Message[] = [
      { role: "user", content: [image] },
      spoken,
      { role: "user", content: [{ type: "text", text: "Now" }] },
    ];
    expect(await collect(blind.stream(requestOf({ messages })))).toEqual([[dropped(1)], [text("a"), finish()]]);
    const now: Message[] = [...messages.slice(0, 2), { role: "user", content: [image] }, ...messages.slice(2)];
    expect(await failureOf(collect(blind.stream(requestOf({ messages: now }))))).toEqual(
      expect.objectContaining({ code: "unsupported" }),
    );
    expect(gateway.requests).toHaveLength(1);
  });
});

describe("options", () => {
  const options = schemaOf<JsonObject>(
    {
      type: "object",
      properties: { routing: { type: "object", properties: { order: { type: "array" }, only: { type: "array" } } } },
    },
    (value) => {
      const { routing } = value as { routing?: { order?: unknown } };
      return Array.isArray(routing?.order)
        ? { value: { routing: { order: routing.order.map(String) } } }
        : { issues: [{ message: "Expected a list", path: ["routing", "order"] }] };
    },
  );

  function gatewayOf(definition: Parameters<typeof opened>[1]) {
    const asked: ModelRequest[] = [];
    const gateway = streaming(async function* (request) {
      asked.push(request);
      yield finish();
    }, definition);
    return { gateway, asked };
  }

  it("reach the gateway as its schema makes them", async () => {
    const { gateway, asked } = gatewayOf({ gatewayOptions: options });
    await collect(gateway.stream(requestOf({ gatewayOptions: { routing: { order: [1, "b"] } } })));
    await collect(gateway.stream(requestOf()));
    expect(asked.map((request) => request.gatewayOptions)).toEqual([{ routing: { order: ["1", "b"] } }, undefined]);
  });

  it.each<[JsonObject, string]>([
    [{ routing: { order: "b" } }, "gatewayOptions.routing.order: Expected a list"],
    [
      { routing: { order: [], onyl: [] } },
      'gatewayOptions.routing.onyl: Unknown key "onyl", which has no effect. Did you mean "only"?',
    ],
  ])("%j are refused before any request", async (wrong, issue) => {
    const { gateway, asked } = gatewayOf({ gatewayOptions: options });
    expect(await failureOf(collect(gateway.stream(requestOf({ gatewayOptions: wrong }))))).toEqual(
      expect.objectContaining({
        gateway: "fake",
        code: "invalid-request",
        message: `The options for gateway "fake" are wrong. ${issue}`,
      }),
    );
    expect(asked).toEqual([]);
  });

  it("are refused by a gateway that has none", async () => {
    const { gateway, asked } = gatewayOf({});
    expect(await failureOf(collect(gateway.stream(requestOf({ gatewayOptions: {} }))))).toEqual(
      expect.objectContaining({
        gateway: "fake",
        code: "invalid-request",
        message: 'Gateway "fake" has no options of its own. Leave "gatewayOptions" out of the request.',
      }),
    );
    expect(asked).toEqual([]);
  });

  it("are the plugin's fault where their schema cannot be checked", async () => {
    const { gateway } = gatewayOf({ gatewayOptions: schemaOf({}, async () => ({ value: {} })) });
    expect(await failureOf(collect(gateway.stream(requestOf({ gatewayOptions: {} }))))).toEqual(
      expect.objectContaining({ name: "GatewayError", code: "protocol" }),
    );
  });
});

describe("the gateway handed out", () => {
  it("has its id and capabilities, and only the functions that the plugin has", async () => {
    const model: Model = { id: "small", name: "Small", capabilities: {}, origin: {} };
    const facts = [{ label: "Credits", value: "7" }];
    const plain = opened({ models: async () => [], async *stream() {} });
    expect([plain.id, plain.capabilities, plain.model, plain.check]).toEqual(["fake", capable, undefined, undefined]);
    const full = opened({
      models: async () => [model],
      model: (id) => (id === "small" ? model : undefined),
      async *stream() {},
      check: async () => ({ facts }),
    });
    const { signal } = requestOf();
    expect([full.model?.("small"), full.model?.("large")]).toEqual([model, undefined]);
    expect(await full.models({ signal })).toEqual([model]);
    expect(await full.check?.({ signal })).toEqual({ facts });
  });

  it("calls the plugin's functions as methods of its gateway", async () => {
    class Counting implements Gateway {
      #calls = 0;
      async models() {
        return [{ id: `${++this.#calls}`, name: "", capabilities: {}, origin: {} }];
      }
      model(id: string) {
        this.#calls++;
        return { id, name: "", capabilities: {}, origin: {} };
      }
      async *stream() {
        yield text(`${++this.#calls}`);
        yield finish();
      }
      async check() {
        return { facts: [{ label: "calls", value: `${++this.#calls}` }] };
      }
    }
    const gateway = opened(new Counting());
    const { signal } = requestOf();
    expect(await gateway.check?.({ signal })).toEqual({ facts: [{ label: "calls", value: "1" }] });
    expect((await gateway.models({ signal })).map((model) => model.id)).toEqual(["2"]);
    expect(await collect(gateway.stream(requestOf()))).toEqual([[text("4")], [finish()]]);
  });
});
