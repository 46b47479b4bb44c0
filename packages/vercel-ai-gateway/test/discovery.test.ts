import type { Model } from "@waygate/core";
import type { VercelAiGatewayModel } from "@waygate/vercel-ai-gateway";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { failure, type Keys, openRegistry, sendJson, startService, type TestService } from "./service.ts";

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service[Symbol.asyncDispose]());
beforeEach(() => service.clear());
afterEach(() => {
  vi.useRealTimers();
});

/** Entries in the form of the gateway's own list: vercel.com/docs/ai-gateway/models-and-providers, dynamic model discovery. */
const entries = {
  sonnet: {
    id: "anthropic/claude-sonnet-4.5",
    object: "model",
    created: 1755815280,
    released: 1755815280,
    owned_by: "anthropic",
    name: "Claude Sonnet 4.5",
    description: "A model.",
    context_window: 1_000_000,
    max_tokens: 64_000,
    type: "language",
    tags: ["file-input", "reasoning", "tool-use", "vision", "explicit-caching"],
    supported_parameters: ["max_tokens", "temperature", "tools", "tool_choice", "reasoning", "include_reasoning"],
    reasoning_options: [{ type: "toggle" }, { type: "budget_tokens", min: 1024, max: 63_999 }],
    architecture: { input_modalities: ["text", "image", "file"], output_modalities: ["text"] },
    pricing: {
      input: "0.000003",
      output: "0.000015",
      input_cache_read: "0.0000003",
      input_cache_write: "0.00000375",
      input_tiers: [
        { cost: "0.000003", min: 0, max: 200_001 },
        { cost: "0.000006", min: 200_001 },
      ],
      output_tiers: [
        { cost: "0.000015", min: 0, max: 200_001 },
        { cost: "0.0000225", min: 200_001 },
      ],
      web_search: "10",
    },
  },
  plain: { id: "acme/plain", type: "language", tags: ["implicit-caching"], context_window: 8192, max_tokens: 4096 },
  untyped: { id: "acme/untyped" },
  embedding: { id: "openai/text-embedding-3-small", type: "embedding", pricing: { input: "0.00000002" } },
  image: { id: "bfl/flux-pro", type: "image" },
  video: { id: "google/veo-3", type: "video" },
  reranking: { id: "cohere/rerank", type: "reranking" },
  speech: { id: "openai/tts-1", type: "speech" },
};
const list = { object: "list", data: Object.values(entries) };

const models = async (settings: object = {}, keys?: Keys): Promise<readonly Model[]> => {
  await using registry = openRegistry(service, settings, keys).registry;
  return await registry.gateway("vercel_ai_gateway").models({ signal: new AbortController().signal });
};

describe("the list of models", () => {
  beforeEach(() => {
    service.get = (_path, response) => sendJson(response, list);
  });

  it("is asked for with mappings, the key and the headers of the settings", async () => {
    await models({ custom_headers: { "X-Team": "core" } });
    expect(service.received).toMatchObject([
      {
        method: "GET",
        url: "/v1/models?include_mappings=true",
        headers: { authorization: "Bearer vck_test", "x-team": "core" },
      },
    ]);
  });

  it("can be had without a key", async () => {
    expect(await models({}, {})).toHaveLength(3);
    expect(service.received[0]?.headers).not.toHaveProperty("authorization");
  });

  it("has language models only, with all that is said of them", async () => {
    const found = (await models()) as readonly VercelAiGatewayModel[];
    expect(found.map(({ id }) => id)).toEqual(["anthropic/claude-sonnet-4.5", "acme/plain", "acme/untyped"]);
    expect(found[0]).toEqual({
      id: "anthropic/claude-sonnet-4.5",
      name: "Claude Sonnet 4.5",
      contextWindow: 1_000_000,
      maxOutputTokens: 64_000,
      capabilities: { tools: true, images: true, files: true, reasoning: true, toolChoice: true },
      pricing: {
        currency: "USD",
        input: 3,
        output: 15,
        cacheRead: 0.3,
        cacheWrite: 3.75,
        tiers: [{ from: 200_001, input: 6, output: 22.5, cacheRead: 0.3, cacheWrite: 3.75 }],
      },
      supportedParameters: entries.sonnet.supported_parameters,
      reasoning: { toggle: true, efforts: undefined, budget: { min: 1024, max: 63_999 } },
      origin: {
        id: "gateway",
        name: "gateway",
        contextWindow: "gateway",
        maxOutputTokens: "gateway",
        "capabilities.tools": "gateway",
        "capabilities.images": "gateway",
        "capabilities.files": "gateway",
        "capabilities.reasoning": "gateway",
        "capabilities.toolChoice": "gateway",
        pricing: "gateway",
        supportedParameters: "gateway",
        reasoning: "gateway",
      },
    });
    expect(found[1]?.capabilities).toEqual({ tools: false, images: false, files: false, reasoning: false });
    expect(found[2]?.capabilities).toEqual({});
  });

  it("is merged with the settings field by field", async () => {
    const settings = {
      available_models: [
        { name: "mine/own", max_tokens: 1000 },
        {
          name: "anthropic/claude-sonnet-4.5",
          display_name: "Sonnet",
          max_output_tokens: 1000,
          capabilities: { images: false },
        },
        { name: "acme/plain", reasoning_effort: "low" },
      ],
    };
    const found = await models(settings);
    expect(found.map(({ id }) => id)).toEqual([
      "mine/own",
      "anthropic/claude-sonnet-4.5",
      "acme/plain",
      "acme/untyped",
    ]);
    expect(found[0]).toMatchObject({ origin: { id: "settings", name: "default", contextWindow: "settings" } });
    expect(found[1]).toMatchObject({
      name: "Sonnet",
      contextWindow: 1_000_000,
      maxOutputTokens: 1000,
      capabilities: { tools: true, images: false },
      pricing: { input: 3 },
      origin: {
        id: "gateway",
        name: "settings",
        contextWindow: "gateway",
        maxOutputTokens: "settings",
        "capabilities.tools": "gateway",
        "capabilities.images": "settings",
      },
    });
    expect(found[2]).toMatchObject({
      capabilities: { reasoning: true },
      origin: { "capabilities.reasoning": "settings" },
    });
  });

  it.each([
    [{ tags: ["structured-output"] }, { structuredOutput: true }],
    [{ supported_parameters: ["structured_outputs"] }, { structuredOutput: true }],
    [{ supported_parameters: ["response_format"] }, { structuredOutput: true }],
    [{ supported_parameters: ["reasoning_effort"] }, { reasoning: true, tools: false }],
    [{ supported_parameters: ["tools"] }, { tools: true }],
    [{ tags: ["tool-use"], supported_parameters: [] }, { tools: true }],
    [{ tags: ["image-input"] }, { images: true }],
    [{ modalities: { input: ["text", "image", "pdf"] } }, { images: true, files: true }],
    [{ architecture: { input_modalities: ["text"] } }, { images: false, files: false }],
    [{ architecture: { input_modalities: ["text"] }, tags: ["vision"] }, { images: true }],
  ])("says by %j that a model can %j", async (entry, capabilities) => {
    service.get = (_path, response) => sendJson(response, { data: [{ id: "m/m", type: "language", ...entry }] });
    expect((await models())[0]?.capabilities).toMatchObject(capabilities);
  });

  it.each([
    [{ input: "0.000001" }, { currency: "USD", input: 1 }],
    [
      { input: 0.000001, output: 0 },
      { currency: "USD", input: 1, output: 0 },
    ],
    [{ input_tiers: [{ cost: "0.000002", min: 0 }] }, { currency: "USD", input: 2 }],
    [
      {
        input: "0.000001",
        input_tiers: [
          { cost: "0.000004", min: 300 },
          { cost: "0.000002", min: 100 },
          { cost: "bad", min: 500 },
        ],
        input_cache_read_tiers: [{ cost: "0.0000005", min: 200 }],
      },
      {
        currency: "USD",
        input: 1,
        tiers: [
          { from: 100, input: 2 },
          { from: 200, input: 2, cacheRead: 0.5 },
          { from: 300, input: 4, cacheRead: 0.5 },
        ],
      },
    ],
    [{ web_search: "10" }, undefined],
    [{ input: "-1" }, undefined],
    ["free", undefined],
  ])("reads the prices %j", async (pricing, read) => {
    service.get = (_path, response) => sendJson(response, { data: [{ id: "m/m", pricing }] });
    expect((await models())[0]?.pricing).toEqual(read);
  });

  it("passes over entries that are no models", async () => {
    service.get = (_path, response) =>
      sendJson(response, { data: [null, "x", {}, { id: 1 }, { id: "a/a", tags: "x", context_window: "y" }] });
    expect((await models()).map(({ id }) => id)).toEqual(["a/a"]);
  });
});

describe("the list is kept", () => {
  const count = () => service.received.length;
  const open = (settings: object = {}, keys: Keys = { api_key: "vck_test" }) => {
    const opened = openRegistry(service, settings, keys);
    const gateway = opened.registry.gateway("vercel_ai_gateway");
    const signal = new AbortController().signal;
    return {
      ...opened,
      ids: async (refresh?: boolean) => (await gateway.models({ signal, refresh })).map(({ id }) => id),
    };
  };
  const listOf = (...ids: string[]) => {
    service.get = (_path, response) => sendJson(response, { data: ids.map((id) => ({ id })) });
  };

  it("for ten minutes, unless it is to be asked for anew", async () => {
    listOf("a/a");
    vi.useFakeTimers({ toFake: ["performance"] });
    const { registry, ids } = open();
    await using _ = registry;
    await ids();
    vi.advanceTimersByTime(10 * 60_000 - 1);
    await ids();
    expect(count()).toBe(1);
    vi.advanceTimersByTime(1);
    await ids();
    expect(count()).toBe(2);
    await ids(true);
    expect(count()).toBe(3);
  });

  it("as long as the key is the same", async () => {
    const keys: Record<string, string | undefined> = {};
    const { registry, ids } = open({}, keys);
    await using _ = registry;
    service.get = (_path, response) =>
      sendJson(response, {
        // Enough of the key to tell it from another.
        data: [{ id: `of/${service.received.at(-1)?.headers.authorization?.replace("Bearer vck_", "") ?? "nobody"}` }],
      });
    expect(await ids()).toEqual(["of/nobody"]);
    keys.api_key = "vck_saved";
    expect(await ids()).toEqual(["of/saved"]);
    expect(await ids()).toEqual(["of/saved"]);
    expect(count()).toBe(2);
    keys.api_key = "vck_other";
    expect(await ids()).toEqual(["of/other"]);
  });

  it("and asked for once by calls at the same time, of which one may leave", async () => {
    let answer: () => void = () => undefined;
    service.get = (_path, response) => {
      answer = () => sendJson(response, { data: [{ id: "a/a" }] });
    };
    const { registry, ids } = open();
    await using _ = registry;
    const leaving = new AbortController();
    const left = registry.gateway("vercel_ai_gateway").models({ signal: leaving.signal });
    const stayed = ids();
    await vi.waitFor(() => expect(count()).toBe(1));
    leaving.abort(new Error("gone"));
    await expect(left).rejects.toThrow("gone");
    answer();
    expect(await stayed).toEqual(["a/a"]);
    expect(count()).toBe(1);
  });

  it("where a new one cannot be had, with a notice", async () => {
    listOf("a/a");
    const { registry, ids, notices } = open({ available_models: [{ name: "own/m" }] });
    await using _ = registry;
    await ids();
    service.get = (_path, response) => sendJson(response, { error: { message: "Broken." } }, 500);
    expect(await ids(true)).toEqual(["own/m", "a/a"]);
    expect(notices).toEqual([
      {
        gateway: "vercel_ai_gateway",
        code: "model-list-failed",
        message:
          'The list of models could not be fetched. Gateway "vercel_ai_gateway" answered 500: Broken. ' +
          "Until it can be, the last list is used.",
      },
    ]);
    listOf("b/b");
    expect(await ids()).toEqual(["own/m", "a/a"]);
    expect(await ids(true)).toEqual(["own/m", "b/b"]);
  });

  it("or there are the models of the settings alone, with a notice", async () => {
    const { registry, ids, notices } = open({ available_models: [{ name: "own/m" }] });
    await using _ = registry;
    service.get = (_path, response) => sendJson(response, { models: "none" });
    expect(await ids()).toEqual(["own/m"]);
    expect(notices).toMatchObject([
      {
        code: "model-list-failed",
        message: expect.stringContaining("cannot be read. Until it can be, only the models of the settings are known."),
      },
    ]);
    listOf("a/a");
    expect(await ids()).toEqual(["own/m", "a/a"]);
  });

  it("or there is nothing, which is a failure", async () => {
    service.get = (_path, response) => sendJson(response, { error: { message: "Broken." } }, 500);
    const { registry, ids, notices } = open();
    await using _ = registry;
    expect((await failure(ids())).status).toBe(500);
    expect(notices).toEqual([]);
  });

  it("and says what is known of a model without asking", async () => {
    listOf("a/a");
    const { registry, ids } = open();
    await using _ = registry;
    const { model } = registry.gateway("vercel_ai_gateway");
    expect(model?.("a/a")).toBeUndefined();
    await ids();
    expect(model?.("a/a")).toMatchObject({ id: "a/a" });
    expect(model?.("b/b")).toBeUndefined();
    expect(count()).toBe(1);
  });
});
