import {
  createRegistry,
  type GatewayEntry,
  type GatewayPlugin,
  type GuardedGateway,
  type Model,
  type ModelEvent,
  type ModelRequest,
  type RegistryNotice,
  run,
  type Tool,
} from "@waygate/core";
import { definePlugin, type Gateway, type OpenContext } from "@waygate/core/plugin";
import { describe, expect, it } from "vitest";
import { call, collect, type Delivery, failureOf, finish, pluginOf, requestOf, text } from "./fake-gateway.ts";

const good = pluginOf(
  {
    models: async () => [{ id: "fine", name: "Fine", capabilities: {}, origin: {} }],
    async *stream() {
      yield [text("All well."), finish()];
    },
  },
  { id: "good" },
);

/** A registry of a wrong plugin and a good one. After each test the good one must still answer. */
async function beside(
  wrong: GatewayPlugin,
  test: (registry: ReturnType<typeof createRegistry>, notices: RegistryNotice[]) => unknown,
): Promise<void> {
  const notices: RegistryNotice[] = [];
  await using registry = createRegistry({ plugins: [wrong, good], onNotice: (notice) => notices.push(notice) });
  await test(registry, notices);
  expect(await collect(registry.gateway("good").stream(requestOf()))).toEqual([[text("All well."), finish()]]);
  const lists = await registry.models({ signal: AbortSignal.timeout(50) }).catch(() => undefined);
  if (lists !== undefined) expect(lists.find(({ gateway }) => gateway === "good")?.models).toHaveLength(1);
}

function saying(...deliveries: readonly unknown[]): Gateway {
  return {
    models: async () => [],
    async *stream() {
      yield* deliveries as readonly Delivery[];
    },
  };
}

const start = { type: "tool-call-start", id: "1", name: "add" };
const end = { type: "tool-call-end", id: "1", arguments: "{}", complete: true };
const cycle: Record<string, unknown> = {};
cycle.self = cycle;
const usage = (input: object, output: object) => ({ type: "usage", usage: { input, output } });
const counted = usage({ total: 3, cacheRead: 0, cacheWrite: 0 }, { total: 2, reasoning: 0 });

describe("a breach of the contract is named and contained: a stream that", () => {
  it.each<[string, readonly unknown[], RegExp]>([
    [
      "ends a call in the old shape",
      [start, { ...end, complete: undefined, status: "ok", value: {} }],
      /before contract 1/,
    ],
    ["does not say whether a call is complete", [start, { ...end, complete: undefined }], /without `complete`/],
    ["invents an executor", [{ ...start, executor: "me" }, end, finish()], /executor "me"/],
    ["invents a format", [{ ...start, format: "yaml" }, end, finish()], /format "yaml"/],
    ["finishes as failed", [text("a"), { type: "finish", reason: "error" }], /thrown as a GatewayError/],
    ["sends state with a cycle", [{ type: "reasoning-end", state: cycle }, finish()], /state that JSON cannot carry/],
    ["sends state with a BigInt", [start, { ...end, state: { n: 1n } }, finish()], /state that JSON cannot carry/],
    ["sends state with a date", [{ type: "text-end", state: new Date() }, finish()], /state that JSON cannot carry/],
    ["sends message state with NaN", [text("a"), { ...finish(), state: Number.NaN }], /state that JSON cannot carry/],
    [
      "sends a function as opaque state",
      [{ type: "opaque", state: () => 1 }, finish()],
      /state that JSON cannot carry/,
    ],
    [
      "costs less than nothing",
      [{ ...counted, cost: { amount: -5, currency: "USD", source: "billed" } }],
      /amount is negative/,
    ],
    ["costs NaN", [{ ...counted, cost: { amount: Number.NaN, currency: "USD", source: "billed" } }], /not a number/],
    ["invents a currency", [{ ...counted, cost: { amount: 1, currency: "EURO?", source: "billed" } }], /"EURO\?"/],
    ["does not say where a cost is from", [{ ...counted, cost: { amount: 1, currency: "EUR" } }], /neither `billed`/],
    [
      "caches more than it reads",
      [usage({ total: 1, cacheRead: 2, cacheWrite: 0 }, { total: 0, reasoning: 0 })],
      /cached input/,
    ],
    [
      "reasons more than it says",
      [usage({ total: 1, cacheRead: 0, cacheWrite: 0 }, { total: 1, reasoning: 2 })],
      /reasoning is more/,
    ],
    [
      "counts fractions",
      [usage({ total: 1.5, cacheRead: 0, cacheWrite: 0 }, { total: 1, reasoning: 0 })],
      /whole number/,
    ],
    ["begins with odd data", [{ type: "response-start", id: { no: "text" } }], /is not text/],
    ["sends a notice without a code", [{ type: "notice", message: "Odd." }], /notice without a code/],
    [
      "answers a service call without its id",
      [{ type: "service-tool-result", content: [] }],
      /without the id of its call/,
    ],
    ["sends media without bytes", [{ type: "media", id: "m", mediaType: "image/png", source: {} }], /neither base64/],
    ["sends a source without an id", [{ type: "source", kind: "url" }], /source without an id/],
    ["throws a text", [text("a")], /ended without finish/],
    ["sends null", [null], /sent null, which is not an event/],
    ["sends a nested batch", [[[text("a")]]], /which is not an event/],
  ])("%s", async (_name, events, words) => {
    await beside(pluginOf(saying(...events), { id: "wrong" }), async (registry) => {
      const failure = await failureOf(collect(registry.gateway("wrong").stream(requestOf())));
      expect(failure).toMatchObject({ name: "GatewayError", code: "protocol", gateway: "wrong" });
      expect((failure as Error).message).toMatch(words);
      expect((failure as Error).message).toContain('gateway "wrong"');
    });
  });

  it.each<[string, () => unknown, RegExp]>([
    ["is no iterable", () => ({}), /stream\(\) returned no async iterable/],
    ["is a promise", () => Promise.resolve(), /stream\(\) returned no async iterable/],
    ["is nothing", () => undefined, /stream\(\) returned no async iterable/],
  ])("%s", async (_name, stream, words) => {
    const gateway = { models: async () => [], stream } as unknown as Gateway;
    await beside(pluginOf(gateway, { id: "wrong" }), async (registry) => {
      const failure = await failureOf(collect(registry.gateway("wrong").stream(requestOf())));
      expect(failure).toMatchObject({ code: "protocol", message: expect.stringMatching(words) });
    });
  });

  it("sends empty batches without an end", async () => {
    const endless: Gateway = {
      models: async () => [],
      async *stream() {
        for (;;) yield [];
      },
    };
    await beside(pluginOf(endless, { id: "wrong" }), async (registry) => {
      expect(await failureOf(collect(registry.gateway("wrong").stream(requestOf())))).toMatchObject({
        code: "protocol",
        message: expect.stringContaining("empty batches in a row"),
      });
    });
  });

  it.each<[string, () => ModelEvent]>([
    ["text", () => text("a")],
    ["notices", () => ({ type: "notice", code: "odd", message: "Odd." })],
  ])("sends %s without an end: timers run, and an abort is felt", async (_name, event) => {
    const endless: Gateway = {
      models: async () => [],
      async *stream() {
        for (;;) yield event();
      },
    };
    await beside(pluginOf(endless, { id: "wrong" }), async (registry) => {
      const signal = AbortSignal.timeout(50);
      const failure = await failureOf(collect(registry.gateway("wrong").stream(requestOf({ signal }))));
      expect(failure).toBe(signal.reason);
    });
  });

  it("computes for long between two events: an abort is felt before the next", async () => {
    let tokens = 0;
    const local: Gateway = {
      models: async () => [],
      async *stream() {
        for (; tokens < 100; tokens++) {
          const until = performance.now() + 20;
          while (performance.now() < until);
          yield text("a");
        }
        yield finish();
      },
    };
    await beside(pluginOf(local, { id: "wrong" }), async (registry) => {
      const signal = AbortSignal.timeout(60);
      expect(await failureOf(collect(registry.gateway("wrong").stream(requestOf({ signal }))))).toBe(signal.reason);
      expect(tokens).toBeLessThan(50);
    });
  });

  it.each<["first-byte" | "idle", readonly ModelEvent[]]>([
    ["first-byte", []],
    ["idle", [text("a")]],
  ])("falls silent and keeps no deadlines of its own: timeout (%s)", async (phase, events) => {
    const silent: Gateway = {
      models: async () => [],
      async *stream() {
        yield* events;
        for (;;) {
          yield { type: "notice", code: "alive", message: "Still here." };
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      },
    };
    await beside(pluginOf(silent, { id: "wrong" }), async (registry) => {
      const deadlines = {
        ...{ queueMs: 1e6, connectMs: 1e6, headersMs: 1e6, contentMs: 1e6 },
        firstByteMs: phase === "idle" ? 1e6 : 60,
        idleMs: phase === "idle" ? 60 : 1e6,
      };
      expect(await failureOf(collect(registry.gateway("wrong").stream(requestOf({ deadlines }))))).toMatchObject({
        code: "timeout",
        phase,
        message: expect.stringContaining(phase === "idle" ? "deadlines.idleMs" : "deadlines.firstByteMs"),
      });
    });
  });

  it("says nothing and stops: the answer has a notice", async () => {
    await beside(pluginOf(saying(finish()), { id: "wrong" }), async (registry) => {
      const events = (await collect(registry.gateway("wrong").stream(requestOf()))).flat();
      expect(events).toMatchObject([{ type: "notice", code: "answer-empty" }, { type: "finish" }]);
    });
  });
});

describe("what contract 1 allows is no breach:", () => {
  it("events of a later contract are dropped, with one notice for each type", async () => {
    const future = [{ type: "aura", hue: 1 }, text("a"), { type: "aura", hue: 2 }, { type: "scent" }, finish()];
    await beside(pluginOf(saying(future), { id: "wrong" }), async (registry) => {
      const events = (await collect(registry.gateway("wrong").stream(requestOf()))).flat();
      expect(events).toMatchObject([
        { type: "notice", code: "event-unknown", data: { type: "aura" } },
        text("a"),
        { type: "notice", code: "event-unknown", data: { type: "scent" } },
        finish(),
      ]);
    });
  });

  it("capabilities of a later contract have no effect, and a misspelt one is reported", async () => {
    const capabilities: object = { tools: true, imagse: true };
    await beside(pluginOf(saying([text("a"), finish()]), { id: "wrong", capabilities }), (_registry, notices) => {
      expect(notices).toMatchObject([{ code: "capability-unknown", message: expect.stringContaining('"images"') }]);
    });
  });

  it("a finish reason of a later contract ends the run with that reason", async () => {
    await beside(
      pluginOf(saying([text("a"), { type: "finish", reason: "bored" }]), { id: "wrong" }),
      async (registry) => {
        const messages = [{ role: "user", content: "Hi" }] as const;
        const { reason } = await run({ gateway: registry.gateway("wrong"), model: "small", messages }).result();
        expect(reason).toBe("bored");
      },
    );
  });

  it("context.supports tells what this core understands", async () => {
    let context: OpenContext<unknown> | undefined;
    const asking = definePlugin({
      id: "wrong",
      name: "Asking",
      contract: 1,
      settingsKey: "wrong",
      open(given) {
        context = given;
        return saying([text("a"), finish()]);
      },
    });
    await beside(asking, async (registry) => {
      await collect(registry.gateway("wrong").stream(requestOf()));
      const features = ["event:source", "finish:pause", "tool:freeform", "capability:images", "event:aura", "toString"];
      expect(features.map((feature) => context?.supports(feature))).toEqual([true, true, true, true, false, false]);
    });
  });
});

describe("a plugin that misbehaves outside of streams is named, and the others go on:", () => {
  const never = () => new Promise<never>(() => undefined);

  it("models() that never settles ends with the signal", async () => {
    await beside(pluginOf({ ...saying(), models: never }, { id: "wrong" }), async (registry) => {
      const signal = AbortSignal.timeout(30);
      expect(await failureOf(registry.gateway("wrong").models({ signal }))).toBe(signal.reason);
    });
  });

  it.each<[string, unknown, RegExp]>([
    ["undefined", undefined, /returned no list of models, but undefined/],
    ["an object", { models: [] }, /returned no list of models, but object/],
  ])("models() of %s", async (_name, list, words) => {
    const models = async () => list as readonly Model[];
    await beside(pluginOf({ ...saying(), models }, { id: "wrong" }), async (registry) => {
      expect(await failureOf(registry.gateway("wrong").models())).toMatchObject({
        code: "protocol",
        message: expect.stringMatching(words),
      });
      const [wrong] = await registry.models();
      expect(wrong).toMatchObject({ gateway: "wrong", models: [], error: { code: "protocol" } });
    });
  });

  it("a list with rubbish keeps what is sound, with one notice", async () => {
    const pricing = { currency: "USD", input: Number.NaN, output: -1, cacheRead: 0.5 };
    const list: unknown[] = [
      null,
      { id: "a", name: "A", capabilities: {}, origin: {}, pricing, contextWindow: -1 },
      { id: "a", name: "Twice", capabilities: {}, origin: {} },
      { id: "", name: "None" },
      { id: "b" },
      { id: "c", name: "C", capabilities: {}, origin: {}, pricing: { currency: "money", input: 1 } },
    ];
    const models = async () => list as readonly Model[];
    await beside(pluginOf({ ...saying(), models }, { id: "wrong" }), async (registry, notices) => {
      expect(await registry.gateway("wrong").models()).toEqual([
        { id: "a", name: "A", capabilities: {}, origin: {}, pricing: { currency: "USD", cacheRead: 0.5 } },
        { id: "b", name: "b", capabilities: {}, origin: {} },
        { id: "c", name: "C", capabilities: {}, origin: {} },
      ]);
      expect(notices).toMatchObject([{ gateway: "wrong", code: "models-left-out" }]);
      expect(await registry.select({ provider: "wrong", model: "b" })).toMatchObject({ model: "b" });
    });
  });

  it("model() that throws is a GatewayError of that gateway", async () => {
    const model = () => {
      throw new Error("m");
    };
    await beside(pluginOf({ ...saying([text("a"), finish()]), model }, { id: "wrong" }), async (registry) => {
      const message = 'The plugin of gateway "wrong" failed: m. Report this to the plugin\'s author.';
      expect(await failureOf(registry.select({ provider: "wrong", model: "x" }))).toMatchObject({ message });
      expect(await failureOf(collect(registry.gateway("wrong").stream(requestOf())))).toMatchObject({ message });
    });
  });

  it("check() that never settles ends with the signal", async () => {
    await beside(pluginOf({ ...saying(), check: never }, { id: "wrong" }), async (registry) => {
      const signal = AbortSignal.timeout(30);
      expect(await failureOf(registry.gateway("wrong").check?.({ signal }) ?? Promise.resolve())).toBe(signal.reason);
    });
  });
});

describe("requests are the program's own", () => {
  it("a plugin that changes what it was handed changes nothing of the program, nor of the next request", async () => {
    const seen: string[] = [];
    const refused: unknown[] = [];
    const wrong = pluginOf({
      models: async () => [],
      async *stream(request) {
        seen.push(JSON.stringify([request.messages, request.tools]));
        const { messages, tools } = request as unknown as { messages: { content: unknown[] }[]; tools: object[] };
        for (const change of [
          () => messages[0]?.content.push({ type: "text", text: "planted" }),
          () => Object.assign(messages[0]?.content[0] ?? {}, { text: "planted" }),
          () => Object.assign(tools[0] ?? {}, { name: "planted" }),
          () => messages.push({ content: [] }),
          () => tools.splice(0),
        ]) {
          try {
            change();
          } catch (error) {
            refused.push(error);
          }
        }
        yield [text("Done."), finish()];
      },
    });
    const input = requestOf({ tools: [{ name: "add", description: "Adds.", parameters: { type: "object" } }] });
    const before = JSON.stringify([input.messages, input.tools]);
    await beside(wrong, async (registry) => {
      const gateway = registry.gateway(wrong.id);
      await collect(gateway.stream(input));
      await collect(gateway.stream(input));
    });
    expect(JSON.stringify([input.messages, input.tools])).toBe(before);
    expect(seen).toEqual([before, before]);
    expect(refused).toHaveLength(10);
  });

  it("what a program changes in its own messages reaches the next request", async () => {
    const seen: string[] = [];
    const honest = pluginOf({
      models: async () => [],
      async *stream({ messages }) {
        seen.push(JSON.stringify(messages));
        yield [text("Done."), finish()];
      },
    });
    const message = { role: "user" as const, content: [{ type: "text" as const, text: "one" }] };
    await beside(honest, async (registry) => {
      const gateway = registry.gateway(honest.id);
      await collect(gateway.stream(requestOf({ messages: [message] })));
      message.content.push({ type: "text", text: "two" });
      await collect(gateway.stream(requestOf({ messages: [message] })));
    });
    expect(seen[1]).toContain("two");
  });

  it("extensions reach the program untouched", () => {
    const embed = (words: string) => words.length;
    const gateway: Gateway = { ...saying(), extensions: { embed } };
    const opened: GuardedGateway = createRegistry({ plugins: [pluginOf(gateway)] }).gateway("fake");
    expect(opened.extensions?.embed).toBe(embed);
  });

  it("an unknown service tool is rejected before any request", async () => {
    const asked: ModelRequest[] = [];
    const gateway: Gateway = {
      models: async () => [],
      serviceTools: ["web_search"],
      async *stream(request) {
        asked.push(request);
        yield [text("a"), finish()];
      },
    };
    const opened = createRegistry({ plugins: [pluginOf(gateway)] }).gateway("fake");
    const unknown = requestOf({ tools: [{ kind: "service", type: "teleport" }] });
    expect(await failureOf(collect(opened.stream(unknown)))).toMatchObject({
      code: "unsupported",
      message: 'Gateway "fake" does not know the service tool "teleport". It knows: web_search.',
    });
    expect(asked).toEqual([]);
    await collect(opened.stream(requestOf({ tools: [{ kind: "service", type: "web_search" }] })));
    expect(asked[0]?.tools).toEqual([{ kind: "service", type: "web_search" }]);
  });
});

describe("plugins of other contracts", () => {
  /** A plugin of a contract that never was: it opens with `begin` and says everything at once. */
  const contract0 = { id: "ancient", name: "Ancient", contract: 0, begin: (ask: string) => `${ask}?` };

  it("are admitted through an adapter", async () => {
    const adapter = (plugin: unknown) => {
      const { id, name, begin } = plugin as typeof contract0;
      const gateway: Gateway = {
        models: async () => [],
        async *stream({ model }) {
          yield [text(begin(model)), finish()];
        },
      };
      return definePlugin({ id, name, contract: 1, settingsKey: id, open: () => gateway });
    };
    const registry = createRegistry({
      plugins: [contract0 as unknown as GatewayPlugin, good],
      contractAdapters: { 0: adapter },
    });
    expect(await collect(registry.gateway("ancient").stream(requestOf()))).toEqual([[text("small?"), finish()]]);
    expect(registry.gateways().map(({ id, contract }: GatewayEntry) => [id, contract])).toEqual([
      ["ancient", 0],
      ["good", 1],
    ]);
  });

  it("are refused by name if their adapter fails", () => {
    const adapter = () => {
      throw new Error("too old");
    };
    const plugins = [contract0 as unknown as GatewayPlugin, good];
    const registry = createRegistry({ plugins, contractAdapters: { 0: adapter } });
    expect(() => registry.gateway("ancient")).toThrow(
      'The adapter for contract 0 failed for the plugin "ancient": too old.',
    );
  });

  it("are refused by name if they were built before contract 1", () => {
    const { parseGatewayOptions, ...rest } = pluginOf(saying(), { id: "early" });
    const early = { ...rest, parseOptions: parseGatewayOptions } as unknown as GatewayPlugin;
    const registry = createRegistry({ plugins: [early, good] });
    expect(() => registry.gateway("early")).toThrow(/"early" was built with a version of @waygate\/core from before/);
  });
});

describe("a credential that was rejected", () => {
  it("is asked for once more, with the rejected value", async () => {
    const queries: (string | undefined)[] = [];
    const plugin = definePlugin({
      id: "fake",
      name: "Fake",
      contract: 1,
      settingsKey: "fake",
      credentials: [{ id: "api_key", label: "API key", env: [] }],
      open: ({ credential, store }) => ({
        models: async () => [],
        async *stream() {
          const first = await credential("api_key");
          const second = await credential("api_key", { refused: first });
          await store.set("token", "rotated");
          yield [text(`${first} ${second} ${await store.get("token")} ${await store.get("none")}`), finish()];
        },
      }),
    });
    const registry = createRegistry({
      plugins: [plugin],
      credentials: ({ refused }) => {
        queries.push(refused);
        return refused === undefined ? "old" : "new";
      },
    });
    expect((await collect(registry.gateway("fake").stream(requestOf()))).flat()[0]).toEqual(
      text("old new rotated undefined"),
    );
    expect(queries).toEqual([undefined, "old"]);
  });
});

describe("tools of other kinds", () => {
  const patch: Tool | { kind: "freeform"; name: string; description: string; execute(input: string): unknown } = {
    kind: "freeform",
    name: "patch",
    description: "Applies a patch.",
    execute: (input) => `applied ${input}`,
  };
  const answers: readonly (readonly ModelEvent[])[] = [
    [
      { type: "tool-call-start", id: "1", name: "patch", format: "text" },
      { type: "tool-call-end", id: "1", arguments: "*** Begin", complete: true },
      finish("tool-calls"),
    ],
    [...call("2", "patch", { input: "*** End" }), finish("tool-calls")],
    [text("Done."), finish()],
  ];

  it.each([true, false])("freeform tools run, natively or as functions: %s", async (freeformTools) => {
    const requests: ModelRequest[] = [];
    const gateway: Gateway = {
      models: async () => [],
      async *stream(request) {
        requests.push(request);
        yield answers[requests.length - 1] ?? [];
      },
    };
    const plugin = pluginOf(gateway, { capabilities: { tools: true, freeformTools } });
    const messages = [{ role: "user", content: "Patch it." }] as const;
    const running = run({
      gateway: createRegistry({ plugins: [plugin] }).gateway("fake"),
      ...{ model: "small", messages, tools: [patch as never] },
    });
    const results: unknown[] = [];
    for await (const event of running) if (event.type === "tool-result") results.push(event.result.content[0]);
    expect(results).toEqual([
      { type: "text", text: "applied *** Begin" },
      { type: "text", text: "applied *** End" },
    ]);
    expect(requests[0]?.tools[0]).toMatchObject(
      freeformTools ? { kind: "freeform", name: "patch" } : { name: "patch", parameters: { required: ["input"] } },
    );
    const sent = requests[1]?.messages[1]?.content[0];
    expect(sent).toMatchObject({ arguments: freeformTools ? "*** Begin" : '{"input":"*** Begin"}' });
  });
});
