import {
  ask,
  type Capabilities,
  type Cost,
  createRegistry,
  type Gateway,
  type GuardedGateway,
  type MessageInput,
  type Model,
  type ModelEvent,
  type Pricing,
  type RunEvent,
  type RunOptions,
  resume,
  run,
  type Tool,
  type Usage,
} from "@waygate/core";
import { GatewayError } from "@waygate/core/plugin";
import { describe, expect, it } from "vitest";
import { call, capable, collect, failureOf, finish, pluginOf, text, usageOf } from "./fake-gateway.ts";

const hello = { role: "user", content: "Hello" } as const;
const look: Tool = { name: "look", description: "Looks.", parameters: { type: "object" }, execute: () => "seen" };
/** Per million tokens: with a million of each, the figures are easy to see. */
const prices: Pricing = { currency: "USD", input: 3, output: 15 };
const million = 1_000_000;

interface Paid {
  readonly id?: string;
  /** Of the model "small", known from the beginning. */
  readonly pricing?: Pricing;
  /** What the list has, once it was asked for. */
  readonly listed?: Pricing;
  readonly able?: Partial<Capabilities>;
  readonly models?: Gateway["models"];
}

/** A gateway that calls a tool again and again, each time with these events before. */
function paid(events: readonly ModelEvent[] | readonly (readonly ModelEvent[])[], options: Paid = {}) {
  const { id = "fake", pricing, listed, able } = options;
  const answers = (Array.isArray(events[0]) ? events : [events]) as readonly (readonly ModelEvent[])[];
  let known = pricing;
  let requests = 0;
  let lists = 0;
  const model = (): Model => ({ id: "small", name: "Small", capabilities: {}, pricing: known, origin: {} });
  const inner: Gateway = {
    async models(asked) {
      lists++;
      if (options.models !== undefined) return options.models(asked);
      known = listed ?? known;
      return [model()];
    },
    model: () => model(),
    async *stream() {
      requests++;
      yield [...(answers[requests - 1] ?? answers.at(-1) ?? []), ...call(`${requests}`, "look"), finish("tool-calls")];
    },
  };
  const plugin = pluginOf(inner, { id, settingsKey: id, capabilities: { ...capable, ...able } });
  const gateway = createRegistry({ plugins: [plugin] }).gateway(id);
  return {
    gateway,
    get requests() {
      return requests;
    },
    get lists() {
      return lists;
    },
  };
}

function start(gateway: GuardedGateway, options: Partial<RunOptions> = {}) {
  return run({ gateway, model: "small", messages: [hello], tools: [look], maxSteps: 9, ...options });
}

const report = (usage: Usage, cost?: Cost): ModelEvent => ({ type: "usage", usage, ...(cost && { cost }) });
const usd = (amount: number, source: Cost["source"] = "billed"): Cost => ({ amount, currency: "USD", source });
const notices = (events: readonly RunEvent[]) => events.filter((event) => event.type === "notice");

describe("the cost of a run", () => {
  it("is estimated from known prices if the gateway bills nothing", async () => {
    const usage = { input: { total: 2 * million, cacheRead: million }, output: { total: million } };
    const { gateway } = paid([report(usage)], { pricing: { ...prices, cacheRead: 0.5 } });
    const running = start(gateway, { maxSteps: 2 });
    const events = await collect(running);
    expect(events.filter(({ type }) => type === "step-end")).toMatchObject([
      { cost: usd(18.5, "estimated"), costs: [usd(18.5, "estimated")], usage },
      { cost: usd(18.5, "estimated") },
    ]);
    expect(await running.result()).toMatchObject({
      cost: usd(37, "estimated"),
      usage: { output: { total: 2 * million } },
    });
    expect(notices(events)).toEqual([]);
  });

  it.each<[string, Usage, Pricing, number | undefined]>([
    [
      "cached input at the price of input, if it has none",
      { input: { total: million, cacheRead: million }, output: { total: 0 } },
      prices,
      3,
    ],
    [
      "writes to the cache at their own price",
      { input: { total: million, cacheWrite: million }, output: { total: 0 } },
      { ...prices, cacheWrite: 4 },
      4,
    ],
    ["what is free", usageOf(million, million), { ...prices, input: 0, output: 0 }, 0],
    ["nothing without the price of the output", usageOf(1, 1), { currency: "USD", input: 3 }, undefined],
    ["nothing without a count of the input", { input: {}, output: { total: 1 } }, prices, undefined],
  ])("counts %s", async (_name, usage, pricing, amount) => {
    const { gateway } = paid([report(usage)], { pricing });
    const { cost } = await start(gateway, { maxSteps: 1 }).result();
    expect(cost).toEqual(amount === undefined ? undefined : usd(amount, "estimated"));
  });

  it("is what the gateway bills, whatever the prices", async () => {
    const { gateway } = paid([report(usageOf(million, million), usd(0.5))], { pricing: prices });
    expect((await start(gateway, { maxSteps: 1 }).result()).cost).toEqual(usd(0.5));
  });

  it("is that of the model that answered, after a failover", async () => {
    const failing = createRegistry({
      plugins: [
        pluginOf({
          models: async () => [],
          // biome-ignore lint/correctness/useYield: it fails before it says anything.
          async *stream() {
            throw new GatewayError("No.", { gateway: "fake", code: "payment-required" });
          },
        }),
      ],
    }).gateway("fake");
    const spare = paid([report(usageOf(million, 0))], { id: "spare", pricing: { ...prices, currency: "EUR" } });
    const { cost } = await start(failing, {
      maxSteps: 1,
      fallbacks: [{ gateway: spare.gateway, model: "small" }],
    }).result();
    expect(cost).toEqual({ amount: 3, currency: "EUR", source: "estimated" });
  });

  it("is estimated for ask() too", async () => {
    const { gateway } = paid([report(usageOf(million, 0))], { pricing: prices });
    const { cost, costs } = await ask({ gateway, model: "small", messages: [hello] }).result();
    expect([cost, costs]).toEqual([usd(3, "estimated"), [usd(3, "estimated")]]);
  });

  it("says once that fees besides the tokens are not in an estimate", async () => {
    const searched: ModelEvent[] = [
      { type: "tool-call-start", id: "s", name: "web_search", executor: "service" },
      { type: "tool-call-end", id: "s", arguments: "{}", complete: true },
      { type: "service-tool-result", id: "s", content: [] },
      report(usageOf(million, 0)),
    ];
    const events = await collect(start(paid(searched, { pricing: prices }).gateway, { maxSteps: 3 }));
    expect(notices(events)).toMatchObject([{ code: "fees-unknown" }]);
    expect(notices(events)[0]?.message).toContain('The cost of model "small" of gateway "fake" is estimated');
    const billed = [...searched.slice(0, 3), report(usageOf(million, 0), usd(3.01))];
    expect(notices(await collect(start(paid(billed, { pricing: prices }).gateway)))).toEqual([]);
  });
});

describe("a budget in tokens", () => {
  it("ends a run whose service reports nothing, by an estimate that shows", async () => {
    const paidGateway = paid([text("x".repeat(400))]);
    const running = start(paidGateway.gateway, { budget: { tokens: 400 } });
    const events = await collect(running);
    const { reason, usage, steps } = await running.result();
    expect([reason, usage.estimated, steps < 9]).toEqual(["budget", true, true]);
    const [first] = events.filter((event) => event.type === "step-end");
    // "Hello" and the tool in, 400 characters and the call out, 4 characters a token.
    expect(first?.usage).toEqual({
      input: {
        total:
          2 +
          Math.ceil(
            JSON.stringify([{ name: "look", description: "Looks.", parameters: { type: "object" } }]).length / 4,
          ),
      },
      output: { total: 100 + 2 },
      estimated: true,
    });
    expect(paidGateway.requests).toBe(steps);
  });

  it("counts each step's whole history, as services do", async () => {
    const running = start(paid([text("x".repeat(400))]).gateway, { budget: { tokens: million }, maxSteps: 3 });
    const inputs = (await collect(running)).flatMap((event) =>
      event.type === "step-end" ? [event.usage?.input.total ?? 0] : [],
    );
    expect(inputs[1]).toBeGreaterThan((inputs[0] ?? 0) + 100);
    expect(inputs[2]).toBeGreaterThan((inputs[1] ?? 0) + 100);
  });

  it("completes what is reported in part, and leaves what is reported whole", async () => {
    const part = { input: { total: 7 }, output: { reasoning: 50 } };
    const [step] = (
      await collect(start(paid([text("x"), report(part)]).gateway, { budget: { tokens: million }, maxSteps: 1 }))
    ).filter((event) => event.type === "step-end");
    // Not less than the part of it that is reported.
    expect(step?.usage).toEqual({ input: { total: 7 }, output: { total: 50, reasoning: 50 }, estimated: true });
    const whole = usageOf(7, 5);
    const { usage } = await start(paid([text("x"), report(whole)]).gateway, {
      budget: { tokens: million },
      maxSteps: 1,
    }).result();
    expect(usage).toEqual(whole);
  });

  it("is estimated for images and files by more than their names", async () => {
    const messages: readonly MessageInput[] = [
      {
        role: "user",
        content: [
          { type: "image", mediaType: "image/png", source: { type: "base64", data: "AAAA".repeat(100_000) } },
          { type: "file", mediaType: "text/plain", source: { type: "base64", data: "AAAA".repeat(4000) } },
        ],
      },
    ];
    const { usage } = await start(paid([text("x")]).gateway, {
      messages,
      tools: [],
      budget: { tokens: 1 },
      maxSteps: 1,
    }).result();
    expect(usage.input.total).toBeGreaterThan(1000 + 2900);
    expect(usage.input.total).toBeLessThan(1000 + 3100);
  });

  it("estimates nothing without a budget: what is not known stays so", async () => {
    const { usage } = await start(paid([text("x")]).gateway, { maxSteps: 1 }).result();
    expect(usage).toEqual({ input: {}, output: {} });
  });

  it("goes on counting where a run is resumed", async () => {
    const asking: Tool = { ...look, approval: "always" };
    const { gateway } = paid([text("x".repeat(400))]);
    const running = start(gateway, { tools: [asking], budget: { tokens: 150 } });
    expect((await running.result()).reason).toBe("paused");
    const snapshot = JSON.parse(JSON.stringify(running.snapshot()));
    const resumed = resume(snapshot, { gateway, model: "small", tools: [asking], budget: { tokens: 150 } });
    resumed.approve("1");
    const { reason, usage } = await resumed.result();
    expect([reason, usage.estimated]).toEqual(["paused", true]);
    expect(usage.output.total).toBeGreaterThan(200);
  });
});

describe("a limit on the cost", () => {
  it("ends a run by the prices that are known", async () => {
    const { gateway } = paid([report(usageOf(million, 0))], { pricing: prices });
    const { reason, steps, cost } = await start(gateway, { budget: { cost: 5 } }).result();
    expect([reason, steps, cost]).toEqual(["budget", 2, usd(6, "estimated")]);
  });

  it("ends a run by estimated tokens where a service reports none", async () => {
    const { gateway } = paid([text("x".repeat(4 * million))], { pricing: prices });
    const { reason, steps, cost, usage } = await start(gateway, { budget: { cost: 10 } }).result();
    expect([reason, steps, cost?.source, usage.estimated]).toEqual(["budget", 1, "estimated", true]);
    expect(cost?.amount).toBeCloseTo(15, 2);
  });

  it("ends a run by what a gateway bills that has declared so", async () => {
    const paidGateway = paid([report(usageOf(1, 1), usd(3))], { able: { billedCost: true } });
    const { reason, steps } = await start(paidGateway.gateway, { budget: { cost: 5 } }).result();
    expect([reason, steps, paidGateway.lists]).toEqual(["budget", 2, 0]);
  });

  it("fetches the list of models first if the prices may be in it", async () => {
    const paidGateway = paid([report(usageOf(million, 0))], { listed: prices });
    const { reason } = await start(paidGateway.gateway, { budget: { cost: 5 } }).result();
    expect([reason, paidGateway.lists]).toEqual(["budget", 1]);
  });

  const refusal = (id = "fake") =>
    expect.objectContaining({
      name: "GatewayError",
      gateway: id,
      code: "budget",
      retryable: false,
      message:
        `The cost limit of the run cannot be enforced: the prices of model "small" of gateway "${id}" are not known, and the ` +
        "gateway does not report what it bills. Set the model's prices in the settings of the gateway, or pass " +
        'budget: { cost, unknown: "allow" }, which counts only the costs that are known.',
    });

  it.each<[string, Paid]>([
    ["no prices", {}],
    ["the price of the input alone", { pricing: { currency: "USD", input: 3 } }],
    [
      "no list either",
      { models: () => Promise.reject(new GatewayError("No list.", { gateway: "fake", code: "connection" })) },
    ],
  ])("rejects before any request where there are %s", async (_name, options) => {
    const paidGateway = paid([report(usageOf(1, 1))], options);
    const running = start(paidGateway.gateway, { budget: { cost: 5 } });
    expect(await failureOf(running.result())).toEqual(refusal());
    expect([paidGateway.requests, running.messages.length]).toEqual([0, 1]);
  });

  it("rejects for a fallback, and for a model that prepareStep turns to", async () => {
    const known = paid([report(usageOf(1, 1))], { pricing: prices });
    const unknown = paid([], { id: "spare" });
    const targets = [{ gateway: unknown.gateway, model: "small" }];
    expect(await failureOf(start(known.gateway, { budget: { cost: 5 }, fallbacks: targets }).result())).toEqual(
      refusal("spare"),
    );
    expect(known.requests).toBe(0);
    const turning = start(known.gateway, {
      budget: { cost: 5 },
      prepareStep: ({ step }) => (step === 2 ? { targets } : undefined),
    });
    expect(await failureOf(turning.result())).toEqual(refusal("spare"));
    expect([known.requests, unknown.requests]).toEqual([1, 0]);
  });

  it("counts what is known where that is allowed, and says so once", async () => {
    const paidGateway = paid([[report(usageOf(1, 1))], [report(usageOf(1, 1), usd(6))]]);
    const running = start(paidGateway.gateway, { budget: { cost: 5, unknown: "allow" } });
    const events = await collect(running);
    expect(notices(events)).toMatchObject([{ code: "cost-unknown" }]);
    expect(await running.result()).toMatchObject({ reason: "budget", steps: 2, cost: usd(6) });
    expect(paidGateway.lists).toBe(0);
  });

  it("holds for each currency by itself", async () => {
    const eur = (amount: number): Cost => ({ ...usd(amount), currency: "EUR" });
    const answers = [usd(3), eur(3), usd(1), eur(3)].map((cost) => [report(usageOf(1, 1), cost)]);
    const { gateway } = paid(answers, { able: { billedCost: true } });
    const { reason, steps, cost, costs } = await start(gateway, { budget: { cost: 5 } }).result();
    expect([reason, steps, cost, costs]).toEqual(["budget", 4, undefined, [usd(4), eur(6)]]);
  });

  it("is left alone where only tokens are limited", async () => {
    const paidGateway = paid([report(usageOf(1, 1))]);
    expect((await start(paidGateway.gateway, { budget: { tokens: 3 } }).result()).reason).toBe("budget");
    expect(paidGateway.lists).toBe(0);
  });

  it("must be spelt right", () => {
    const { gateway } = paid([]);
    const wrong = (budget: object) => () => start(gateway, { budget });
    expect(wrong({ cost: 1, unknown: "ignore" })).toThrow(
      '"budget.unknown" must be one of "reject", "allow", not "ignore".',
    );
    expect(wrong({ costs: 1 })).toThrow('"budget.costs" is not an option. Did you mean "cost"?');
  });
});
