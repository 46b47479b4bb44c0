import { createRegistry, isGatewayError, run } from "@waygate/core";
import openrouter from "@waygate/openrouter";
import { describe, expect, it } from "vitest";
import { ask, open, sayHi, serve } from "./open-router.ts";

const tool = { name: "look", description: "Looks.", parameters: { type: "object" }, execute: () => "seen" } as const;
const image = { type: "image", mediaType: "image/png", source: { type: "base64", data: "AAAA" } } as const;
const picture = [{ role: "user", content: [image] }] as const;

function named(model: object): object {
  return { available_models: [{ name: "vendor/model", max_tokens: 1000, ...model }] };
}

describe("the gateway", () => {
  it("is there without settings, at OpenRouter's own address, and asks for a key with words on where to get one", () => {
    const registry = createRegistry({ plugins: [openrouter] });
    const [entry] = registry.gateways();
    expect(entry).toMatchObject({ id: "openrouter", state: "ready", address: "https://openrouter.ai/api/v1" });
    expect(entry?.credentials[0]).toEqual({
      id: "api_key",
      label: "API key",
      env: ["OPENROUTER_API_KEY"],
      help: "https://openrouter.ai/keys",
    });
  });

  it("sends the key, and refuses to ask without one", async () => {
    const { headers, path } = await ask({ keys: { api_key: "sk-or-2" } });
    expect(path).toBe("/api/v1/chat/completions");
    expect(headers.authorization).toBe("Bearer sk-or-2");
    await expect(ask({ keys: {} })).rejects.toMatchObject({
      code: "credentials",
      message: expect.stringContaining("OPENROUTER_API_KEY"),
    });
  });

  it("says nothing by default but what every request has", async () => {
    expect((await ask()).text).toBe(
      '{"model":"vendor/model","messages":[{"role":"user","content":"Hello"}],"stream":true,"usage":{"include":true}}',
    );
  });
});

describe("keys of one's own accounts with providers", () => {
  it("go into the header that OpenRouter reads them from", async () => {
    const keys = { api_key: "sk-or-1", provider_keys: '{"openai": "sk-mine"}' };
    expect((await ask({ keys })).headers["x-provider-api-keys"]).toBe('{"openai":"sk-mine"}');
    expect((await ask()).headers).not.toHaveProperty("x-provider-api-keys");
  });

  it.each(["sk-mine", '["sk-mine"]', '{"openai": 1}', '{"openai": "sk-\\n"}'])(
    "are refused where they are %s, without a word of them",
    async (provider_keys) => {
      const error: unknown = await ask({ keys: { api_key: "sk-or-1", provider_keys } }).catch((reason) => reason);
      if (!isGatewayError(error)) throw new Error("Expected a GatewayError.");
      expect(error.code).toBe("credentials");
      expect(error.message).not.toContain("mine");
    },
  );
});

describe("headers", () => {
  it("of custom_headers are sent, but for reserved ones and keys, of which a notice tells", async () => {
    const custom_headers = {
      "X-My-Tag": "zed",
      "HTTP-Referer": "https://custom.example",
      Authorization: "Bearer mine",
      "X-Provider-API-Keys": '{"openai":"sk"}',
      "bad name": "x",
      "X-Line": "a\nb",
    };
    const { headers, notices } = await ask({ settings: { custom_headers } });
    expect(headers["x-my-tag"]).toBe("zed");
    expect(headers["http-referer"]).toBe("https://custom.example");
    expect(headers.authorization).toBe("Bearer sk-or-1");
    expect(headers).not.toHaveProperty("x-provider-api-keys");
    expect(headers).not.toHaveProperty("x-line");
    expect(notices.map(({ code }) => code)).toEqual(Array(4).fill("header-refused"));
    expect(notices.map(({ message }) => message).join()).not.toContain("sk");
  });

  it("name the program where the settings do", async () => {
    const app = { app_url: "https://app.example", app_name: "App", app_categories: ["cli-agent", "ide-extension"] };
    const { headers } = await ask({ settings: app });
    expect(headers["http-referer"]).toBe("https://app.example");
    expect(headers["x-openrouter-title"]).toBe("App");
    expect(headers["x-openrouter-categories"]).toBe("cli-agent,ide-extension");
    expect((await ask({ settings: { app_name: "☺" } })).notices).toMatchObject([{ code: "header-refused" }]);
  });
});

describe("a model of the settings", () => {
  it.each([
    ["max_output_tokens", { max_output_tokens: 500 }, { max_tokens: 500 }],
    ["max_completion_tokens", { max_output_tokens: 500, max_completion_tokens: 400 }, { max_tokens: 400 }],
    ["mode thinking", { mode: { type: "thinking", budget_tokens: 8000 } }, { reasoning: { max_tokens: 8000 } }],
    ["mode thinking without a budget", { mode: { type: "thinking" } }, { reasoning: { enabled: true } }],
    ["mode adaptive", { mode: { type: "adaptive" } }, { reasoning: { enabled: true } }],
    ["mode default", { mode: { type: "default" } }, {}],
    ["provider", { provider: { order: ["anthropic"] } }, { provider: { order: ["anthropic"] } }],
  ])("puts %s into the request", async (_title, model, fields) => {
    const { body } = await ask({ settings: named(model) });
    expect(body).toEqual({
      model: "vendor/model",
      messages: [{ role: "user", content: "Hello" }],
      stream: true,
      usage: { include: true },
      ...fields,
    });
  });

  it("gives way to the request", async () => {
    const settings = named({ max_output_tokens: 500, mode: { type: "thinking", budget_tokens: 300 } });
    const { body } = await ask({ settings, maxOutputTokens: 7, reasoning: { effort: "high" } });
    expect(body).toMatchObject({ max_tokens: 7, reasoning: { effort: "high" } });
    const { body: quiet } = await ask({ settings, reasoning: "off" });
    expect(quiet).toMatchObject({ reasoning: { effort: "none" } });
  });

  it("with supports_tools false takes none; with true, or where it is not said, it does", async () => {
    await expect(ask({ settings: named({ supports_tools: false }), tools: [tool] })).rejects.toMatchObject({
      code: "unsupported",
    });
    expect((await ask({ settings: named({ supports_tools: true }), tools: [tool] })).body.tools).toHaveLength(1);
    expect((await ask({ settings: named({}), tools: [tool] })).body.tools).toHaveLength(1);
  });

  it("with supports_images false takes none", async () => {
    const asking = ask({ settings: named({ supports_images: false }), messages: picture });
    await expect(asking).rejects.toMatchObject({ code: "unsupported" });
    const { body } = await ask({ settings: named({ supports_images: true }), messages: picture });
    expect(JSON.stringify(body.messages)).toContain("data:image/png;base64,AAAA");
  });

  it("has its names, context window and limit in the list", async () => {
    await using server = await serve({});
    const model = { display_name: "Mine", max_tokens: 2000, max_output_tokens: 100, supports_tools: true };
    const { registry } = open({ url: server.url, settings: named(model) });
    await using _ = registry;
    expect(registry.gateway("openrouter").model?.("vendor/model")).toEqual({
      id: "vendor/model",
      name: "Mine",
      contextWindow: 2000,
      maxOutputTokens: 100,
      capabilities: { tools: true },
      pricing: undefined,
      origin: {
        id: "settings",
        name: "settings",
        contextWindow: "settings",
        maxOutputTokens: "settings",
        "capabilities.tools": "settings",
      },
    });
  });

  it("has an answer no longer than its thinking budget told, not refused", async () => {
    const settings = named({ mode: { type: "thinking", budget_tokens: 8000 } });
    const reduced = await ask({ settings, maxOutputTokens: 4000 });
    expect(reduced.body).toMatchObject({ max_tokens: 4000, reasoning: { max_tokens: 2000 } });
    expect(reduced.told).toEqual([expect.stringMatching(/^thinking-budget-reduced: .*8000.*2000.*4000/)]);
    const none = await ask({ settings, maxOutputTokens: 1000 });
    expect(none.body).not.toHaveProperty("reasoning");
    expect(none.told).toEqual([expect.stringMatching(/^thinking-budget-reduced: .*no room to think/)]);
  });
});

describe("model_settings", () => {
  it("reach every model that its patterns match, one after another, the model's own entry last", async () => {
    const settings = {
      model_settings: {
        "*": { max_output_tokens: 1, provider: { sort: "price" }, user: "all" },
        "vendor/*": { max_output_tokens: 2, provider: { order: ["a"] } },
        "other/*": { max_output_tokens: 9 },
      },
      available_models: [{ name: "vendor/model", max_output_tokens: 3 }],
    };
    expect((await ask({ settings })).body).toMatchObject({
      max_tokens: 3,
      provider: { sort: "price", order: ["a"] },
      user: "all",
    });
    expect((await ask({ settings, model: "vendor/found" })).body).toMatchObject({ max_tokens: 2 });
    expect((await ask({ settings, model: "third/model" })).body).toMatchObject({ max_tokens: 1 });
  });

  it("are patterns of nothing but *", async () => {
    const settings = { model_settings: { "vendor/mo.el": { user: "x" }, "v*/m*l": { user: "y" } } };
    expect((await ask({ settings })).body.user).toBe("y");
  });

  it("are told once where they would loosen themselves", async () => {
    const settings = {
      model_settings: { "*": { provider: { zdr: true } }, "vendor/*": { provider: { zdr: false } } },
    };
    const { body, notices } = await ask({ settings });
    expect(body.provider).toEqual({ zdr: true });
    expect(notices).toEqual([
      {
        gateway: "openrouter",
        code: "routing-not-loosened",
        message: expect.stringContaining('zdr: false (of "vendor/*")'),
      },
    ]);
  });
});

describe("wrong settings", () => {
  it.each([
    ["an address without encryption", { api_url: "http://example.com/v1" }, "api_url: must begin with https://"],
    ["no name", { available_models: [{ max_tokens: 1 }] }, "available_models[0].name: is missing, but required"],
    ["a limit as text", named({ max_tokens: "1" }), "max_tokens: must be a number of tokens"],
    ["another mode", named({ mode: { type: "deep" } }), "must be an object whose"],
    ["a flag as text", named({ supports_tools: "yes" }), "supports_tools: must be true or false"],
    ["data_collection", named({ provider: { data_collection: "never" } }), "must be one of allow, deny, disallow"],
    ["order as text", named({ provider: { order: "anthropic" } }), "provider.order: must be a list of providers"],
    ["a plugin without id", named({ plugins: [{}] }), 'must be an object with the "id" of a plugin'],
    [
      "a wrong field of a plugin",
      named({ plugins: [{ id: "web", max_results: "5" }] }),
      'plugins[0]: has a field that the plugin "web" does not take so',
    ],
    ["a server tool of no kind", named({ server_tools: [{ type: "look" }] }), "must be a server tool"],
    [
      "routing past the ratchet",
      named({ extra_body: { provider: {} } }),
      'must not hold "provider": use the key "provider"',
    ],
    ["settings that are none", "https://h/v1", "must be an object"],
  ])("%s: are refused with words", (_title, settings, words) => {
    const registry = createRegistry({ plugins: [openrouter], settings: { open_router: settings } });
    expect(() => registry.gateway("openrouter")).toThrow(words);
  });

  it("misspelt keys are told, and harmless", async () => {
    const { notices } = await ask({ settings: named({ provider: { data_colection: "deny" }, suports_tools: true }) });
    expect(notices.map(({ message }) => message)).toEqual([
      expect.stringContaining('Did you mean "data_collection"?'),
      expect.stringContaining('Did you mean "supports_tools"?'),
    ]);
  });
});

it("applies new settings to the next request", async () => {
  await using server = await serve({ "/chat/completions": sayHi });
  const { registry } = open({ url: server.url });
  await using _ = registry;
  const settings = { api_url: server.url, model_settings: { "*": { user: "u" } } };
  registry.reload({ open_router: settings });
  const gateway = registry.gateway("openrouter");
  await run({ gateway, model: "m", messages: [{ role: "user", content: "Hello" }] }).result();
  expect(server.asked[0]?.body.user).toBe("u");
});
