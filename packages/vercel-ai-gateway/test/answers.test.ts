import type { Message, ModelEvent } from "@waygate/core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Asking, ask, openRegistry, sendJson, sse, startService, type TestService, tool } from "./service.ts";

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service[Symbol.asyncDispose]());
beforeEach(() => service.clear());

const model = "anthropic/claude-sonnet-4";
const user = (content: Extract<Message, { role: "user" }>["content"]): Asking => ({
  messages: [{ role: "user", content }],
});
const sent = async (asking: Asking) => (await ask(service, asking)).body;
const last = <Type extends ModelEvent["type"]>(events: readonly ModelEvent[], type: Type) =>
  events.findLast((event): event is Extract<ModelEvent, { type: Type }> => event.type === type);

/** Nothing of this was recorded. Pages are below vercel.com/docs/ai-gateway/sdks-and-apis/openai-chat-completions. */
describe("what is sent", () => {
  it("has images as the page images has them", async () => {
    const { messages } = await sent(
      user([
        { type: "text", text: "What is it?" },
        { type: "image", mediaType: "image/png", source: { type: "base64", data: "iVBORw0KGgo=" } },
        { type: "image", mediaType: "image/jpeg", source: { type: "url", url: "https://example.com/a.jpg" } },
      ]),
    );
    expect(messages).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "What is it?" },
          { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } },
          { type: "image_url", image_url: { url: "https://example.com/a.jpg" } },
        ],
      },
    ]);
  });

  it("has files as the page images has them, too", async () => {
    const { messages } = await sent(
      user([
        { type: "file", mediaType: "application/pdf", name: "a.pdf", source: { type: "base64", data: "JVBERi0=" } },
      ]),
    );
    expect(messages).toEqual([
      {
        role: "user",
        content: [{ type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,JVBERi0=" } }],
      },
    ]);
  });

  it("has a schema as the page structured-outputs has it", async () => {
    const schema = { type: "object", properties: { name: { type: "string" } }, required: ["name"] };
    const { response_format } = await sent({ responseFormat: { type: "json-schema", name: "person", schema } });
    expect(response_format).toEqual({ type: "json_schema", json_schema: { name: "person", schema } });
  });

  it.each([
    ["auto", "auto"],
    ["none", "none"],
    ["required", "required"],
    [{ tool: "look" }, { type: "function", function: { name: "look" } }],
  ] as const)("has the choice of tool %j as the page tool-calling has it", async (toolChoice, tool_choice) => {
    const body = await sent({ tools: [tool], toolChoice });
    expect(body).toMatchObject({
      tools: [{ type: "function", function: { name: "look", description: "Looks.", parameters: { type: "object" } } }],
      tool_choice,
    });
  });

  it("has the parameters of the page chat-completions", async () => {
    const options = { frequency_penalty: 0.5, presence_penalty: -0.5 };
    expect(
      await sent({ temperature: 0.2, topP: 0.9, stopSequences: ["END"], maxOutputTokens: 5, gatewayOptions: options }),
    ).toEqual({
      model,
      messages: [{ role: "user", content: "Hello" }],
      stream: true,
      stream_options: { include_usage: true },
      temperature: 0.2,
      top_p: 0.9,
      stop: ["END"],
      max_tokens: 5,
      ...options,
    });
  });

  it("has images of tool results in the tool message", async () => {
    const { messages } = await sent({
      messages: [
        { role: "user", content: [{ type: "text", text: "Look!" }] },
        {
          role: "assistant",
          content: [{ type: "tool-call", id: "c1", name: "look", arguments: "{}", status: "ok" }],
        },
        {
          role: "tool",
          content: [
            {
              type: "tool-result",
              id: "c1",
              name: "look",
              isError: false,
              content: [
                { type: "text", text: "Seen:" },
                { type: "image", mediaType: "image/png", source: { type: "base64", data: "AAAA" } },
              ],
            },
          ],
        },
      ],
    });
    expect((messages as object[])[2]).toEqual({
      role: "tool",
      tool_call_id: "c1",
      content: [
        { type: "text", text: "Seen:" },
        { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
      ],
    });
  });
});

describe("what is read", () => {
  const chunk = (delta: object, finish_reason: string | null = null, more: object = {}) => ({
    id: "gen_1",
    model,
    choices: [{ index: 0, delta, finish_reason }],
    ...more,
  });
  const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, cost: 0.001 };
  const answers = async (...chunks: object[]) => {
    service.answer = (response) => void response.end(sse(...chunks));
    return (await ask(service, { tools: [tool] })).events;
  };

  it.each([
    ["stop", "stop"],
    ["length", "length"],
    ["content_filter", "content-filter"],
  ])("is an answer that ends with %s, as the page chat-completions lists them", async (raw, reason) => {
    const events = await answers(chunk({ content: "Once upon" }), chunk({}, raw, { usage }));
    expect(last(events, "finish")).toEqual({ type: "finish", reason, raw });
    expect(last(events, "usage")?.usage.output).toEqual({ total: 5 });
  });

  it("is a call that the limit cut off, which is not taken for a whole one", async () => {
    const call = { index: 0, id: "c1", type: "function", function: { name: "look", arguments: '{"at": "the l' } };
    const events = await answers(chunk({ tool_calls: [call] }), chunk({}, "length", { usage }));
    expect(last(events, "tool-call-end")).toMatchObject({ id: "c1", complete: false });
    expect(last(events, "finish")?.reason).toBe("length");
  });

  it("are images that a model draws", async () => {
    // The page image-generation: `images` beside the content.
    const images = [{ type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }];
    const events = await answers(chunk({ content: "Here:", images }), chunk({}, "stop"));
    const source = { type: "base64", data: "AAAA" };
    expect(last(events, "media")).toEqual({ type: "media", id: "image-1", mediaType: "image/png", source });
  });

  it("are cache reads and writes, and what was billed", async () => {
    const cached = {
      prompt_tokens: 2000,
      completion_tokens: 5,
      total_tokens: 2005,
      cost: 0.0021,
      prompt_tokens_details: { cached_tokens: 1500 },
      cache_creation_input_tokens: 400,
    };
    const events = await answers(chunk({ content: "Hi" }), chunk({}, "stop", { usage: cached }));
    expect(last(events, "usage")).toEqual({
      type: "usage",
      usage: { input: { total: 2000, cacheRead: 1500, cacheWrite: 400 }, output: { total: 5 } },
      cost: { amount: 0.0021, currency: "USD", source: "billed" },
    });
  });

  const routing = { originalModelId: model, resolvedProvider: "anthropic", finalProvider: "bedrock" };
  const metadata = { provider_metadata: { gateway: { routing, cost: "0.001", generationId: "gen_1" } } };

  it("is who served the answer of a stream, where the gateway says it: at the end", async () => {
    const events = await answers(chunk({ content: "Hi" }), chunk(metadata, "stop", { usage }));
    expect(last(events, "finish")).toMatchObject({ upstream: "bedrock" });
    expect(last(events, "response-start")).toEqual({ type: "response-start", id: "gen_1", model });
  });

  it("is who served a whole answer: at its beginning", async () => {
    service.answer = (response) =>
      sendJson(response, {
        id: "gen_1",
        model,
        choices: [{ index: 0, message: { role: "assistant", content: "Hi", ...metadata }, finish_reason: "stop" }],
        usage,
      });
    const { events } = await ask(service);
    expect(last(events, "response-start")).toMatchObject({ id: "gen_1", upstream: "bedrock" });
  });

  it.each([
    ["the provider that was chosen", { routing: { resolvedProvider: "anthropic" } }, "anthropic"],
    ["the last that was tried", { routing: { attempts: [{ provider: "a" }, { provider: "b" }] } }, "b"],
    ["nobody", { routing: {} }, undefined],
    ["nobody", "text", undefined],
  ])("is %s, where the gateway says less: %j", async (_who, gateway, upstream) => {
    const events = await answers(chunk({ content: "Hi" }), chunk({ provider_metadata: { gateway } }, "stop"));
    expect((last(events, "finish") as { upstream?: string }).upstream).toBe(upstream);
  });

  it.each([
    ["beside the completion", 300, 500],
    ["within it", 500, 500],
  ])(
    "is reasoning of Google's models that was counted %s, by the upstream's own counts",
    async (_where, completion, total) => {
      // Both are possible by the totals alone: 200 tokens of reasoning fit into a completion of 300.
      const counted = {
        prompt_tokens: 10,
        completion_tokens: completion,
        total_tokens: 10 + completion,
        completion_tokens_details: { reasoning_tokens: 200 },
      };
      const google = { usageMetadata: { thoughtsTokenCount: 200, candidatesTokenCount: 300 } };
      const end = chunk({ provider_metadata: { google } }, "stop", { usage: counted });
      const events = await answers(chunk({ content: "Hi" }), end);
      expect(last(events, "usage")?.usage.output).toEqual({ total, reasoning: 200 });
    },
  );
});

describe("a stream that is left", () => {
  it("before it began sends nothing", async () => {
    await using registry = openRegistry(service).registry;
    const stream = registry.gateway("vercel_ai_gateway").stream({
      model,
      messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
      tools: [],
      signal: new AbortController().signal,
    });
    const iterator = stream[Symbol.asyncIterator]();
    void iterator.next();
    await iterator.return?.();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(service.received).toEqual([]);
  });
});
