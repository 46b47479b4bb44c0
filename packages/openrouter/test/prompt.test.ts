import type { JsonObject, MessageInput, RunOptions } from "@waygate/core";
import { describe, expect, it } from "vitest";
import { ask, open, sayHi, sendJson, serve } from "./open-router.ts";

const mark = { cache_control: { type: "ephemeral" } };
const tool = { name: "look", description: "Looks.", parameters: { type: "object" }, execute: () => "seen" } as const;
const call = (id: string) => ({ type: "tool-call", id, name: "look", arguments: "{}", status: "ok" }) as const;
const result = (id: string, text: string) =>
  ({ type: "tool-result", id, name: "look", content: [{ type: "text", text }], isError: false }) as const;
const loop: readonly MessageInput[] = [
  { role: "system", content: "Be brief." },
  { role: "system", content: "Be kind." },
  { role: "user", content: "Look." },
  { role: "assistant", content: [call("1")] },
  { role: "tool", content: [result("1", "a tree")] },
  { role: "assistant", content: [call("2"), call("3")] },
  { role: "tool", content: [result("2", "a bush"), result("3", "a bird")] },
];

async function sent(
  options: Partial<RunOptions> & { readonly settings?: object },
): Promise<JsonObject & { text: string }> {
  const { body, text } = await ask({ model: "anthropic/claude-sonnet-4.5", cache: "auto", ...options });
  return { ...(body as JsonObject), text };
}

function marksIn(text: string): number {
  return text.split('"cache_control"').length - 1;
}

describe("cache: auto", () => {
  it("marks the instructions, the end of the request before, and the end of this one", async () => {
    const { messages, text } = await sent({ messages: loop, tools: [tool] });
    expect(messages).toEqual([
      { role: "system", content: "Be brief." },
      { role: "system", content: [{ type: "text", text: "Be kind.", ...mark }] },
      { role: "user", content: "Look." },
      expect.objectContaining({ role: "assistant" }),
      { role: "tool", tool_call_id: "1", content: [{ type: "text", text: "a tree", ...mark }] },
      expect.objectContaining({ role: "assistant" }),
      { role: "tool", tool_call_id: "2", content: "a bush" },
      { role: "tool", tool_call_id: "3", content: [{ type: "text", text: "a bird", ...mark }] },
    ]);
    expect(marksIn(text)).toBe(3);
  });

  it("marks the last tool where there are no instructions", async () => {
    const { tools, messages } = await sent({ tools: [tool, { ...tool, name: "hear" }] });
    expect(tools).toEqual([
      expect.not.objectContaining(mark),
      expect.objectContaining({ ...mark, function: expect.objectContaining({ name: "hear" }) }),
    ]);
    expect(messages).toEqual([{ role: "user", content: [{ type: "text", text: "Hello", ...mark }] }]);
  });

  it("marks the last part of a message that has several, and a result without output", async () => {
    const image = { type: "image", mediaType: "image/png", source: { type: "base64", data: "AAAA" } } as const;
    const { messages } = await sent({
      messages: [
        { role: "user", content: [{ type: "text", text: "What?" }, image] },
        { role: "assistant", content: [call("1")] },
        { role: "tool", content: [result("1", "")] },
      ],
    });
    const [user, , answered] = messages as JsonObject[];
    expect(user?.content).toEqual([
      { type: "text", text: "What?" },
      { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" }, ...mark },
    ]);
    expect(answered?.content).toEqual([{ type: "text", text: "(no output)", ...mark }]);
  });

  it("never marks more than the four places that providers take", async () => {
    const messages: MessageInput[] = [{ role: "system", content: "Be brief." }];
    for (let turn = 0; turn < 50; turn++) {
      messages.push({ role: "user", content: `${turn}?` }, { role: "assistant", content: `${turn}!` });
    }
    messages.push({ role: "user", content: "And?" });
    expect(marksIn((await sent({ messages, tools: [tool] })).text)).toBe(3);
    expect(marksIn((await sent({ messages: messages.slice(1), tools: [tool] })).text)).toBe(3);
  });

  it("keeps it for as long as is asked", async () => {
    const { text } = await sent({ gatewayOptions: { cache_ttl: "1h" } });
    expect(text).toContain('"cache_control":{"type":"ephemeral","ttl":"1h"}');
    const settings = { model_settings: { "*": { cache_ttl: "5m" } } };
    expect((await sent({ settings })).text).toContain('"ttl":"5m"');
  });

  it.each([
    "~anthropic/claude-sonnet-latest",
    "anthropic/claude-opus-5:nitro",
    "qwen/qwen3-coder-plus",
    "deepseek/deepseek-v3.2",
  ])("marks for %s, which caches nothing that is not marked", async (model) => {
    expect(marksIn((await sent({ model })).text)).toBe(1);
  });

  it.each(["openai/gpt-5", "google/gemini-3-pro", "x-ai/grok-4", "qwen/qwen3-max-thinking", "openrouter/auto"])(
    "leaves %s to its own caching",
    async (model) => {
      expect(marksIn((await sent({ model })).text)).toBe(0);
    },
  );

  it("gives way to cache_control for the whole prompt", async () => {
    const { text, cache_control } = await sent({ gatewayOptions: { cache_control: { type: "ephemeral" } } });
    expect(cache_control).toEqual({ type: "ephemeral" });
    expect(marksIn(text)).toBe(1);
  });

  it("is what makes the difference", async () => {
    expect(marksIn((await sent({ cache: undefined })).text)).toBe(0);
  });
});

describe("a prompt", () => {
  const file = (mediaType: string, source: { type: "url"; url: string } | { type: "base64"; data: string }) =>
    [{ role: "user", content: [{ type: "file", mediaType, source, name: "f" }] }] as const;

  it.each([
    [
      "PDF inline",
      file("application/pdf", { type: "base64", data: "AA" }),
      { type: "file", file: { filename: "f", file_data: "data:application/pdf;base64,AA" } },
    ],
    [
      "PDF by address",
      file("application/pdf", { type: "url", url: "https://h/f.pdf" }),
      { type: "file", file: { filename: "f", file_data: "https://h/f.pdf" } },
    ],
    [
      "video inline",
      file("video/mp4", { type: "base64", data: "AA" }),
      { type: "video_url", video_url: { url: "data:video/mp4;base64,AA" } },
    ],
    [
      "video by address",
      file("video/webm", { type: "url", url: "https://h/v" }),
      { type: "video_url", video_url: { url: "https://h/v" } },
    ],
    [
      "audio",
      file("audio/x-m4a", { type: "base64", data: "AA" }),
      { type: "input_audio", input_audio: { data: "AA", format: "m4a" } },
    ],
    [
      "audio of MPEG",
      file("audio/mpeg", { type: "base64", data: "AA" }),
      { type: "input_audio", input_audio: { data: "AA", format: "mp3" } },
    ],
    [
      "audio of another kind",
      file("audio/flac", { type: "base64", data: "AA" }),
      { type: "input_audio", input_audio: { data: "AA", format: "flac" } },
    ],
  ])("takes %s", async (_title, messages, part) => {
    expect((await ask({ messages })).body.messages).toEqual([{ role: "user", content: [part] }]);
  });

  it("takes images in the results of tools", async () => {
    const image = { type: "image", mediaType: "image/png", source: { type: "base64", data: "AAAA" } } as const;
    const messages: MessageInput[] = [
      { role: "user", content: "Look." },
      { role: "assistant", content: [call("1")] },
      { role: "tool", content: [{ ...result("1", "This:"), content: [{ type: "text", text: "This:" }, image] }] },
    ];
    const { body } = await ask({ messages });
    expect((body.messages as JsonObject[])[2]?.content).toEqual([
      { type: "text", text: "This:" },
      { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
    ]);
  });

  it("has server tools beside one's own", async () => {
    const options = { server_tools: [{ type: "openrouter:datetime" }] };
    const { body } = await ask({ tools: [tool], toolChoice: "auto", gatewayOptions: options });
    expect((body.tools as JsonObject[]).map(({ type }) => type)).toEqual(["function", "openrouter:datetime"]);
    expect(body.tool_choice).toBe("auto");
  });
});

describe("what the list says of a model", () => {
  const data = [
    { id: "vendor/mandatory", supported_parameters: ["reasoning", "max_tokens"], reasoning: { mandatory: true } },
    { id: "vendor/plain", supported_parameters: ["response_format", "max_completion_tokens"] },
    { id: "vendor/thinker", supported_parameters: ["reasoning", "max_tokens", "max_completion_tokens"] },
  ];

  async function known(options: Partial<RunOptions> & { readonly model: string }) {
    await using server = await serve({
      "/chat/completions": sayHi,
      "/models/user": (_request, response) => sendJson(response, { data }),
    });
    const { registry } = open({ url: server.url });
    await using _ = registry;
    await registry.models();
    const stream = registry.gateway("openrouter").stream({
      messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
      tools: [],
      signal: new AbortController().signal,
      ...(options as { readonly model: string }),
    });
    const told: string[] = [];
    for await (const batch of stream) for (const event of batch) if (event.type === "notice") told.push(event.code);
    return { body: server.asked[0]?.body ?? {}, told };
  }

  it("keeps one that must think from being told not to", async () => {
    const { body, told } = await known({ model: "vendor/mandatory", reasoning: "off" });
    expect(body).not.toHaveProperty("reasoning");
    expect(told).toEqual(["reasoning-mandatory"]);
  });

  it("keeps one that cannot think from being told not to", async () => {
    expect((await known({ model: "vendor/plain", reasoning: "off" })).body).not.toHaveProperty("reasoning");
    expect((await known({ model: "vendor/thinker", reasoning: "off" })).body.reasoning).toEqual({ effort: "none" });
  });

  it("chooses the limit's name", async () => {
    expect((await known({ model: "vendor/plain", maxOutputTokens: 5 })).body).toMatchObject({
      max_completion_tokens: 5,
    });
    expect((await known({ model: "vendor/thinker", maxOutputTokens: 5 })).body).toMatchObject({ max_tokens: 5 });
  });

  it("tells where a schema may not be kept to", async () => {
    const responseFormat = { type: "json-schema", name: "s", schema: { type: "object" } } as const;
    expect((await known({ model: "vendor/plain", responseFormat })).told).toEqual(["schema-not-enforced"]);
  });
});
