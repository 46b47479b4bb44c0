import type { JsonObject } from "@waygate/core";
import { type MessageInput, type RunOptions, run } from "@waygate/core";
import { describe, expect, it } from "vitest";
import {
  type ChunkOptions,
  chunk,
  open,
  type Received,
  sendError,
  sendJson,
  sendStream,
  serve,
} from "./open-router.ts";

const look = {
  name: "look",
  description: "Looks.",
  parameters: { type: "object" },
  readOnly: true,
  execute: () => "seen",
} as const;

const encrypted = (format: string, more: object = {}) => ({
  type: "reasoning.encrypted",
  data: "c2lnbmVk",
  format,
  index: 0,
  ...more,
});

interface Step {
  /** The pieces of `reasoning_details`, one chunk each. */
  readonly details?: readonly object[];
  readonly provider?: string;
  readonly model?: string;
  /** Ids of calls of `look`; none: the answer is `Done.` */
  readonly calls?: readonly string[];
}

function chunksOf({ details = [], calls = [], ...from }: Step): object[] {
  const options: ChunkOptions = from;
  return [
    ...details.map((detail) => chunk({ content: "", reasoning: null, reasoning_details: [detail] }, options)),
    ...calls.map((id, index) =>
      chunk(
        { content: null, tool_calls: [{ index, id, type: "function", function: { name: "look", arguments: "{}" } }] },
        options,
      ),
    ),
    ...(calls.length === 0 ? [chunk({ content: "Done." }, options)] : []),
    // OpenRouter repeats the finish in a chunk of its own, with the usage.
    chunk({ content: "" }, { ...options, finish: calls.length === 0 ? "stop" : "tool_calls" }),
    chunk(
      { content: "" },
      {
        ...options,
        finish: calls.length === 0 ? "stop" : "tool_calls",
        usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12, cost: 0.001 },
      },
    ),
  ];
}

interface Looping extends Partial<RunOptions> {
  readonly settings?: object;
  /** What `/models/user` answers. */
  readonly models?: readonly object[];
}

/** Runs a conversation whose answers are these steps, one after another, and tells what was asked. */
async function loop(steps: readonly Step[], { settings, models = [], ...gatewayOptions }: Looping = {}) {
  let next = 0;
  await using server = await serve({
    "/chat/completions": (_request, response) => sendStream(response, chunksOf(steps[next++] ?? {})),
    "/models/user": (_request, response) => sendJson(response, { data: models }),
  });
  const { registry } = open({ url: server.url, ...(settings && { settings }) });
  await using _ = registry;
  if (models.length > 0) await registry.models();
  const running = run({
    gateway: registry.gateway("openrouter"),
    model: "google/gemini-3-pro",
    messages: [{ role: "user", content: "Look around." }],
    tools: [look],
    ...gatewayOptions,
  });
  const told: string[] = [];
  for await (const event of running) if (event.type === "notice") told.push(event.code);
  return { asked: server.asked, told, messages: running.messages, cost: running.cost };
}

function answersIn({ body }: Received): JsonObject[] {
  return (body.messages as JsonObject[]).filter(({ role }) => role === "assistant");
}

describe("a loop of tools", () => {
  it("sends what Google signed back byte for byte, to the provider that signed it and no other", async () => {
    const detail = encrypted("google-gemini-v1", { id: "tool_look_1" });
    const { asked, told, messages, cost } = await loop([
      { details: [detail], provider: "Google AI Studio", calls: ["tool_look_1", "tool_look_2"] },
      { provider: "Google AI Studio", calls: ["tool_look_3"] },
      { provider: "Google AI Studio" },
    ]);
    expect(asked).toHaveLength(3);
    expect(asked[0]?.body).not.toHaveProperty("provider");
    expect(asked[1]?.body.provider).toEqual({ only: ["google-ai-studio"] });
    expect(asked[2]?.body.provider).toEqual({ only: ["google-ai-studio"] });
    expect(answersIn(asked[1] as Received)).toEqual([
      {
        role: "assistant",
        content: null,
        reasoning_details: [detail],
        tool_calls: ["tool_look_1", "tool_look_2"].map((id) => ({
          id,
          type: "function",
          function: { name: "look", arguments: "{}" },
        })),
      },
    ]);
    expect(JSON.stringify(answersIn(asked[1] as Received)[0]?.reasoning_details)).toBe(JSON.stringify([detail]));
    // A run may say the same thing once only.
    expect(new Set(told)).toEqual(new Set(["upstream-pinned"]));
    expect(messages.at(-1)).toMatchObject({ role: "assistant", content: [{ type: "text", text: "Done." }] });
    expect(cost).toEqual({ amount: 0.003, currency: "USD", source: "billed" });
  });

  it("says whom it is bound to, and why", async () => {
    let next = 0;
    const steps: Step[] = [{ details: [encrypted("xai-responses-v1")], provider: "xAI", calls: ["1"] }, {}];
    await using server = await serve({
      "/chat/completions": (_request, response) => sendStream(response, chunksOf(steps[next++] ?? {})),
    });
    const { registry } = open({ url: server.url });
    await using _ = registry;
    const gateway = registry.gateway("openrouter");
    const running = run({ gateway, model: "x-ai/grok", messages: [{ role: "user", content: "Go." }], tools: [look] });
    const messages: string[] = [];
    for await (const event of running) if (event.type === "notice") messages.push(event.message);
    expect(messages).toEqual([
      "This request goes to xAI alone: it carries on a loop of tools whose reasoning no other provider can read.",
    ]);
  });

  it.each([
    ["OpenAI", "openai-responses-v1", "openai"],
    ["Azure", "azure-openai-responses-v1", "azure"],
    ["Amazon Bedrock", "bedrock-openai-responses-v1", "amazon-bedrock"],
    ["xAI", "xai-responses-v1", "xai"],
    ["Meta", "meta-responses-v1", "meta"],
    ["Google", "google-gemini-v1", "google-vertex"],
    ["Somebody New", "new-v1", "somebody-new"],
  ])("stays with %s, which encrypted its reasoning", async (provider, format, slug) => {
    const { asked } = await loop([{ details: [encrypted(format)], provider, calls: ["1"] }, { provider }]);
    expect(asked[1]?.body.provider).toEqual({ only: [slug] });
  });

  it("of Claude may go on elsewhere: its signatures hold wherever it is served", async () => {
    const details = [
      { type: "reasoning.text", text: "Let me ", format: "anthropic-claude-v1", index: 0 },
      { type: "reasoning.text", text: "see.", format: "anthropic-claude-v1", index: 0 },
      { type: "reasoning.text", signature: "c2lnbmVk", format: "anthropic-claude-v1", index: 0 },
    ];
    const { asked, told } = await loop([{ details, provider: "Amazon Bedrock", calls: ["1"] }, {}]);
    expect(asked[1]?.body).not.toHaveProperty("provider");
    expect(answersIn(asked[1] as Received)[0]?.reasoning_details).toEqual([
      { type: "reasoning.text", text: "Let me see.", format: "anthropic-claude-v1", index: 0, signature: "c2lnbmVk" },
    ]);
    expect(told).toEqual([]);
  });

  it("with reasoning in plain text may go on elsewhere, too", async () => {
    const details = [{ type: "reasoning.text", text: "Hm.", format: "unknown", index: 0 }];
    const { asked } = await loop([{ details, provider: "Z.AI", calls: ["1"] }, {}]);
    expect(asked[1]?.body).not.toHaveProperty("provider");
    expect(answersIn(asked[1] as Received)[0]?.reasoning_details).toEqual(details);
  });

  it("sends an empty list of details back, without which DeepSeek refuses the next request", async () => {
    const steps = [{ provider: "DeepSeek", calls: ["1"] }, {}];
    let next = 0;
    await using server = await serve({
      "/chat/completions": (_request, response) => {
        const chunks = chunksOf(steps[next++] ?? {});
        sendStream(response, [chunk({ content: "", reasoning_details: [] }), ...chunks]);
      },
    });
    const { registry } = open({ url: server.url });
    await using _ = registry;
    const gateway = registry.gateway("openrouter");
    await run({ gateway, model: "deepseek/v4", messages: [{ role: "user", content: "Go." }], tools: [look] }).result();
    expect(answersIn(server.asked[1] as Received)[0]?.reasoning_details).toEqual([]);
  });

  it("is narrowed, never widened, by where it has to go", async () => {
    const routing = {
      only: ["google-ai-studio", "google-vertex/us-east5"],
      order: ["google-vertex/us-east5"],
      zdr: true,
    };
    const { asked } = await loop([{ details: [encrypted("google-gemini-v1")], provider: "Google", calls: ["1"] }, {}], {
      gatewayOptions: { provider: routing },
    });
    expect(asked[1]?.body.provider).toEqual({
      only: ["google-vertex/us-east5"],
      order: ["google-vertex/us-east5"],
      zdr: true,
    });
  });

  it("keeps the service tier of the provider that was named", async () => {
    const { asked } = await loop(
      [{ details: [encrypted("openai-responses-v1")], provider: "OpenAI", calls: ["1"] }, {}],
      {
        gatewayOptions: { provider: { order: ["openai/priority", "azure"] } },
      },
    );
    expect(asked[1]?.body.provider).toEqual({ only: ["openai", "openai/priority"], order: ["openai/priority"] });
  });

  it("leaves signed reasoning behind where the routing does not allow its provider", async () => {
    for (const routing of [
      { ignore: ["google-ai-studio"] },
      { only: ["google-vertex"] },
      { order: ["google-vertex"], allow_fallbacks: false },
    ]) {
      const { asked, told } = await loop(
        [{ details: [encrypted("google-gemini-v1")], provider: "Google AI Studio", calls: ["1"] }, {}],
        { gatewayOptions: { provider: routing } },
      );
      expect(asked[1]?.body.provider).toEqual(routing);
      expect(answersIn(asked[1] as Received)[0]).not.toHaveProperty("reasoning_details");
      expect(told).toEqual(["upstream-not-allowed"]);
    }
  });

  it("says so where the one provider that could go on does not", async () => {
    let next = 0;
    const first = chunksOf({ details: [encrypted("google-gemini-v1")], provider: "Google", calls: ["1"] });
    await using server = await serve({
      "/chat/completions": (_request, response) =>
        next++ === 0
          ? sendStream(response, first)
          : sendError(response, 404, { message: "No allowed providers are available for the selected model." }),
    });
    const { registry } = open({ url: server.url });
    await using _ = registry;
    const gateway = registry.gateway("openrouter");
    const asking = run({
      gateway,
      model: "google/gemini",
      messages: [{ role: "user", content: "Go." }],
      tools: [look],
    });
    await expect(asking.result()).rejects.toMatchObject({
      code: "invalid-request",
      status: 404,
      message: expect.stringMatching(/It could only go to Google.*pin_upstream/),
    });
  });

  it("is not pinned where that is switched off", async () => {
    const steps = [{ details: [encrypted("google-gemini-v1")], provider: "Google", calls: ["1"] }, {}];
    const { asked, told } = await loop(steps, { gatewayOptions: { pin_upstream: false } });
    expect(asked[1]?.body).not.toHaveProperty("provider");
    expect(answersIn(asked[1] as Received)[0]?.reasoning_details).toHaveLength(1);
    expect(told).toEqual([]);
  });

  it("is not pinned, and keeps its signatures, where nobody says who answered", async () => {
    const steps = [{ details: [encrypted("google-gemini-v1")], provider: "", calls: ["1"] }, {}];
    const { asked } = await loop(steps);
    expect(asked[1]?.body).not.toHaveProperty("provider");
    expect(answersIn(asked[1] as Received)[0]?.reasoning_details).toHaveLength(1);
  });
});

describe("the next turn", () => {
  const [gemini, openai] = [encrypted("google-gemini-v1"), encrypted("openai-responses-v1")];
  async function twice(details: readonly object[], provider: string, options: Looping = {}) {
    const first = await loop([{ details, provider, calls: ["1"] }, { provider }], options);
    const messages: MessageInput[] = [...first.messages, { role: "user", content: "And now?" }];
    return await loop([{ provider }], { ...options, messages });
  }

  it("may go anywhere again, without what only one of Google's two providers could read", async () => {
    const { asked } = await twice(
      [gemini, { type: "reasoning.text", text: "Hm.", format: "google-gemini-v1", index: 1 }],
      "Google",
    );
    expect(asked[0]?.body).not.toHaveProperty("provider");
    expect(answersIn(asked[0] as Received)[0]?.reasoning_details).toEqual([
      { type: "reasoning.text", text: "Hm.", format: "google-gemini-v1", index: 1 },
    ]);
  });

  it("keeps it where the routing leaves that provider alone", async () => {
    const options = { gatewayOptions: { provider: { only: ["google-vertex/global"] } } };
    const { asked } = await twice([gemini], "Google", options);
    expect(answersIn(asked[0] as Received)[0]?.reasoning_details).toEqual([gemini]);
  });

  it("keeps what OpenRouter can tell apart by its format", async () => {
    const { asked } = await twice([openai], "OpenAI");
    expect(answersIn(asked[0] as Received)[0]?.reasoning_details).toEqual([openai]);
  });
});

describe("a loop that a router answers", () => {
  const models = [{ id: "google/gemini-3-pro", canonical_slug: "google/gemini-3-pro-20251201", name: "Gemini" }];
  const steps: Step[] = [
    {
      details: [encrypted("google-gemini-v1")],
      provider: "Google",
      model: "google/gemini-3-pro-20251201",
      calls: ["1"],
    },
    { provider: "Google", model: "google/gemini-3-pro-20251201" },
  ];

  it("goes on with the model that it chose, by the id that the list has for it", async () => {
    const { asked } = await loop(steps, { model: "openrouter/auto", models });
    expect(asked.map(({ body }) => body.model)).toEqual(["openrouter/auto", "google/gemini-3-pro"]);
    expect(asked[1]?.body.provider).toEqual({ only: ["google-vertex"] });
    expect(answersIn(asked[1] as Received)[0]?.reasoning_details).toEqual([encrypted("google-gemini-v1")]);
  });

  it("goes on with the model as it was named, where no list is there", async () => {
    const { asked } = await loop(steps, { model: "openrouter/auto" });
    expect(asked[1]?.body.model).toBe("google/gemini-3-pro-20251201");
  });

  it("goes on with Claude, whose signatures no other model reads, at any provider", async () => {
    const signed = { type: "reasoning.text", text: "Hm.", signature: "s", format: "anthropic-claude-v1", index: 0 };
    const claude = { details: [signed], provider: "Anthropic", model: "anthropic/claude", calls: ["1"] };
    const { asked } = await loop([claude, {}], { model: "openrouter/auto" });
    expect(asked[1]?.body.model).toBe("anthropic/claude");
    expect(asked[1]?.body).not.toHaveProperty("provider");
    const cached = await loop([claude, {}], { model: "openrouter/auto", cache: "auto" });
    expect(cached.asked.map(({ text }) => text.includes("cache_control"))).toEqual([false, true]);
  });

  it("asks for the fallback that answered, and for no other", async () => {
    const { asked } = await loop(steps, { model: "a/b", models, gatewayOptions: { models: ["google/gemini-3-pro"] } });
    expect(asked[0]?.body).toMatchObject({ model: "a/b", models: ["google/gemini-3-pro"] });
    expect(asked[1]?.body.model).toBe("google/gemini-3-pro");
    expect(asked[1]?.body).not.toHaveProperty("models");
  });

  it("is free to choose again where nothing is signed, and in the next turn", async () => {
    const { asked, messages } = await loop([{ calls: ["1"], model: "x/y" }, { model: "x/z" }], {
      model: "openrouter/auto",
    });
    expect(asked.map(({ body }) => body.model)).toEqual(["openrouter/auto", "openrouter/auto"]);
    const signed = await loop(steps, { model: "openrouter/auto" });
    const again = await loop([{}], {
      model: "openrouter/auto",
      messages: [...signed.messages, { role: "user", content: "And now?" }],
    });
    expect(messages.length).toBeGreaterThan(0);
    expect(again.asked[0]?.body.model).toBe("openrouter/auto");
    expect(answersIn(again.asked[0] as Received)[0]).not.toHaveProperty("reasoning_details");
  });

  it("keeps a preset, which is more than a model", async () => {
    const { asked } = await loop(steps, { model: "@preset/mine" });
    expect(asked[1]?.body.model).toBe("@preset/mine");
    expect(asked[1]?.body.provider).toEqual({ only: ["google-vertex"] });
  });
});
