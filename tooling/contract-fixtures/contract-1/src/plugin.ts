import {
  definePlugin,
  type Gateway,
  GatewayError,
  type Message,
  type Model,
  type ModelEvent,
  type ModelRequest,
  type OpenContext,
  type SettingsSchema,
} from "@waygate/core/plugin";

interface Settings {
  readonly greeting?: string;
}

interface Options {
  readonly [key: string]: string;
}

function schemaOf<Value>(key: string): SettingsSchema<Value> {
  const json = { type: "object", properties: { [key]: { type: "string" } }, additionalProperties: false };
  return {
    "~standard": {
      version: 1,
      vendor: "fixture",
      validate: (value) => ({ value: value as Value }),
      jsonSchema: { input: () => json, output: () => json },
    },
  };
}

const model: Model = {
  id: "everything",
  name: "Everything",
  contextWindow: 1000,
  maxOutputTokens: 100,
  capabilities: { tools: true },
  inputs: ["image/png"],
  outputs: ["image/png"],
  reasoningEfforts: ["low", "high"],
  parameters: ["temperature"],
  pricing: { currency: "USD", input: 1, output: 2 },
  metadata: { family: "fixture" },
  origin: { id: "gateway" },
};

/** Says everything that contract 1 knows, in one answer with a call and one without. */
export default definePlugin<Settings, Options>({
  id: "contract-1",
  name: "Contract 1",
  contract: 1,
  settingsKey: "contract_1",
  settings: schemaOf<Settings>("greeting"),
  gatewayOptions: schemaOf<Options>("tone"),
  credentials: [{ id: "api_key", kind: "secret", label: "API key", env: ["CONTRACT_1_API_KEY"] }],
  capabilities: { tools: true, toolChoice: true, freeformTools: true, images: true, reasoning: true },
  address: () => "https://contract-1.test",
  open: (context): Gateway => new Everything(context),
});

class Everything implements Gateway {
  readonly serviceTools = ["web_search"];
  readonly privacyDemands = ["zeroDataRetention"] as const;
  readonly extensions = { countTokens: (text: string) => text.length };
  readonly constraints = "none" as const;
  readonly #context: OpenContext<Settings>;

  constructor(context: OpenContext<Settings>) {
    this.#context = context;
  }

  async models(): Promise<readonly Model[]> {
    return [model];
  }

  model(id: string): Model | undefined {
    return id === model.id ? model : undefined;
  }

  privacy() {
    return {};
  }

  async check() {
    return { facts: [{ label: "Greeting", value: this.#context.settings.greeting ?? "none" }] };
  }

  async close(): Promise<void> {
    await this.#context.store.delete("visits");
  }

  async *stream(request: ModelRequest): AsyncGenerator<ModelEvent | readonly ModelEvent[], void, void> {
    const { credential, store, supports, notice } = this.#context;
    const key = await credential("api_key");
    if (key === "sk-refused") await credential("api_key", { refused: key });
    await store.set("visits", String(Number((await store.get("visits")) ?? 0) + 1));
    if (request.gatewayOptions?.tone === "angry") {
      throw new GatewayError("The fixture was asked to fail.", { gateway: "contract-1", code: "server-error" });
    }
    notice({ code: "fixture", message: "Asked." });
    const answered = request.messages.some(({ role }: Message) => role === "tool");
    yield { type: "response-start", id: "r1", model: request.model, upstream: "fixture", requestId: "q1" };
    if (!answered) yield* this.#calls();
    else if (supports("event:source")) yield* this.#everything(await store.get("visits"));
  }

  *#calls(): Iterable<ModelEvent | readonly ModelEvent[]> {
    yield [
      { type: "reasoning-delta", text: "Think", block: 0 },
      { type: "reasoning-delta", text: "Sum", summary: true, block: 1 },
      { type: "reasoning-end", block: 0, state: "sealed" },
      { type: "reasoning-end", block: 1 },
    ];
    yield { type: "tool-call-start", id: "c1", name: "look" };
    yield { type: "tool-call-delta", id: "c1", text: '{"at":1}' };
    yield { type: "tool-call-end", id: "c1", arguments: '{"at":1}', complete: true, state: { id: 1 } };
    yield { type: "tool-call-start", id: "c2", name: "patch", format: "text" };
    yield { type: "tool-call-end", id: "c2", arguments: "*** Begin", complete: true };
    yield { type: "service-approval-request", id: "a1", name: "pay", arguments: "{}", state: { id: 2 } };
    yield { type: "finish", reason: "tool-calls", raw: "tool_use" };
  }

  *#everything(visits: string | undefined): Iterable<ModelEvent | readonly ModelEvent[]> {
    yield { type: "tool-call-start", id: "s1", name: "web_search", executor: "service" };
    yield { type: "tool-call-end", id: "s1", arguments: "{}", complete: true, state: { id: 3 } };
    yield { type: "service-tool-result", id: "s1", content: [{ type: "text", text: "found" }], state: { id: 4 } };
    yield { type: "source", id: "u1", kind: "url", url: "https://example.com", title: "Example", toolCallId: "s1" };
    yield { type: "text-delta", text: `${this.#context.settings.greeting ?? "Hello"}, visit ${visits}.` };
    yield { type: "text-end", state: { id: 5 } };
    yield { type: "media", id: "m1", mediaType: "image/png", source: { type: "base64", data: "AAAA" }, partial: true };
    yield {
      type: "media",
      id: "m1",
      mediaType: "image/png",
      source: { type: "base64", data: "AAAB" },
      state: { id: 6 },
    };
    yield { type: "opaque", state: { id: 7 } };
    yield { type: "notice", code: "fixture-notice", message: "Odd.", data: { n: 1 } };
    yield {
      type: "usage",
      usage: { input: { total: 5, cacheRead: 1, cacheWrite: 1 }, output: { total: 4, reasoning: 2 } },
      cost: { amount: 0.5, currency: "USD", source: "billed" },
    };
    yield { type: "finish", reason: "stop", raw: "end", details: { n: 1 }, state: { id: 8 } };
  }
}
