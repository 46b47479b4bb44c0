import type { VercelAiGatewayOptions } from "@waygate/vercel-ai-gateway";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ask, collect, failure, openRegistry, sendJson, startService, type TestService } from "./service.ts";

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service[Symbol.asyncDispose]());
beforeEach(() => service.clear());

const model = "anthropic/claude-sonnet-4";
type Options = VercelAiGatewayOptions & Record<string, never>;
const routed = (gateway: object) => ({ providerOptions: { gateway } }) as unknown as Options;

/** Routing of all models, of a pattern, of one model, and of the request: the order in which each is laid over the last. */
function layered(...[all = {}, pattern = {}, own = {}, request = {}]: readonly object[]) {
  return ask(service, {
    settings: {
      model_settings: { "*": routed(all), "anthropic/*": routed(pattern) },
      available_models: [{ name: model, ...routed(own) }],
    },
    gatewayOptions: routed(request),
  });
}

describe("the privacy ratchet", () => {
  it.each(["zeroDataRetention", "disallowPromptTraining", "hipaaCompliant"])(
    "keeps %s, whichever level set it, and says what had no effect",
    async (key) => {
      const on = { [key]: true };
      const off = { [key]: false };
      for (const levels of [
        [on, off, off, off],
        [{}, on, off, off],
        [{}, {}, on, off],
        [off, off, off, on],
      ] as const) {
        expect((await layered(...levels)).body.providerOptions).toEqual({ gateway: on });
      }
      const { events, notices } = await layered({}, on, off, off);
      expect(notices).toEqual([
        {
          gateway: "vercel_ai_gateway",
          code: "routing-not-loosened",
          message: `The settings would loosen routing that can only be tightened: ${key}: false (of "${model}") had no effect.`,
        },
      ]);
      expect(events[0]).toEqual({
        type: "notice",
        code: "routing-not-loosened",
        message: `The request would loosen routing that can only be tightened: ${key}: false had no effect.`,
      });
      expect((await layered({}, {}, on, {})).told).toEqual([]);
    },
  );

  it("cuts only down level by level", async () => {
    const { body, told } = await layered({ only: ["a", "b", "c"] }, { only: ["b", "c"] }, {}, { only: ["c", "d"] });
    expect(body.providerOptions).toEqual({ gateway: { only: ["c"] } });
    expect(told).toEqual(["routing-not-loosened"]);
  });

  it.each([
    ["the request", [{ only: ["a"] }, {}, {}, { only: ["b"] }]],
    ["the settings themselves", [{ only: ["a"] }, {}, { only: ["b"] }, {}]],
  ] as const)("refuses a request that %s leave no provider, before it is sent", async (_who, levels) => {
    const error = await failure(layered(...levels));
    expect(error).toMatchObject({ code: "invalid-request", retryable: false });
    expect(error.message).toContain('"only"');
    expect(service.received).toEqual([]);
  });

  it("cannot be got around by the order of providers, which is a preference within only", async () => {
    const { body } = await layered(
      { only: ["a"], zeroDataRetention: true },
      {},
      {},
      { order: ["b", "a"], sort: "cost" },
    );
    expect(body.providerOptions).toEqual({
      gateway: { only: ["a"], zeroDataRetention: true, order: ["b", "a"], sort: "cost" },
    });
  });

  it.each(["providerOptions", "provider", "models"])("cannot be got around by %s in extra_body", async (field) => {
    expect((await failure(ask(service, { gatewayOptions: { extra_body: { [field]: {} } } }))).code).toBe(
      "invalid-request",
    );
  });

  it("says once what the settings of a model contradict themselves in", async () => {
    const settings = {
      model_settings: { "*": routed({ zeroDataRetention: true }), "anthropic/*": routed({ zeroDataRetention: false }) },
    };
    const { registry, notices } = openRegistry(service, settings);
    await using open = registry;
    for (let count = 0; count < 3; count++) await collect(open);
    expect(notices.map(({ code }) => code)).toEqual(["routing-not-loosened"]);
  });
});

describe("providerOptions of a request", () => {
  it("win over those of the settings, provider by provider and key by key", async () => {
    const { body } = await ask(service, {
      settings: {
        available_models: [
          {
            name: model,
            providerOptions: {
              gateway: { order: ["anthropic"], tags: ["app"], sort: "cost" },
              anthropic: { thinking: { type: "enabled", budgetTokens: 2000 }, effort: "low" },
            },
          },
        ],
      },
      gatewayOptions: {
        providerOptions: {
          gateway: { order: ["bedrock"], tags: ["request"] },
          anthropic: { thinking: { budgetTokens: 4000 } },
          bedrock: { serviceTier: "flex" },
        },
      },
    });
    expect(body.providerOptions).toEqual({
      gateway: { order: ["bedrock"], tags: ["app", "request"], sort: "cost" },
      anthropic: { thinking: { type: "enabled", budgetTokens: 4000 }, effort: "low" },
      bedrock: { serviceTier: "flex" },
    });
  });

  it.each([
    [{ gateway: { only: [] } }],
    [{ gateway: { sort: "price" } }],
    [{ gateway: { zeroDataRetentoin: true } }],
    [{ gateway: [] }],
    [{ anthropic: "fast" }],
    ["anthropic"],
  ])("are refused before the request is sent: %j", async (providerOptions) => {
    const error = await failure(ask(service, { gatewayOptions: { providerOptions } }));
    expect(error.code).toBe("invalid-request");
    expect(error.message).toContain("gatewayOptions.providerOptions");
    expect(service.received).toEqual([]);
  });

  it("are left out where they say nothing", async () => {
    expect(
      (await ask(service, { gatewayOptions: { providerOptions: { gateway: {}, openai: {} } } })).body,
    ).not.toHaveProperty("providerOptions");
  });
});

describe("keys of own accounts with providers", () => {
  const stored = { anthropic: [{ apiKey: "sk-ant-stored-0123456789" }] };
  const brought = { openai: [{ apiKey: "sk-brought-0123456789" }] };
  const keys = { api_key: "vck_test", provider_keys: JSON.stringify(stored) };

  it("go into the body: those that are stored, and those of the request, which win", async () => {
    expect((await ask(service, { keys })).body.providerOptions).toEqual({ gateway: { byok: stored } });
    const { body } = await ask(service, { keys, gatewayOptions: routed({ byok: brought }) });
    expect(body.providerOptions).toEqual({ gateway: { byok: { ...stored, ...brought } } });
  });

  it.each(["nonsense", '["a"]', '{"anthropic": "sk"}', '{"anthropic": {"apiKey": "sk"}}'])(
    "stop the request where they cannot be read: %s",
    async (provider_keys) => {
      const error = await failure(ask(service, { keys: { ...keys, provider_keys } }));
      expect(error.code).toBe("credentials");
      expect(error.message).toContain('{"anthropic": [{"apiKey": "…"}]}');
      expect(error.message).not.toContain("sk");
      expect(service.received).toEqual([]);
    },
  );

  it("are blotted out where an answer repeats them", async () => {
    service.answer = (response) =>
      sendJson(response, { error: { message: "No sk-ant-stored-0123456789, sk-brought-0123456789, vck_test" } }, 400);
    const error = await failure(ask(service, { keys, gatewayOptions: routed({ byok: brought }) }));
    expect(error.detail).toBe("No ***, ***, ***");
  });

  it("of a request are left out where the settings have prompts not trained on, which is not enforced for them", async () => {
    const { body, told } = await ask(service, {
      settings: { model_settings: { "*": routed({ disallowPromptTraining: true }) } },
      gatewayOptions: routed({ byok: brought }),
    });
    expect(body.providerOptions).toEqual({ gateway: { disallowPromptTraining: true } });
    expect(told).toEqual(["routing-not-loosened"]);
  });
});

describe("prompt caching", () => {
  it("is asked of the gateway, which knows what each provider needs", async () => {
    expect((await ask(service, { cache: "auto" })).body.providerOptions).toEqual({ gateway: { caching: "auto" } });
    expect((await ask(service)).body).not.toHaveProperty("providerOptions");
  });
});
