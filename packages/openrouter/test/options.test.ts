import { readFileSync } from "node:fs";
import type { JsonObject } from "@waygate/core";
import openrouter, { type OpenRouterOptions } from "@waygate/openrouter";
import { describe, expect, expectTypeOf, it } from "vitest";
import { type Asking, ask } from "./open-router.ts";

const bare = {
  model: "vendor/model",
  messages: [{ role: "user", content: "Hello" }],
  stream: true,
  usage: { include: true },
};

/** Every option that ends in the body, with what it ends as. */
const fields: readonly [option: keyof OpenRouterOptions, options: OpenRouterOptions, body: JsonObject][] = [
  [
    "provider",
    {
      provider: {
        order: ["anthropic", "openai"],
        allow_fallbacks: true,
        require_parameters: true,
        data_collection: "disallow",
        zdr: true,
        enforce_distillable_text: true,
        only: ["anthropic"],
        ignore: ["azure"],
        quantizations: ["fp8"],
        sort: { by: "throughput", partition: "none" },
        max_price: { prompt: 1, completion: "2", request: 0.1, image: 0.2, audio: 0.3 },
        preferred_min_throughput: { p50: 100, p75: 90, p90: 50, p99: 10 },
        preferred_max_latency: 3,
      },
    },
    {
      provider: {
        order: ["anthropic", "openai"],
        allow_fallbacks: true,
        require_parameters: true,
        data_collection: "deny",
        zdr: true,
        enforce_distillable_text: true,
        only: ["anthropic"],
        ignore: ["azure"],
        quantizations: ["fp8"],
        sort: { by: "throughput", partition: "none" },
        max_price: { prompt: 1, completion: "2", request: 0.1, image: 0.2, audio: 0.3 },
        preferred_min_throughput: { p50: 100, p75: 90, p90: 50, p99: 10 },
        preferred_max_latency: 3,
      },
    },
  ],
  ["models", { models: ["a/b", "c/d"] }, { models: ["a/b", "c/d"] }],
  ["models", { models: [] }, {}],
  [
    "plugins",
    {
      plugins: [
        { id: "web", max_results: 3 },
        { id: "file-parser", pdf: { engine: "mistral-ocr" } },
        { id: "new", x: 1 },
      ],
    },
    {
      plugins: [
        { id: "web", max_results: 3 },
        { id: "file-parser", pdf: { engine: "mistral-ocr" } },
        { id: "new", x: 1 },
      ],
    },
  ],
  ["preset", { preset: "email" }, { preset: "email" }],
  [
    "server_tools",
    { server_tools: [{ type: "openrouter:web_search", parameters: { max_uses: 1 } }] },
    { tools: [{ type: "openrouter:web_search", parameters: { max_uses: 1 } }] },
  ],
  ["max_tool_calls", { max_tool_calls: 4 }, { max_tool_calls: 4 }],
  [
    "stop_server_tools_when",
    { stop_server_tools_when: [{ type: "step_count_is", step_count: 5 }] },
    { stop_server_tools_when: [{ type: "step_count_is", step_count: 5 }] },
  ],
  ["transforms", { transforms: ["middle-out"] }, { plugins: [{ id: "context-compression", engine: "middle-out" }] }],
  ["transforms", { transforms: [] }, { plugins: [{ id: "context-compression", enabled: false }] }],
  [
    "reasoning",
    { reasoning: { effort: "low", exclude: true, summary: "concise", context: "all_turns", mode: "pro" } },
    { reasoning: { effort: "low", exclude: true, summary: "concise", context: "all_turns", mode: "pro" } },
  ],
  ["reasoning", { reasoning: { max_tokens: 2000 } }, { reasoning: { max_tokens: 2000 } }],
  ["reasoning", { reasoning: { enabled: false } }, { reasoning: { enabled: false } }],
  ["verbosity", { verbosity: "max" }, { verbosity: "max" }],
  ["service_tier", { service_tier: "flex" }, { service_tier: "flex" }],
  ["user", { user: "u" }, { user: "u" }],
  ["metadata", { metadata: { a: "b" } }, { metadata: { a: "b" } }],
  ["trace", { trace: { trace_id: "t" } }, { trace: { trace_id: "t" } }],
  ["web_search_options", { web_search_options: { max_results: 1 } }, { web_search_options: { max_results: 1 } }],
  [
    "cache_control",
    { cache_control: { type: "ephemeral", ttl: "1h" } },
    { cache_control: { type: "ephemeral", ttl: "1h" } },
  ],
  ["prompt_cache_key", { prompt_cache_key: "k" }, { prompt_cache_key: "k" }],
  [
    "prompt_cache_options",
    { prompt_cache_options: { mode: "explicit", ttl: "30m" } },
    { prompt_cache_options: { mode: "explicit", ttl: "30m" } },
  ],
  ["seed", { seed: 1 }, { seed: 1 }],
  ["top_k", { top_k: 2 }, { top_k: 2 }],
  ["top_a", { top_a: 0.1 }, { top_a: 0.1 }],
  ["min_p", { min_p: 0.2 }, { min_p: 0.2 }],
  ["frequency_penalty", { frequency_penalty: -1 }, { frequency_penalty: -1 }],
  ["presence_penalty", { presence_penalty: 1 }, { presence_penalty: 1 }],
  ["repetition_penalty", { repetition_penalty: 1.1 }, { repetition_penalty: 1.1 }],
  ["logit_bias", { logit_bias: { "50256": -100 } }, { logit_bias: { "50256": -100 } }],
  [
    "prediction",
    { prediction: { type: "content", content: "Hi" } },
    { prediction: { type: "content", content: "Hi" } },
  ],
  ["extra_body", { extra_body: { debug: { echo_upstream_body: true } } }, { debug: { echo_upstream_body: true } }],
  ["session_id", { session_id: "s" }, { session_id: "s" }],
];

/** Those that end in headers, or change how the request is made. */
const elsewhere: readonly (keyof OpenRouterOptions)[] = [
  "response_cache",
  "anthropic_beta",
  "cache_ttl",
  "pin_upstream",
];

describe("an option", () => {
  it.each(fields)("%s ends in the body: %j", async (_option, options, body) => {
    expect((await ask({ gatewayOptions: options as JsonObject })).body).toEqual({ ...bare, ...body });
  });

  it.each(fields.filter(([option]) => option !== "session_id"))(
    "%s does so from the settings of a model, too: %j",
    async (_option, options, body) => {
      expect((await ask({ settings: { available_models: [{ name: "vendor/model", ...options }] } })).body).toEqual({
        ...bare,
        ...body,
      });
      expect((await ask({ settings: { model_settings: { "vendor/*": options } } })).body).toEqual({ ...bare, ...body });
    },
  );

  it("is tested here, every one", () => {
    const known = [...new Set([...fields.map(([option]) => option), ...elsewhere])];
    expect(known.sort()).toEqual(optionKeys());
  });

  it("response_cache and anthropic_beta end in headers", async () => {
    const { headers, text } = await ask({
      gatewayOptions: { response_cache: { ttl_seconds: 60, clear: true }, anthropic_beta: ["a-1", "b-2"] },
    });
    expect(headers).toMatchObject({
      "x-openrouter-cache": "true",
      "x-openrouter-cache-ttl": "60",
      "x-openrouter-cache-clear": "true",
      "x-anthropic-beta": "a-1,b-2",
    });
    expect(text).not.toContain("cache");
    expect((await ask({ gatewayOptions: { response_cache: false } })).headers["x-openrouter-cache"]).toBe("false");
    expect((await ask({ gatewayOptions: { response_cache: true } })).headers["x-openrouter-cache"]).toBe("true");
    expect((await ask()).headers).not.toHaveProperty("x-openrouter-cache");
  });

  it("that does not exist is refused before any request, with what was meant", async () => {
    await expect(ask({ gatewayOptions: { provder: {} } })).rejects.toMatchObject({
      code: "invalid-request",
      message: expect.stringContaining('Did you mean "provider"?'),
    });
    await expect(ask({ gatewayOptions: { provider: { data_colection: "deny" } } })).rejects.toMatchObject({
      message: expect.stringContaining('Did you mean "data_collection"?'),
    });
  });

  it("of a wrong value is refused before any request", async () => {
    await expect(ask({ gatewayOptions: { verbosity: "loud" } })).rejects.toMatchObject({
      code: "invalid-request",
      message: expect.stringContaining("gatewayOptions.verbosity: must be one of low, medium"),
    });
    await expect(ask({ gatewayOptions: { extra_body: { model: "x" } } })).rejects.toMatchObject({
      code: "invalid-request",
    });
  });

  it("that is undefined is one that is not there", async () => {
    const options = { user: undefined, provider: { order: undefined } } as unknown as JsonObject;
    const settings = { model_settings: { "*": { user: "u", provider: { order: ["a"] } } } };
    expect((await ask({ gatewayOptions: options, settings })).body).toEqual({
      ...bare,
      user: "u",
      provider: { order: ["a"] },
    });
  });

  it("is typed as JSON that a request takes", () => {
    expectTypeOf<OpenRouterOptions>().toExtend<JsonObject>();
    // @ts-expect-error No such routing.
    const wrong: OpenRouterOptions = { provider: { zero: true } };
    expect(wrong).toBeDefined();
  });
});

describe("options and settings together", () => {
  it("merge routing under the ratchet, and tell what had no effect", async () => {
    const settings = {
      model_settings: {
        "*": { provider: { zdr: true, data_collection: "disallow", only: ["a", "b"], ignore: ["c"], order: ["a"] } },
      },
    };
    const options = {
      provider: {
        zdr: false,
        data_collection: "allow",
        only: ["b", "d"],
        ignore: ["e"],
        order: ["b"],
        sort: "price",
      },
    };
    const { body, told } = await ask({ settings, gatewayOptions: options });
    expect(body.provider).toEqual({
      zdr: true,
      data_collection: "deny",
      only: ["b"],
      ignore: ["c", "e"],
      order: ["b"],
      sort: "price",
    });
    expect(told).toEqual([
      'routing-not-loosened: The request would loosen routing that can only be tightened: zdr: false, data_collection: "allow", only: "d" had no effect.',
    ]);
  });

  it("hold for the models that may answer in its place, too", async () => {
    const settings = {
      model_settings: {
        "private/*": { provider: { zdr: true, data_collection: "deny", ignore: ["x"], order: ["y"] } },
        "bound/*": { provider: { only: ["a", "b"] } },
        "ordered/*": { provider: { order: ["a"], allow_fallbacks: false } },
      },
    };
    const tightened = await ask({ settings, gatewayOptions: { models: ["private/one", "free/two"] } });
    expect(tightened.body).toMatchObject({
      models: ["private/one", "free/two"],
      provider: { zdr: true, data_collection: "deny", ignore: ["x"] },
    });
    expect(tightened.told).toEqual([]);
    const bound = await ask({ settings, gatewayOptions: { models: ["bound/one", "ordered/two", "free/three"] } });
    expect(bound.body.models).toEqual(["free/three"]);
    expect(bound.body).not.toHaveProperty("provider");
    expect(bound.told).toEqual([expect.stringMatching(/^fallback-left-out: .*bound\/one, ordered\/two/)]);
    const within = await ask({ settings, gatewayOptions: { models: ["bound/one"], provider: { only: ["a/fast"] } } });
    expect(within.body).toMatchObject({ models: ["bound/one"], provider: { only: ["a/fast"] } });
    expect(within.told).toEqual([]);
  });

  it("hold for the variants of a model, too", async () => {
    const settings = {
      available_models: [
        { name: "vendor/model", provider: { zdr: true } },
        { name: "vendor/model:nitro", user: "n" },
      ],
      model_settings: { "vendor/model": { provider: { data_collection: "deny" } } },
    };
    const provider = { zdr: true, data_collection: "deny" };
    expect((await ask({ settings, model: "vendor/model:nitro" })).body).toMatchObject({ provider, user: "n" });
    expect((await ask({ settings, model: "vendor/model@preset/x" })).body).toMatchObject({ provider });
    expect((await ask({ settings, model: "vendor/model:free" })).body).not.toHaveProperty("provider");
  });

  it("that leave no provider are refused before any request: an empty list would allow all", async () => {
    const settings = { model_settings: { "*": { provider: { only: ["a"] } } } };
    await expect(ask({ settings, gatewayOptions: { provider: { only: ["b"] } } })).rejects.toMatchObject({
      code: "invalid-request",
      message: expect.stringContaining("allows no provider"),
    });
  });

  it("merge extra_body key by key; null removes, a field of the codec's own too", async () => {
    const settings = { model_settings: { "*": { extra_body: { a: { b: 1, c: 2 }, d: 3, usage: null } } } };
    const { body } = await ask({ settings, gatewayOptions: { extra_body: { a: { c: null, e: 4 }, d: null } } });
    expect(body).toEqual({ model: bare.model, messages: bare.messages, stream: true, a: { b: 1, e: 4 } });
  });

  it("let the way of thinking that was said last stand alone", async () => {
    const settings = {
      model_settings: {
        "*": { mode: { type: "adaptive" }, reasoning: { effort: "low", exclude: true } },
        "vendor/*": { reasoning: { max_tokens: 1000 } },
      },
    };
    const reasoningOf = async (options: Asking) => (await ask({ settings, ...options })).body.reasoning;
    expect(await reasoningOf({})).toEqual({ max_tokens: 1000, exclude: true });
    expect(await reasoningOf({ reasoning: { effort: "high" } })).toEqual({ effort: "high", exclude: true });
    expect(await reasoningOf({ reasoning: "off" })).toEqual({ effort: "none", exclude: true });
    expect(await reasoningOf({ gatewayOptions: { reasoning: { enabled: false } } })).toEqual({
      enabled: false,
      exclude: true,
    });
    const options = { reasoning: { max_tokens: 3000 } };
    expect((await ask({ gatewayOptions: options, reasoning: { effort: "high" } })).body.reasoning).toEqual({
      max_tokens: 3000,
    });
    const excluding = { reasoning: { exclude: true } };
    expect((await ask({ gatewayOptions: excluding, reasoning: { budgetTokens: 2000 } })).body.reasoning).toEqual({
      max_tokens: 2000,
      exclude: true,
    });
  });
});

describe("the conversation's id", () => {
  it("is the request's, unless an option names another", async () => {
    expect((await ask({ sessionId: "c-1" })).body.session_id).toBe("c-1");
    expect((await ask({ sessionId: "c-1", gatewayOptions: { session_id: "s" } })).body.session_id).toBe("s");
    expect((await ask({ sessionId: "" })).body).not.toHaveProperty("session_id");
  });

  it("of more than OpenRouter takes is cut so that different ones stay apart", async () => {
    const id = (end: string) => "c".repeat(300) + end;
    const [one, same, other] = await Promise.all(
      ["1", "1", "2"].map(async (end) => (await ask({ sessionId: id(end) })).body.session_id as string),
    );
    expect(one?.length).toBeLessThanOrEqual(256);
    expect(same).toBe(one);
    expect(other).not.toBe(one);
  });
});

describe("answers in a schema", () => {
  const strict = {
    type: "object",
    properties: { list: { type: "array", items: { type: "object", properties: {}, additionalProperties: false } } },
    required: ["list"],
    additionalProperties: false,
  };

  it.each([
    ["every property is required", strict, true],
    ["one is not", { ...strict, required: [] }, undefined],
    ["others are allowed", { ...strict, additionalProperties: true }, undefined],
    ["an inner object is open", { ...strict, properties: { list: { type: "object" } } }, undefined],
    ["a keyword is one that strict mode refuses", { ...strict, allOf: [] }, undefined],
  ])("are enforced where %s: %j", async (_title, schema, enforced) => {
    const says = JSON.stringify({ list: schema.properties.list.type === "object" ? {} : [] });
    const { body } = await ask({ says, responseFormat: { type: "json-schema", name: "s", schema } });
    expect(body.response_format).toEqual({
      type: "json_schema",
      json_schema: { name: "s", schema, ...(enforced && { strict: true }) },
    });
  });
});

function optionKeys(): string[] {
  const result = openrouter.parseGatewayOptions?.({ x: 1 });
  if (result === undefined || result.ok) throw new Error("Expected an issue that lists all options.");
  const [listed] = result.issues.map(({ message }) => message.match(/Known keys: (.*)\.$/)?.[1]);
  return listed?.split(", ").sort() ?? [];
}

it("the README lists every option and every key of the settings, and no other", () => {
  const page = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const [before = "", options = ""] = page.split("## Options");
  const keys = (text: string) => [...text.matchAll(/^\| `([a-z_.]+)` +\|/gm)].map(([, key]) => key ?? "");
  expect(keys(options).sort()).toEqual(
    optionKeys()
      .filter((key) => key !== "provider")
      .concat(routingKeys())
      .sort(),
  );
  const settings = openrouter.settingsSchema() as { properties: Record<string, object> };
  const model = (settings.properties.available_models as { items: { properties: object } }).items.properties;
  const own = Object.keys(model).filter((key) => !optionKeys().includes(key));
  expect(keys(before).sort()).toEqual([...Object.keys(settings.properties), ...own].sort());
});

/** The keys of `provider`, as they stand in the settings' schema. */
function routingKeys(): string[] {
  const settings = openrouter.settingsSchema() as { properties: Record<string, object> };
  const { items } = settings.properties.available_models as { items: { properties: Record<string, object> } };
  const { properties } = items.properties.provider as { properties: object };
  return Object.keys(properties).map((key) => `provider.${key}`);
}
