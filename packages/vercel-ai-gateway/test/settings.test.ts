import { createRegistry } from "@waygate/core";
import vercelAiGateway from "@waygate/vercel-ai-gateway";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type Asking,
  ask,
  collect,
  failure,
  openRegistry,
  sendJson,
  startService,
  type TestService,
  tool,
} from "./service.ts";

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service[Symbol.asyncDispose]());
beforeEach(() => service.clear());

const model = "anthropic/claude-sonnet-4";
/** Asks with these settings of the model. */
const askWith = (settings: object, asking: Asking = {}) =>
  ask(service, { settings: { available_models: [{ name: model, ...settings }] }, ...asking });

const plain = {
  model,
  messages: [{ role: "user", content: "Hello" }],
  stream: true,
  stream_options: { include_usage: true },
};

describe("the address and the key", () => {
  it("go into the request", async () => {
    const { url, headers, body, queries } = await ask(service);
    expect(url).toBe("/v1/chat/completions");
    expect(headers.authorization).toBe("Bearer vck_test");
    expect(headers["content-type"]).toBe("application/json");
    expect(body).toEqual(plain);
    expect(queries[0]).toMatchObject({ gateway: "vercel_ai_gateway", address: service.url });
  });

  it("are, for the key, looked for under Zed's name, then under those of Vercel's own tools", () => {
    const [key, own] = vercelAiGateway.credentials("vercel_ai_gateway");
    expect(key).toMatchObject({
      id: "api_key",
      env: ["VERCEL_AI_GATEWAY_API_KEY", "AI_GATEWAY_API_KEY", "VERCEL_OIDC_TOKEN"],
    });
    expect(key?.optional).toBeUndefined();
    expect(own).toMatchObject({ id: "provider_keys", env: ["VERCEL_AI_GATEWAY_PROVIDER_KEYS"], optional: true });
  });

  it("are asked for anew at each request", async () => {
    const keys: Record<string, string> = { api_key: "vck_one" };
    await using registry = openRegistry(service, {}, keys).registry;
    await collect(registry);
    keys.api_key = "vck_two";
    await collect(registry);
    expect(service.received.map(({ headers }) => headers.authorization)).toEqual(["Bearer vck_one", "Bearer vck_two"]);
  });

  it("stop a request without a key before it is sent, with a hint", async () => {
    const error = await failure(ask(service, { keys: {} }));
    expect(error.code).toBe("credentials");
    expect(error.message).toContain("VERCEL_AI_GATEWAY_API_KEY");
    expect(error.message).toContain("https://vercel.com/d?to=%2F%5Bteam%5D%2F%7E%2Fai-gateway%2Fapi-keys");
    expect(service.received).toEqual([]);
  });

  it("keep a query of the address", async () => {
    expect((await ask(service, { settings: { api_url: `${service.url}?via=proxy` } })).url).toBe(
      "/v1/chat/completions?via=proxy",
    );
  });

  it.each([["http://example.com/v1"], ["ftp://x"], ["nonsense"]])("refuse %j", async (api_url) => {
    await using registry = createRegistry({
      plugins: [vercelAiGateway],
      settings: { vercel_ai_gateway: { api_url } },
    });
    expect(registry.gateways()[0]).toMatchObject({
      state: "refused",
      issues: [{ path: ["vercel_ai_gateway", "api_url"] }],
    });
  });
});

describe("the seed page's settings", () => {
  // "Use a Gateway", Vercel AI Gateway: the page's example as it stands there.
  const settings = JSON.parse(`{
    "language_models": {
      "vercel_ai_gateway": {
        "api_url": "https://ai-gateway.vercel.sh/v1"
      }
    }
  }`).language_models;

  it("are taken as they are, and are the default", async () => {
    for (const each of [settings, {}]) {
      await using registry = createRegistry({ plugins: [vercelAiGateway], settings: each });
      expect(registry.gateways()).toMatchObject([
        {
          id: "vercel_ai_gateway",
          name: "Vercel AI Gateway",
          state: "ready",
          address: "https://ai-gateway.vercel.sh/v1",
        },
      ]);
    }
  });

  it("send requests to the custom endpoint, with the key of the environment variable that the page names", async () => {
    process.env.VERCEL_AI_GATEWAY_API_KEY = "vck_environment";
    settings.vercel_ai_gateway.api_url = service.url;
    await using registry = createRegistry({
      plugins: [vercelAiGateway],
      settings,
      credentials: ({ credential }) => credential.env.map((name) => process.env[name]).find(Boolean),
    });
    await collect(registry);
    delete process.env.VERCEL_AI_GATEWAY_API_KEY;
    expect(service.received[0]?.headers.authorization).toBe("Bearer vck_environment");
  });

  it("may be Zed's own, with a model of their own", async () => {
    // reference of Zed's keys: docs/src/ai/use-a-gateway.md in zed-industries/zed.
    const zed = {
      available_models: [
        {
          name: "anthropic/claude-sonnet-4.6",
          max_tokens: 200000,
          max_output_tokens: 64000,
          capabilities: { tools: true, images: true, parallel_tool_calls: true, prompt_cache_key: false },
        },
      ],
    };
    const { registry, notices } = openRegistry(service, zed);
    await using open = registry;
    expect(open.gateways()).toMatchObject([{ state: "ready", issues: [] }]);
    expect(notices).toEqual([]);
    expect(open.gateway("vercel_ai_gateway").model?.("anthropic/claude-sonnet-4.6")).toMatchObject({
      contextWindow: 200000,
      maxOutputTokens: 64000,
      capabilities: { tools: true, images: true },
    });
    await collect(open, { model: "anthropic/claude-sonnet-4.6", tools: [tool], sessionId: "s-1" });
    expect(service.received.at(-1)?.body).toMatchObject({ max_tokens: 64000, parallel_tool_calls: true });
    expect(service.received.at(-1)?.body).not.toHaveProperty("prompt_cache_key");
  });
});

describe("headers", () => {
  it("of the settings are sent, but for reserved ones, of which a notice tells", async () => {
    const custom_headers = {
      "X-Team": "core",
      Authorization: "Bearer mine",
      "Content-Type": "text/plain",
      "bad name": "x",
      "X-Line": "a\nb",
    };
    const { headers, notices } = await ask(service, { settings: { custom_headers } });
    expect(headers["x-team"]).toBe("core");
    expect(headers.authorization).toBe("Bearer vck_test");
    expect(headers["content-type"]).toBe("application/json");
    expect(headers["x-line"]).toBeUndefined();
    expect(notices.map(({ code, message }) => [code, message])).toEqual([
      ["header-refused", 'The header "Authorization" in custom_headers was left out: it is set by the program itself.'],
      ["header-refused", 'The header "Content-Type" in custom_headers was left out: it is set by the program itself.'],
      ["header-refused", 'The header "bad name" in custom_headers was left out: it is not the name of a header.'],
      [
        "header-refused",
        'The header "X-Line" in custom_headers was left out: its value has characters that a header cannot have.',
      ],
    ]);
  });

  it("name the program only where the settings do", async () => {
    const { headers } = await ask(service);
    expect(headers).not.toHaveProperty("http-referer");
    expect(headers).not.toHaveProperty("x-title");
    const named = await ask(service, { settings: { app_url: "https://my.app", app_name: "My App" } });
    expect(named.headers).toMatchObject({ "http-referer": "https://my.app", "x-title": "My App" });
    const { headers: without, notices } = await ask(service, { settings: { app_name: "App ☂" } });
    expect(without).not.toHaveProperty("x-title");
    expect(notices.map(({ message }) => message)).toEqual([
      '"app_name" was left out: it has characters that a header cannot have.',
    ]);
  });
});

describe("available_models", () => {
  it("have a name and a context window", async () => {
    await using registry = openRegistry(service, {
      available_models: [{ name: model, display_name: "Sonnet", max_tokens: 1000 }, { name: "plain/m" }],
    }).registry;
    const gateway = registry.gateway("vercel_ai_gateway");
    expect(gateway.model?.(model)).toMatchObject({
      name: "Sonnet",
      contextWindow: 1000,
      origin: { id: "settings", name: "settings", contextWindow: "settings" },
    });
    expect(gateway.model?.("plain/m")).toMatchObject({
      name: "plain/m",
      origin: { name: "default" },
      capabilities: {},
    });
    expect(gateway.model?.("other/m")).toBeUndefined();
  });

  it.each([
    [{ max_output_tokens: 10 }, undefined, 10],
    [{ max_output_tokens: 10, max_completion_tokens: 20 }, undefined, 20],
    [{ max_output_tokens: 10 }, 5, 5],
    [{}, undefined, undefined],
  ])("limit answers: %j, with %j in the request", async (settings, maxOutputTokens, limit) => {
    const { body } = await askWith(settings, { maxOutputTokens });
    expect(body.max_tokens).toBe(limit);
  });

  it.each([
    [{ reasoning_effort: "high" }, undefined, { effort: "high" }],
    [{ reasoning_effort: "none" }, undefined, { enabled: false }],
    [{ reasoning_effort: "high" }, { effort: "low" }, { effort: "low" }],
    [{}, undefined, undefined],
  ] as const)("think by default as %j says, with %j in the request", async (settings, reasoning, sent) => {
    expect((await askWith(settings, { reasoning })).body.reasoning).toEqual(sent);
  });

  it("that are named twice are as the last says", async () => {
    const settings = {
      available_models: [
        { name: model, max_output_tokens: 1 },
        { name: model, max_output_tokens: 2 },
      ],
    };
    expect((await ask(service, { settings })).body.max_tokens).toBe(2);
  });
});

describe("capability flags", () => {
  const image = { type: "image", mediaType: "image/png", source: { type: "base64", data: "AAAA" } } as const;

  it("tools and images: false are refused before any request", async () => {
    const messages = [{ role: "user", content: [image] }] as const;
    const capabilities = { tools: false, images: false };
    for (const asking of [{ tools: [tool] }, { messages }]) {
      expect((await failure(askWith({ capabilities }, asking))).code).toBe("unsupported");
    }
    expect(service.received).toEqual([]);
  });

  it("tools and images: true are sent, whatever the list says", async () => {
    service.get = (_path, response) =>
      sendJson(response, { data: [{ id: model, type: "language", tags: ["web-search"] }] });
    const settings = { available_models: [{ name: model, capabilities: { tools: true, images: true } }] };
    await using registry = openRegistry(service, settings).registry;
    await registry.gateway("vercel_ai_gateway").models({ signal: new AbortController().signal });
    await collect(registry, { tools: [tool], messages: [{ role: "user", content: [image] }] });
    expect(service.received.at(-1)?.body).toMatchObject({ tools: [{ function: { name: "look" } }] });
  });

  it.each([
    [{ parallel_tool_calls: true }, { tools: [tool] }, true],
    [{ parallel_tool_calls: true }, { tools: [tool], parallelToolCalls: false }, false],
    [{ parallel_tool_calls: true }, {}, undefined],
    [{ parallel_tool_calls: false }, { tools: [tool] }, undefined],
    [{}, { tools: [tool] }, undefined],
  ])("parallel_tool_calls: %j with %j", async (capabilities, asking, sent) => {
    expect((await askWith({ capabilities }, asking)).body.parallel_tool_calls).toBe(sent);
  });

  it.each([
    [{ prompt_cache_key: true }, "s-1"],
    [{ prompt_cache_key: false }, undefined],
    [{}, undefined],
  ])("prompt_cache_key: %j", async (capabilities, sent) => {
    expect((await askWith({ capabilities }, { sessionId: "s-1" })).body.prompt_cache_key).toBe(sent);
  });

  it("prompt_cache_key, where it is left open, is as the list says", async () => {
    service.get = (_path, response) =>
      sendJson(response, { data: [{ id: model, supported_parameters: ["tools", "prompt_cache_key"] }] });
    for (const [capabilities, sent] of [
      [{}, "s-1"],
      [{ prompt_cache_key: false }, undefined],
    ]) {
      await using registry = openRegistry(service, { available_models: [{ name: model, capabilities }] }).registry;
      await registry.gateway("vercel_ai_gateway").models({ signal: new AbortController().signal });
      await collect(registry, { sessionId: "s-1" });
      expect(service.received.at(-1)?.body.prompt_cache_key).toBe(sent);
    }
  });

  it("chat_completions: false is refused before any request", async () => {
    const error = await failure(askWith({ capabilities: { chat_completions: false } }));
    expect(error.code).toBe("unsupported");
    expect(error.message).toContain("/responses");
    expect(service.received).toEqual([]);
    await askWith({ capabilities: { chat_completions: true } });
    expect(service.received).toHaveLength(1);
  });

  it.each([
    [{}, { reasoning_details: [{ type: "reasoning.text", text: "Hm.", signature: "s=" }] }],
    [
      { interleaved_reasoning: true },
      { reasoning: "Hm.", reasoning_details: [{ type: "reasoning.text", text: "Hm.", signature: "s=" }] },
    ],
    [{ interleaved_reasoning: false }, {}],
  ])("interleaved_reasoning: %j", async (capabilities, sent) => {
    const state = {
      origin: { gateway: "vercel_ai_gateway", model },
      data: [{ type: "reasoning.text", text: "Hm.", signature: "s=" }],
    };
    const { body } = await askWith(
      { capabilities },
      {
        messages: [
          { role: "user", content: [{ type: "text", text: "Hello" }] },
          {
            role: "assistant",
            content: [
              { type: "reasoning", text: "Hm.", state },
              { type: "text", text: "Hi" },
            ],
          },
          { role: "user", content: [{ type: "text", text: "Again" }] },
        ],
      },
    );
    expect((body.messages as object[])[1]).toEqual({ role: "assistant", content: "Hi", ...sent });
  });

  it.each([
    ["anthropic/claude-sonnet-4", {}, "max_tokens"],
    ["openai/gpt-5", {}, "max_completion_tokens"],
    ["openai/gpt-5", { max_tokens_parameter: true }, "max_tokens"],
    ["anthropic/claude-sonnet-4", { max_tokens_parameter: false }, "max_completion_tokens"],
  ])("max_tokens_parameter: %s with %j limits by %s", async (name, capabilities, parameter) => {
    const settings = { available_models: [{ name, capabilities }] };
    const { body } = await ask(service, { settings, model: name, maxOutputTokens: 7 });
    expect(body).toEqual({ ...plain, model: name, [parameter]: 7 });
  });
});

describe("model_settings", () => {
  it("hold for all models whose id they match, later ones winning, and available_models over them", async () => {
    const settings = {
      model_settings: {
        "*": { max_output_tokens: 1, frequency_penalty: 0.1, capabilities: { prompt_cache_key: true } },
        "anthropic/*": { max_output_tokens: 2, capabilities: { parallel_tool_calls: true } },
        "openai/*": { max_output_tokens: 3 },
      },
      available_models: [{ name: model, frequency_penalty: 0.2 }],
    };
    const { body } = await ask(service, { settings, tools: [tool], sessionId: "s" });
    expect(body).toMatchObject({
      max_tokens: 2,
      frequency_penalty: 0.2,
      prompt_cache_key: "s",
      parallel_tool_calls: true,
    });
    const other = await ask(service, { settings, model: "openai/gpt-5" });
    expect(other.body).toMatchObject({ max_completion_tokens: 3, frequency_penalty: 0.1 });
  });

  it("count for what a model can do, too", async () => {
    service.get = (_path, response) => sendJson(response, { data: [{ id: "tiny/m", tags: ["tool-use"] }] });
    const settings = { model_settings: { "tiny/*": { capabilities: { tools: false } } } };
    await using registry = openRegistry(service, settings).registry;
    const gateway = registry.gateway("vercel_ai_gateway");
    // A pattern makes no models of its own.
    expect(gateway.model?.("tiny/m")).toBeUndefined();
    const [listed] = await gateway.models({ signal: new AbortController().signal });
    expect(listed).toMatchObject({ capabilities: { tools: false }, origin: { "capabilities.tools": "settings" } });
    expect((await failure(collect(registry, { model: "tiny/m", tools: [tool] }))).code).toBe("unsupported");
  });
});

describe("providerOptions of a model", () => {
  it("are sent as they are, for the gateway and for providers", async () => {
    const providerOptions = {
      gateway: {
        order: ["bedrock", "anthropic"],
        only: ["anthropic", "bedrock"],
        sort: "ttft",
        models: ["openai/gpt-5"],
        has: ["vision", "quantization:fp8"],
        zeroDataRetention: true,
        disallowPromptTraining: true,
        hipaaCompliant: true,
        inferenceRegion: { scope: "zone", geoRegion: "eu" },
        headquarters: ["US", "FR"],
        user: "user-1",
        tags: ["a", "b"],
        quotaEntityId: "team-1",
        safetyIdentifier: "hash",
        providerTimeouts: { byok: { anthropic: 5000 }, system: { bedrock: 789000 } },
        serviceTier: "flex",
        speed: "fast",
        caching: "auto",
        somethingNewer: { of: ["the", "service"] },
      },
      anthropic: { thinking: { type: "adaptive" } },
      openai: { reasoningSummary: "detailed" },
    };
    expect((await askWith({ providerOptions })).body).toEqual({ ...plain, providerOptions });
  });

  it.each([
    [{ only: [] }, "only", "must name a provider"],
    [{ sort: "price" }, "sort", "must be one of cost, ttft, tps"],
    [{ zeroDataRetension: true }, undefined, 'unknown key "zeroDataRetension". Did you mean "zeroDataRetention"?'],
    [{ zero_data_retention: true }, undefined, 'Did you mean "zeroDataRetention"?'],
    [{ tags: ["x".repeat(65)] }, "tags", "at most 64 characters"],
    [{ tags: Array.from({ length: 11 }, () => "t") }, "tags", "at most 10"],
    [{ user: "x".repeat(257) }, "user", "at most 256 characters"],
    [{ providerTimeouts: { system: { openai: 500 } } }, "providerTimeouts", "at least 1000"],
    [{ providerTimeouts: { byok: { openai: 800_000 } } }, "providerTimeouts", "at most 789000"],
    [{ byok: { anthropic: [{ apiKey: "k" }] } }, "byok", "must not stand in the settings"],
  ])("are refused: %j", async (gateway, key, message) => {
    const { registry } = openRegistry(service, { available_models: [{ name: model, providerOptions: { gateway } }] });
    await using open = registry;
    const path = ["vercel_ai_gateway", "available_models", 0, "providerOptions", "gateway"];
    const [entry] = open.gateways();
    expect(entry?.state).toBe("refused");
    expect(entry?.issues[0]?.message).toContain(message);
    expect(entry?.issues[0]?.path.slice(0, key === undefined ? 5 : 6)).toEqual(
      key === undefined ? path : [...path, key],
    );
  });
});

describe("extra_body", () => {
  it("adds fields, those of the request winning, and removes with null", async () => {
    const { body } = await askWith(
      { extra_body: { seed: 1, verbosity: "low", deep: { x: 1 }, stream_options: null } },
      { gatewayOptions: { extra_body: { seed: 2, deep: { y: 2 }, verbosity: null } } },
    );
    expect(body).toEqual({
      model,
      messages: plain.messages,
      stream: true,
      seed: 2,
      deep: { x: 1, y: 2 },
    });
  });

  it.each(["model", "messages", "stream", "tools", "providerOptions", "provider", "models"])(
    "must not hold %s",
    async (field) => {
      const { registry } = openRegistry(service, { available_models: [{ name: model, extra_body: { [field]: {} } }] });
      await using open = registry;
      expect(open.gateways()[0]).toMatchObject({
        state: "refused",
        issues: [{ message: expect.stringContaining(`must not hold "${field}"`) }],
      });
      const error = await failure(ask(service, { gatewayOptions: { extra_body: { [field]: {} } } }));
      expect(error.code).toBe("invalid-request");
    },
  );
});
