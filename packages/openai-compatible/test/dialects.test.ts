import type { Message, ModelRequest } from "@waygate/core";
import { type DialectName, dialects } from "@waygate/openai-compatible";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { image, openRegistry, type Received, startService, type TestService, tool } from "./service.ts";

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service[Symbol.asyncDispose]());

/** What a dialect makes of the same requests. Written out, so that a change of the table is seen here. */
interface Bytes {
  readonly limit: "max_tokens" | "max_completion_tokens";
  /** Whether usage is asked for. */
  readonly usage: boolean;
  /** For `{effort: "minimal"}`, `"medium"` and `"max"`. */
  readonly minimal: object;
  readonly medium: object;
  readonly max: object;
  /** For `{budgetTokens: 5000}`. */
  readonly budget: object;
  /** For `"off"`, and for a model whose settings name an effort. */
  readonly off: object;
  readonly offAfterEffort: object;
  /** The field that earlier reasoning goes back in, and of which of three answers: two before the last user message. */
  readonly replay: readonly [field: string, sent: readonly string[]] | undefined;
  readonly key: readonly [header: string, value: string];
  readonly cacheKey: boolean;
}

const effort = (level: string, more: object = {}) => ({ reasoning_effort: level, ...more });
const none = { reasoning_effort: "none" };
const bearer = ["authorization", "Bearer sk-1"] as const;
const all = ["A.", "B.", "C."] as const;

const plain: Bytes = {
  limit: "max_completion_tokens",
  usage: true,
  minimal: effort("minimal"),
  medium: effort("medium"),
  max: effort("max"),
  budget: effort("medium"),
  off: {},
  offAfterEffort: none,
  replay: undefined,
  key: bearer,
  cacheKey: false,
};
const older: Bytes = { ...plain, limit: "max_tokens" };
const lowToHigh = { minimal: effort("low"), max: effort("high") };

const template = (on: boolean, more: object = {}) => ({
  chat_template_kwargs: { enable_thinking: on, thinking: on },
  ...more,
});
const byTemplate = {
  minimal: template(true, effort("minimal")),
  medium: template(true, effort("medium")),
  max: template(true, effort("max")),
  budget: template(true, effort("medium")),
  off: template(false),
  offAfterEffort: template(false),
};

const thinking = (level: string, more: object = {}) => ({
  thinking: { type: "enabled", ...more },
  reasoning_effort: level,
});
const notThinking = { thinking: { type: "disabled" } };

const expected = {
  openai: plain,
  alibaba: {
    ...older,
    minimal: { enable_thinking: true, thinking_budget: 1024 },
    medium: { enable_thinking: true, thinking_budget: 8192 },
    max: { enable_thinking: true },
    budget: { enable_thinking: true, thinking_budget: 5000 },
    off: { enable_thinking: false },
    offAfterEffort: { enable_thinking: false },
  },
  anthropic: {
    ...older,
    minimal: { thinking: { type: "enabled", budget_tokens: 1024 } },
    medium: { thinking: { type: "enabled", budget_tokens: 8192 } },
    max: { thinking: { type: "enabled", budget_tokens: 32_000 } },
    budget: { thinking: { type: "enabled", budget_tokens: 5000 } },
    offAfterEffort: notThinking,
  },
  azure: { ...plain, key: ["api-key", "sk-1"], cacheKey: true },
  "azure-ai": { ...older, key: ["api-key", "sk-1"] },
  cerebras: { ...plain, ...lowToHigh, replay: ["reasoning", all] },
  deepseek: {
    ...older,
    minimal: thinking("low"),
    medium: thinking("high"),
    max: thinking("max"),
    budget: thinking("high"),
    off: notThinking,
    offAfterEffort: notThinking,
    replay: ["reasoning_content", all],
  },
  fireworks: { ...older, ...lowToHigh, replay: ["reasoning_content", all] },
  google: {
    ...older,
    max: effort("high"),
    budget: { extra_body: { google: { thinking_config: { thinking_budget: 5000 } } } },
  },
  gpustack: { ...older, ...byTemplate, replay: ["reasoning_content", all] },
  groq: {
    ...plain,
    minimal: effort("low", { reasoning_format: "parsed" }),
    medium: effort("medium", { reasoning_format: "parsed" }),
    max: effort("high", { reasoning_format: "parsed" }),
    budget: effort("medium", { reasoning_format: "parsed" }),
  },
  huggingface: older,
  litellm: older,
  "llama-cpp": { ...older, ...byTemplate, replay: ["reasoning_content", all] },
  "lm-studio": { ...older, ...lowToHigh, offAfterEffort: {} },
  mistral: {
    ...older,
    usage: false,
    minimal: effort("high"),
    medium: effort("high"),
    max: effort("high"),
    budget: effort("high"),
    cacheKey: true,
  },
  moonshot: {
    ...plain,
    minimal: thinking("minimal"),
    medium: thinking("medium"),
    max: thinking("high"),
    budget: thinking("medium"),
    off: notThinking,
    offAfterEffort: notThinking,
    replay: ["reasoning_content", all],
    cacheKey: true,
  },
  ollama: { ...older, off: none, replay: ["reasoning", all] },
  perplexity: { ...older, usage: false, max: effort("high"), offAfterEffort: {} },
  sglang: { ...older, ...byTemplate, replay: ["reasoning_content", all] },
  snowflake: {
    ...plain,
    minimal: { reasoning: { effort: "low" } },
    medium: { reasoning: { effort: "medium" } },
    max: { reasoning: { effort: "high" } },
    budget: { reasoning: { max_tokens: 5000 } },
    offAfterEffort: {},
    // It wants its own details back, of which this conversation has none.
    replay: undefined,
  },
  together: {
    ...older,
    minimal: { reasoning: { enabled: true }, reasoning_effort: "low" },
    medium: { reasoning: { enabled: true }, reasoning_effort: "medium" },
    max: { reasoning: { enabled: true }, reasoning_effort: "high" },
    budget: { reasoning: { enabled: true }, reasoning_effort: "medium" },
    offAfterEffort: { reasoning: { enabled: false } },
  },
  vllm: { ...older, ...byTemplate, replay: ["reasoning", all] },
  xai: { ...plain, ...lowToHigh },
  zai: {
    ...older,
    minimal: thinking("low", { clear_thinking: false }),
    medium: thinking("high", { clear_thinking: false }),
    max: thinking("max", { clear_thinking: false }),
    budget: thinking("high", { clear_thinking: false }),
    off: notThinking,
    offAfterEffort: notThinking,
    replay: ["reasoning_content", all],
  },
} as const satisfies Record<DialectName, Bytes>;

interface Asking extends Partial<ModelRequest> {
  readonly settings?: object;
}

async function send(dialect: DialectName, { settings, ...more }: Asking): Promise<Received> {
  const models = [{ name: "m", capabilities: { images: true }, ...settings }];
  const opened = openRegistry({ api_url: `${service.origin}/v1`, dialect, available_models: models }, "sk-1");
  await using registry = opened.registry;
  const user: Message = { role: "user", content: [{ type: "text", text: "Hello" }] };
  const request = { model: "m", messages: [user], tools: [], signal: new AbortController().signal, ...more };
  for await (const _ of registry.gateway("my-gw.2").stream(request));
  const last = service.received.at(-1);
  if (last === undefined) throw new Error("Nothing was received.");
  return last;
}

const hello = [{ role: "user", content: "Hello" }];

describe.each(Object.entries(expected) as [DialectName, Bytes][])("%s", (dialect, bytes) => {
  const base = {
    model: "m",
    messages: hello,
    stream: true,
    ...(bytes.usage ? { stream_options: { include_usage: true } } : {}),
  };
  const body = async (asking: Asking) => (await send(dialect, asking)).body;

  it("sends nothing that was not asked for", async () => {
    const { body, headers } = await send(dialect, {});
    expect(body).toEqual(base);
    expect(headers[bytes.key[0]]).toBe(bytes.key[1]);
    expect(Object.keys(headers).filter((name) => /auth|key/.test(name))).toEqual([bytes.key[0]]);
  });

  it("limits the answer", async () => {
    expect(await body({ maxOutputTokens: 7 })).toEqual({ ...base, [bytes.limit]: 7 });
  });

  it("asks for reasoning by effort", async () => {
    expect(await body({ reasoning: { effort: "minimal" } })).toEqual({ ...base, ...bytes.minimal });
    expect(await body({ reasoning: { effort: "medium" } })).toEqual({ ...base, ...bytes.medium });
    expect(await body({ reasoning: { effort: "max" } })).toEqual({ ...base, ...bytes.max });
    expect(await body({ settings: { reasoning_effort: "medium" } })).toEqual({ ...base, ...bytes.medium });
  });

  it("asks for reasoning by a budget", async () => {
    expect(await body({ reasoning: { budgetTokens: 5000 } })).toEqual({ ...base, ...bytes.budget });
  });

  it("turns reasoning off", async () => {
    expect(await body({ reasoning: "off" })).toEqual({ ...base, ...bytes.off });
    const settings = { reasoning_effort: "low" };
    expect(await body({ reasoning: "off", settings })).toEqual({ ...base, ...bytes.offAfterEffort });
    expect(await body({ settings: { reasoning_effort: "none" } })).toEqual({ ...base, ...bytes.offAfterEffort });
  });

  it("names the conversation where the service caches by it", async () => {
    const cached = bytes.cacheKey ? { prompt_cache_key: "c-1" } : {};
    expect(await body({ sessionId: "c-1" })).toEqual({ ...base, ...cached });
  });

  it("offers tools", async () => {
    const { name, description, parameters } = tool;
    const tools = [{ name, description, parameters }];
    expect(await body({ tools, toolChoice: { tool: name }, parallelToolCalls: false })).toEqual({
      ...base,
      tools: [{ type: "function", function: { name, description, parameters } }],
      tool_choice: { type: "function", function: { name } },
      parallel_tool_calls: false,
    });
  });

  it("sends calls, results with images, and earlier reasoning back", async () => {
    const { messages } = await body({ messages: conversation });
    const ids = dialect === "mistral" ? ["sCp885vg6", "callCall2"] : ["call_1", "callCall2"];
    const [first, second] = ids as [string, string];
    const thinks = dialect === "mistral";
    const thinking = (text: string) => ({ type: "thinking", thinking: [{ type: "text", text }] });
    const thought = (text: string) => (bytes.replay?.[1].includes(text) === true ? { [bytes.replay[0]]: text } : {});
    const call = (id: string) => ({ id, type: "function", function: { name: "look", arguments: '{"at":1}' } });
    const picture = { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } };
    expect(messages).toEqual([
      { role: "system", content: "Be brief." },
      { role: "user", content: "Look." },
      { role: "assistant", content: thinks ? [thinking("A.")] : null, ...thought("A."), tool_calls: [call(first)] },
      ...(dialect === "mistral"
        ? [{ role: "tool", tool_call_id: first, content: [{ type: "text", text: "Seen:" }, picture] }]
        : [
            { role: "tool", tool_call_id: first, content: expect.stringContaining("Seen:") },
            { role: "user", content: [{ type: "text", text: expect.stringContaining("look") }, picture] },
          ]),
      {
        role: "assistant",
        content: thinks ? [thinking("B."), { type: "text", text: "It is red." }] : "It is red.",
        ...thought("B."),
      },
      { role: "user", content: "Again." },
      { role: "assistant", content: thinks ? [thinking("C.")] : null, ...thought("C."), tool_calls: [call(second)] },
      { role: "tool", tool_call_id: second, content: "Seen." },
    ]);
  });
});

const call = (id: string) => ({ type: "tool-call", id, name: "look", arguments: '{"at":1}', status: "ok" }) as const;

const conversation: readonly Message[] = [
  { role: "system", content: [{ type: "text", text: "Be brief." }] },
  { role: "user", content: [{ type: "text", text: "Look." }] },
  { role: "assistant", content: [{ type: "reasoning", text: "A." }, call("call_1")] },
  {
    role: "tool",
    content: [
      {
        type: "tool-result",
        id: "call_1",
        name: "look",
        content: [{ type: "text", text: "Seen:" }, image],
        isError: false,
      },
    ],
  },
  {
    role: "assistant",
    content: [
      { type: "reasoning", text: "B." },
      { type: "text", text: "It is red." },
    ],
  },
  { role: "user", content: [{ type: "text", text: "Again." }] },
  { role: "assistant", content: [{ type: "reasoning", text: "C." }, call("callCall2")] },
  {
    role: "tool",
    content: [
      {
        type: "tool-result",
        id: "callCall2",
        name: "look",
        content: [{ type: "text", text: "Seen." }],
        isError: false,
      },
    ],
  },
];

it("mistral takes documents by their address, and audio as others do", async () => {
  const file = { type: "file", mediaType: "application/pdf" } as const;
  const source = { type: "base64", data: "AAAA" } as const;
  const { body } = await send("mistral", {
    messages: [
      {
        role: "user",
        content: [
          { ...file, source: { type: "url", url: "https://h/a.pdf" } },
          { ...file, source, name: "b.pdf" },
          { ...file, mediaType: "audio/wav", source },
        ],
      },
    ],
  });
  expect((body.messages as { content: unknown }[])[0]?.content).toEqual([
    { type: "document_url", document_url: "https://h/a.pdf" },
    { type: "document_url", document_url: "data:application/pdf;base64,AAAA", document_name: "b.pdf" },
    { type: "input_audio", input_audio: { data: "AAAA", format: "wav" } },
  ]);
});

it("snowflake sends its own details of reasoning back", async () => {
  const details = [{ type: "reasoning.text", text: "Hm.", signature: "s" }];
  const state = { origin: { gateway: "my-gw.2", model: "m" }, data: details };
  const { body } = await send("snowflake", {
    messages: [
      { role: "user", content: [{ type: "text", text: "Look." }] },
      { role: "assistant", content: [{ type: "reasoning", text: "Hm.", state }, call("call_1")] },
    ],
  });
  expect((body.messages as object[])[1]).toMatchObject({ role: "assistant", reasoning_details: details });
});

it("every dialect says for whom it is, and where its rules stand", () => {
  for (const { service, source } of Object.values(dialects)) {
    expect(service).not.toBe("");
    expect(new URL(source).protocol).toBe("https:");
  }
});
