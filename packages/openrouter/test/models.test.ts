import type { OpenRouterModel } from "@waygate/openrouter";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Handler, open, sendError, sendJson, serve } from "./open-router.ts";

/** As OpenRouter's list has it, with the fields that are not read left in. */
const claude = {
  id: "anthropic/claude-sonnet-4.5",
  canonical_slug: "anthropic/claude-4.5-sonnet-20250929",
  name: "Anthropic: Claude Sonnet 4.5",
  created: 1759161676,
  context_length: 1000000,
  architecture: {
    modality: "text+image->text",
    input_modalities: ["text", "image", "file"],
    output_modalities: ["text"],
  },
  pricing: {
    prompt: "0.000003",
    completion: "0.000015",
    input_cache_read: "0.0000003",
    input_cache_write: "0.00000375",
    image: "0",
  },
  top_provider: { context_length: 1000000, max_completion_tokens: 64000, is_moderated: true },
  per_request_limits: null,
  supported_parameters: ["max_tokens", "reasoning", "structured_outputs", "tool_choice", "tools"],
  reasoning: {
    mandatory: false,
    supported_efforts: ["high", "medium", "low"],
    default_effort: "medium",
    default_enabled: false,
    supports_max_tokens: true,
  },
};
const small = {
  id: "vendor/small",
  name: "Small",
  context_length: null,
  architecture: { input_modalities: ["text"], output_modalities: ["text"] },
  pricing: { prompt: "0", completion: "0" },
  top_provider: { context_length: 8192, max_completion_tokens: null },
  supported_parameters: ["max_completion_tokens", "response_format"],
};
const auto = {
  id: "openrouter/auto",
  name: "Auto Router",
  context_length: 2000000,
  architecture: { input_modalities: ["text", "image"], output_modalities: ["text"] },
  pricing: { prompt: "-1", completion: "-1" },
  supported_parameters: [],
};
const painter = { id: "vendor/painter", name: "Painter", architecture: { output_modalities: ["image"] } };
const data = [claude, small, auto, painter, null, { name: "no id" }];
const list: Handler = (_request, response) => sendJson(response, { data });

afterEach(() => vi.useRealTimers());

describe("the list of models", () => {
  it("is what the key may use, with everything that is known of each", async () => {
    await using server = await serve({ "/models/user": list });
    const { registry } = open({ url: server.url });
    await using _ = registry;
    const [{ models = [], error } = {}] = await registry.models();
    expect(error).toBeUndefined();
    expect(server.received.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ["/api/v1/models/user", "Bearer sk-or-1"],
    ]);
    expect(models.map(({ id }) => id)).toEqual(["openrouter/auto", claude.id, "vendor/small"]);
    expect(models[1]).toEqual({
      id: "anthropic/claude-sonnet-4.5",
      name: "Anthropic: Claude Sonnet 4.5",
      contextWindow: 1_000_000,
      maxOutputTokens: 64_000,
      capabilities: { tools: true, images: true, toolChoice: true, reasoning: true, structuredOutput: true },
      pricing: { currency: "USD", input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 },
      modalities: { input: ["text", "image", "file"], output: ["text"] },
      supportedParameters: claude.supported_parameters,
      reasoning: {
        efforts: ["high", "medium", "low"],
        defaultEffort: "medium",
        byDefault: false,
        mandatory: false,
        budget: true,
      },
      origin: {
        id: "gateway",
        name: "gateway",
        contextWindow: "gateway",
        maxOutputTokens: "gateway",
        pricing: "gateway",
        "capabilities.tools": "gateway",
        "capabilities.images": "gateway",
        "capabilities.toolChoice": "gateway",
        "capabilities.reasoning": "gateway",
        "capabilities.structuredOutput": "gateway",
      },
    });
    expect(models[2]).toMatchObject({
      contextWindow: 8192,
      capabilities: { tools: false, images: false, toolChoice: false, reasoning: false, structuredOutput: true },
      pricing: { input: 0, output: 0 },
    });
    expect(models[0]).toMatchObject({ name: "Auto Router", contextWindow: 2_000_000 });
    expect(models[0]?.pricing).toBeUndefined();
    expect(models[0]?.capabilities.tools).toBeUndefined();
  });

  it("is the public one without a key", async () => {
    await using server = await serve({ "/models": list });
    const { registry } = open({ url: server.url, keys: {} });
    await using _ = registry;
    const [{ models = [] } = {}] = await registry.models();
    expect(models).toHaveLength(3);
    expect(server.received[0]?.headers).not.toHaveProperty("authorization");
  });

  it("is the public one where a gateway in front knows no other", async () => {
    await using server = await serve({ "/models": list });
    const { registry } = open({ url: server.url });
    await using _ = registry;
    const [{ models = [] } = {}] = await registry.models();
    expect(models).toHaveLength(3);
    expect(server.received.map(({ path }) => path)).toEqual(["/api/v1/models/user", "/api/v1/models"]);
  });

  it("has openrouter/auto, and what the settings name, whatever it says", async () => {
    await using server = await serve({ "/models/user": (_request, response) => sendJson(response, { data: [] }) });
    const { registry, notices } = open({
      url: server.url,
      settings: { available_models: [{ name: "a/b", max_tokens: 5 }] },
    });
    await using _ = registry;
    const gateway = registry.gateway("openrouter");
    expect(gateway.model?.("openrouter/auto")).toEqual({
      id: "openrouter/auto",
      name: "Auto Router",
      contextWindow: 2_000_000,
      maxOutputTokens: undefined,
      capabilities: {},
      pricing: undefined,
      origin: { id: "default", name: "default", contextWindow: "default" },
    });
    const [{ models = [] } = {}] = await registry.models();
    expect(models.map(({ id }) => id)).toEqual(["openrouter/auto", "a/b"]);
    expect(notices).toEqual([]);
  });

  it("gives way to the settings, field by field", async () => {
    await using server = await serve({ "/models/user": list });
    const settings = {
      available_models: [
        {
          name: claude.id,
          display_name: "Claude",
          max_tokens: 200_000,
          max_output_tokens: 8192,
          supports_images: false,
        },
      ],
      model_settings: { "vendor/*": { mode: { type: "adaptive" }, supports_tools: true } },
    };
    const { registry } = open({ url: server.url, settings });
    await using _ = registry;
    const [{ models = [] } = {}] = await registry.models();
    const byId = (id: string) => models.find((model) => model.id === id);
    expect(byId(claude.id)).toMatchObject({
      name: "Claude",
      contextWindow: 200_000,
      maxOutputTokens: 8192,
      capabilities: { tools: true, images: false, reasoning: true },
      pricing: { input: 3 },
      origin: {
        id: "gateway",
        name: "settings",
        contextWindow: "settings",
        maxOutputTokens: "settings",
        pricing: "gateway",
        "capabilities.tools": "gateway",
        "capabilities.images": "settings",
      },
    });
    expect(byId("vendor/small")).toMatchObject({
      capabilities: { tools: true, reasoning: true },
      origin: { "capabilities.tools": "settings", "capabilities.reasoning": "settings" },
    });
    expect((byId(claude.id) as OpenRouterModel).supportedParameters).toContain("tools");
  });

  it("is asked for once by all who want it, and again when it is old or refreshed", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    await using server = await serve({ "/models/user": list });
    const { registry } = open({ url: server.url });
    await using _ = registry;
    await Promise.all([registry.models(), registry.models(), registry.models()]);
    await registry.models();
    expect(server.received).toHaveLength(1);
    vi.advanceTimersByTime(9 * 60_000);
    await registry.models();
    expect(server.received).toHaveLength(1);
    vi.advanceTimersByTime(2 * 60_000);
    await registry.models();
    expect(server.received).toHaveLength(2);
    await registry.models({ refresh: true });
    expect(server.received).toHaveLength(3);
  });

  it("is asked for again with another key", async () => {
    await using server = await serve({ "/models/user": list, "/models": list });
    const keys: Record<string, string> = {};
    const { registry } = open({ url: server.url, keys });
    await using _ = registry;
    await registry.models();
    keys.api_key = "sk-or-new";
    await registry.models();
    expect(server.received.map(({ path }) => path)).toEqual(["/api/v1/models", "/api/v1/models/user"]);
  });

  it.each<[string, Handler, string]>([
    ["an error", (_request, response) => sendError(response, 500, { message: "Out of order" }), "Out of order"],
    ["a page", (_request, response) => void response.writeHead(200).end("<html>"), "not valid JSON"],
    ["another list", (_request, response) => sendJson(response, { models: [] }), "cannot be read"],
    ["a broken connection", (_request, response) => void response.destroy(), "connection"],
  ])("that fails with %s is said so, and the old one stays", async (_title, failing, words) => {
    const handlers = { "/models/user": list };
    await using server = await serve(handlers);
    const { registry, notices } = open({ url: server.url });
    await using _ = registry;
    await registry.models();
    handlers["/models/user"] = failing;
    const [{ models = [], error } = {}] = await registry.models({ refresh: true });
    expect(models).toHaveLength(3);
    expect(error).toBeUndefined();
    expect(notices).toEqual([
      { gateway: "openrouter", code: "model-list-failed", message: expect.stringContaining(words) },
    ]);
    expect(notices[0]?.message).toContain("the last list is used.");
  });

  it("that never came leaves what the settings say", async () => {
    await using server = await serve({
      "/models/user": (_request, response) => sendError(response, 401, { message: "No auth credentials found" }),
    });
    const { registry, notices } = open({ url: server.url, settings: { available_models: [{ name: "a/b" }] } });
    await using _ = registry;
    const [{ models = [] } = {}] = await registry.models();
    expect(models.map(({ id }) => id)).toEqual(["openrouter/auto", "a/b"]);
    expect(notices[0]?.message).toContain("No auth credentials found");
  });

  it("can be given up on by one who waits, without ending it for the others", async () => {
    await using server = await serve({
      "/models/user": (request, response) => void setTimeout(() => list(request, response), 50),
    });
    const { registry } = open({ url: server.url });
    await using _ = registry;
    const gateway = registry.gateway("openrouter");
    const controller = new AbortController();
    const [impatient, patient] = [
      gateway.models({ signal: controller.signal }),
      gateway.models({ signal: new AbortController().signal }),
    ];
    controller.abort(new Error("enough"));
    await expect(impatient).rejects.toThrow("enough");
    expect(await patient).toHaveLength(3);
    expect(server.received).toHaveLength(1);
  });
});

describe("a model's id", () => {
  it("selects a model that is listed, a variant of one, or a preset, and nothing else", async () => {
    await using server = await serve({ "/models/user": list });
    const { registry } = open({ url: server.url });
    await using _ = registry;
    const select = (model: string) => registry.select({ provider: "openrouter", model });
    expect(await select("openrouter/auto")).toMatchObject({ model: "openrouter/auto" });
    expect(server.received).toEqual([]);
    expect(await select("vendor/small:nitro")).toMatchObject({ model: "vendor/small:nitro" });
    expect(await select("@preset/mine")).toMatchObject({ model: "@preset/mine" });
    expect(await select("vendor/small")).toMatchObject({ model: "vendor/small" });
    expect(registry.gateway("openrouter").model?.("vendor/small:nitro")).toMatchObject({
      id: "vendor/small:nitro",
      contextWindow: 8192,
    });
    await expect(select("vendor/smal")).rejects.toMatchObject({
      code: "model-not-found",
      message: expect.stringContaining('Did you mean "vendor/small"?'),
    });
  });
});
