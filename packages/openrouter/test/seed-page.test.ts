import { createRegistry, run } from "@waygate/core";
import openrouter from "@waygate/openrouter";
import { type ReplayServer, readRecordings, recordingsFolder, replay } from "@waygate/recordings";
import { describe, expect, it } from "vitest";
import { chunk, sayHi, sendStream, serve } from "./open-router.ts";

/** The examples of Zed's page on gateways, as they stand there. */
const defaultModel = `{
"agent": {
"default_model": {
"provider": "openrouter",
"model": "openrouter/auto"
}
}
}`;
const customModel = `{
"language_models": {
"open_router": {
"api_url": "https://openrouter.ai/api/v1",
"available_models": [
{
"name": "google/gemini-2.0-flash-thinking-exp",
"display_name": "Gemini 2.0 Flash (Thinking)",
"max_tokens": 200000,
"max_output_tokens": 8192,
"supports_tools": true,
"supports_images": true,
"mode": {
"type": "thinking",
"budget_tokens": 8000
}
}
]
}
}
}`;
const routing = `{
"language_models": {
"open_router": {
"available_models": [
{
"name": "openrouter/auto",
"display_name": "Auto Router",
"max_tokens": 2000000,
"supports_tools": true,
"provider": {
"order": ["anthropic", "openai"],
"allow_fallbacks": true,
"require_parameters": true,
"data_collection": "allow"
}
}
]
}
}
}`;

interface ZedSettings {
  readonly agent?: { readonly default_model: { readonly provider: string; readonly model: string } };
  readonly language_models?: { readonly open_router: Record<string, unknown> };
}

const read = (text: string) => JSON.parse(text) as ZedSettings;
const messages = [{ role: "user", content: "Hello" }] as const;
const look = { name: "look", description: "Looks.", parameters: { type: "object" }, execute: () => "seen" } as const;

/** A registry of these settings, but for the address, which a test cannot have. */
function registryOf(text: string, url: string) {
  const { language_models } = read(text);
  const open_router = { ...language_models?.open_router, api_url: url };
  const notices: string[] = [];
  const registry = createRegistry({
    plugins: [openrouter],
    settings: { open_router },
    credentials: ({ credential }) => (credential.id === "api_key" ? "sk-or-1" : undefined),
    onNotice: ({ message }) => notices.push(message),
  });
  return { registry, notices };
}

describe("the page's examples", () => {
  it("are accepted as they stand, with nothing to remark", () => {
    for (const text of [customModel, routing]) {
      const notices: string[] = [];
      const registry = createRegistry({
        plugins: [openrouter],
        settings: read(text).language_models ?? {},
        onNotice: ({ message }) => notices.push(message),
      });
      expect(registry.gateways()).toMatchObject([{ state: "ready", address: "https://openrouter.ai/api/v1" }]);
      expect(notices).toEqual([]);
    }
  });

  it("of the default model select it without asking anybody, and send it", async () => {
    await using server = await serve({ "/chat/completions": sayHi });
    const choice = read(defaultModel).agent?.default_model;
    if (choice === undefined) throw new Error("The example names a model.");
    const { registry, notices } = registryOf("{}", server.url);
    await using _ = registry;
    const { gateway, model } = await registry.select(choice);
    expect(server.received).toEqual([]);
    expect((await run({ gateway, model, messages }).result()).text).toBe("Hi");
    expect(server.asked[0]?.body.model).toBe("openrouter/auto");
    expect(notices).toEqual([]);
  });

  it("of a custom model take effect, every key", async () => {
    await using server = await serve({ "/chat/completions": sayHi });
    const { registry } = registryOf(customModel, server.url);
    await using _ = registry;
    const name = "google/gemini-2.0-flash-thinking-exp";
    const { gateway, model } = await registry.select({ provider: "openrouter", model: name });
    expect(gateway.model?.(name)).toMatchObject({
      name: "Gemini 2.0 Flash (Thinking)",
      contextWindow: 200_000,
      maxOutputTokens: 8192,
      capabilities: { tools: true, images: true, reasoning: true },
    });
    await run({ gateway, model, messages, tools: [look] }).result();
    expect(server.asked[0]?.body).toMatchObject({
      model: name,
      max_tokens: 8192,
      reasoning: { max_tokens: 8000 },
      tools: [{ type: "function", function: { name: "look" } }],
    });
  });

  it("of routing take effect, every key, in a loop of tools too", async () => {
    let step = 0;
    await using server = await serve({
      "/chat/completions": (request, response) => {
        if (step++ > 0) return sayHi(request, response);
        const call = { index: 0, id: "1", type: "function", function: { name: "look", arguments: "{}" } };
        sendStream(response, [chunk({ tool_calls: [call] }), chunk({}, { finish: "tool_calls" })]);
      },
    });
    const { registry } = registryOf(routing, server.url);
    await using _ = registry;
    const { gateway, model } = await registry.select({ provider: "openrouter", model: "openrouter/auto" });
    expect(gateway.model?.("openrouter/auto")).toMatchObject({ name: "Auto Router", contextWindow: 2_000_000 });
    const { text, steps } = await run({ gateway, model, messages, tools: [look] }).result();
    expect({ text, steps }).toEqual({ text: "Hi", steps: 2 });
    for (const { body } of server.asked) {
      expect(body.provider).toEqual({
        order: ["anthropic", "openai"],
        allow_fallbacks: true,
        require_parameters: true,
        data_collection: "allow",
      });
    }
  });
});

const folder = recordingsFolder();

describe.skipIf(folder === undefined)("against recorded answers (skipped where RECORDINGS is not there)", () => {
  it("all of the examples together run", async () => {
    const recordings = readRecordings(folder ?? "", "openrouter").filter(
      ({ streaming, expect: { ok, toolCalls, text } }) => streaming && ok && toolCalls.length === 0 && text !== "",
    );
    expect(recordings.length).toBeGreaterThan(5);
    const server: ReplayServer = await replay(recordings, [7, 61, 3]);
    try {
      for (const { id, expect: wanted } of recordings) {
        for (const settings of [customModel, routing, "{}"]) {
          const { registry, notices } = registryOf(settings, `${server.address}/${id}`);
          await using _ = registry;
          const model = settings === customModel ? "google/gemini-2.0-flash-thinking-exp" : "openrouter/auto";
          const selection = await registry.select({ provider: "openrouter", model });
          expect((await run({ ...selection, messages }).result()).text).toBe(wanted.text);
          expect(notices).toEqual([]);
        }
      }
    } finally {
      await server.close();
    }
  });
});
