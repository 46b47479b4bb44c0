import type { Message, ModelRequest } from "@waygate/core";
import type { ChatDialect } from "@waygate/openai-chat";
import { describe, expect, it } from "vitest";
import { collect, listen, readBody, request, sendAnswer, service } from "./service.ts";

/** The bytes that a request comes to. */
async function sent(more: Partial<ModelRequest>, plain: Partial<ChatDialect> = {}): Promise<string> {
  let body = "";
  await using server = await listen(async (incoming, response) => {
    body = await readBody(incoming);
    sendAnswer(response);
  });
  const chat = service(server.origin, { plain });
  await collect(chat.stream(request(more)));
  await chat.close();
  return body;
}

async function sentMessages(messages: readonly Message[], plain: Partial<ChatDialect> = {}): Promise<unknown> {
  return JSON.parse(await sent({ messages }, plain)).messages;
}

const parameters = { type: "object", properties: { path: { type: "string" } }, required: ["path"] };
const tools = [{ name: "read", description: "Reads a file.", parameters }];
const calls: Message = {
  role: "assistant",
  content: [
    { type: "reasoning", text: "Let me see." },
    { type: "text", text: "I look." },
    { type: "tool-call", id: "a", name: "read", arguments: '{"path": "x"}', status: "ok" },
    { type: "tool-call", id: "b", name: "read", arguments: "{}", status: "ok" },
  ],
};
const image = { type: "image", mediaType: "image/png", source: { type: "base64", data: "AAAA" } } as const;

describe("the body of a request", () => {
  it("is the same bytes for the same request, in a fixed order of keys", async () => {
    const more = {
      tools,
      toolChoice: "auto",
      temperature: 0.5,
      topP: 0.9,
      stopSequences: ["END"],
      maxOutputTokens: 100,
    } as const;
    const first = await sent(more);
    expect(first).toBe(
      '{"model":"m","messages":[{"role":"user","content":"Hello"}],"stream":true,"stream_options":{"include_usage":true},' +
        '"tools":[{"type":"function","function":{"name":"read","description":"Reads a file.","parameters":' +
        '{"type":"object","properties":{"path":{"type":"string"}},"required":["path"]}}}],"tool_choice":"auto",' +
        '"max_completion_tokens":100,"temperature":0.5,"top_p":0.9,"stop":["END"]}',
    );
    expect(await sent(more)).toBe(first);
  });

  it("says nothing that was left open", async () => {
    expect(Object.keys(JSON.parse(await sent({})))).toEqual(["model", "messages", "stream", "stream_options"]);
  });

  it("leaves out what only belongs to tools where there are none", async () => {
    const body = await sent({ parallelToolCalls: true, toolChoice: "auto" }, { parallelToolCalls: true });
    expect(Object.keys(JSON.parse(body))).toEqual(["model", "messages", "stream", "stream_options"]);
  });

  it.each([
    [
      "parallel tools by request",
      { tools, parallelToolCalls: false },
      { parallelToolCalls: true },
      { parallel_tool_calls: false },
    ],
    ["parallel tools by dialect", { tools }, { parallelToolCalls: true }, { parallel_tool_calls: true }],
    [
      "one tool chosen",
      { tools, toolChoice: { tool: "read" } },
      {},
      { tool_choice: { type: "function", function: { name: "read" } } },
    ],
    ["the older limit", { maxOutputTokens: 9 }, { maxTokensParameter: "max_tokens" }, { max_tokens: 9 }],
    ["effort", { reasoning: { effort: "high" } }, {}, { reasoning_effort: "high" }],
    ["a budget as effort", { reasoning: { budgetTokens: 4000 } }, {}, { reasoning_effort: "medium" }],
    ["no reasoning", { reasoning: "off" }, {}, { reasoning_effort: "none" }],
    ["any JSON", { responseFormat: { type: "json" } }, {}, { response_format: { type: "json_object" } }],
    [
      "JSON of a schema",
      { responseFormat: { type: "json-schema", name: "file", schema: parameters } },
      {},
      { response_format: { type: "json_schema", json_schema: { name: "file", schema: parameters } } },
    ],
    ["the session", { sessionId: "s1" }, { promptCacheKey: true }, { prompt_cache_key: "s1" }],
    ["fields of the dialect", {}, { extraBody: () => ({ stream: true, extra: 1 }) }, { stream: true, extra: 1 }],
  ] as const)("carries %s", async (_title, more, plain, fields) => {
    expect(JSON.parse(await sent(more as Partial<ModelRequest>, plain))).toMatchObject(fields);
  });

  it("does not ask for usage where the dialect says so, nor name the session", async () => {
    const body = JSON.parse(await sent({ sessionId: "s1" }, { usageRequest: "none" }));
    expect(Object.keys(body)).toEqual(["model", "messages", "stream"]);
  });
});

describe("messages", () => {
  it("are system, user, assistant and tool messages", async () => {
    const messages: Message[] = [
      {
        role: "system",
        content: [
          { type: "text", text: "Be brief." },
          { type: "text", text: "Be kind." },
        ],
      },
      { role: "user", content: [{ type: "text", text: "Read x." }] },
      calls,
      {
        role: "tool",
        content: [
          {
            type: "tool-result",
            id: "a",
            name: "read",
            content: [
              { type: "text", text: "one" },
              { type: "json", value: { n: 2 } },
            ],
            isError: false,
          },
          { type: "tool-result", id: "b", name: "read", content: [], isError: false },
        ],
      },
    ];
    expect(await sentMessages(messages)).toEqual([
      { role: "system", content: "Be brief.\n\nBe kind." },
      { role: "user", content: "Read x." },
      {
        role: "assistant",
        content: "I look.",
        tool_calls: [
          { id: "a", type: "function", function: { name: "read", arguments: '{"path": "x"}' } },
          { id: "b", type: "function", function: { name: "read", arguments: "{}" } },
        ],
      },
      { role: "tool", tool_call_id: "a", content: 'one\n{"n":2}' },
      { role: "tool", tool_call_id: "b", content: "" },
    ]);
  });

  it("send earlier reasoning back as the dialect says", async () => {
    const details = [{ type: "reasoning.encrypted", data: "b64==", index: 0 }];
    const said: Message = {
      role: "assistant",
      content: [
        { type: "reasoning", text: "Hm. " },
        { type: "text", text: "Yes." },
        { type: "reasoning", text: "So.", state: { origin: { gateway: "test", model: "m" }, data: details } },
      ],
    };
    expect(await sentMessages([said])).toEqual([{ role: "assistant", content: "Yes." }]);
    expect(await sentMessages([said], { reasoningReplay: "reasoning_content" })).toEqual([
      { role: "assistant", content: "Yes.", reasoning_content: "Hm. So." },
    ]);
    expect(await sentMessages([said], { reasoningReplay: "reasoning_details" })).toEqual([
      { role: "assistant", content: "Yes.", reasoning_details: details },
    ]);
    const beside = { reasoningReplay: "reasoning_details", reasoningTextBeside: true } as const;
    expect(await sentMessages([said], beside)).toEqual([
      { role: "assistant", content: "Yes.", reasoning: "Hm. So.", reasoning_details: details },
    ]);
    const textOnly: Message = { role: "assistant", content: said.content.slice(0, 2) };
    expect(await sentMessages([textOnly], beside)).toEqual([{ role: "assistant", content: "Yes.", reasoning: "Hm. " }]);
  });

  it("send reasoning back as parts of the content, or an empty field, where the service wants it so", async () => {
    const thought = { type: "reasoning", text: "Hm." } as const;
    const call = { type: "tool-call", id: "a", name: "f", arguments: "{}", status: "ok" } as const;
    const said: Message[] = [
      { role: "assistant", content: [thought, { type: "text", text: "Yes." }] },
      { role: "assistant", content: [thought, call] },
      { role: "assistant", content: [call] },
    ];
    const called = [{ id: "a", type: "function", function: { name: "f", arguments: "{}" } }];
    const thinking = { type: "thinking", thinking: [{ type: "text", text: "Hm." }] };
    expect(await sentMessages(said, { reasoningReplay: "thinking-parts" })).toEqual([
      { role: "assistant", content: [thinking, { type: "text", text: "Yes." }] },
      { role: "assistant", content: [thinking], tool_calls: called },
      { role: "assistant", content: null, tool_calls: called },
    ]);
    expect(await sentMessages(said, { reasoningReplay: "reasoning_content", reasoningReplayEmpty: true })).toEqual([
      { role: "assistant", content: "Yes.", reasoning_content: "Hm." },
      { role: "assistant", content: null, reasoning_content: "Hm.", tool_calls: called },
      { role: "assistant", content: null, reasoning_content: "", tool_calls: called },
    ]);
  });

  it("send a thought signature back with its call", async () => {
    const data = { extra_content: { google: { thought_signature: "s1g" } } };
    const state = { origin: { gateway: "test", model: "m" }, data };
    const said: Message = {
      role: "assistant",
      content: [{ type: "tool-call", id: "a", name: "f", arguments: "{}", status: "ok", state }],
    };
    expect(await sentMessages([said])).toEqual([
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "a", type: "function", function: { name: "f", arguments: "{}" }, ...data }],
      },
    ]);
  });

  it("carry images, files and sound", async () => {
    const content = [
      { type: "text", text: "See." },
      image,
      { type: "image", mediaType: "image/jpeg", source: { type: "url", url: "https://example.com/a.jpg" } },
      { type: "file", mediaType: "application/pdf", source: { type: "base64", data: "BBBB" }, name: "a.pdf" },
      { type: "file", mediaType: "audio/mpeg", source: { type: "base64", data: "CCCC" } },
    ] as const;
    expect(await sentMessages([{ role: "user", content }])).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "See." },
          { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
          { type: "image_url", image_url: { url: "https://example.com/a.jpg" } },
          { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,BBBB" } },
          { type: "input_audio", input_audio: { data: "CCCC", format: "mp3" } },
        ],
      },
    ]);
  });

  it("carry images of tool results beside their text", async () => {
    const result: Message = {
      role: "tool",
      content: [
        {
          type: "tool-result",
          id: "a",
          name: "look",
          content: [{ type: "text", text: "seen" }, image],
          isError: false,
        },
        { type: "tool-result", id: "b", name: "look", content: [{ type: "text", text: "too" }], isError: false },
      ],
    };
    expect(await sentMessages([result])).toEqual([
      {
        role: "tool",
        tool_call_id: "a",
        content: [
          { type: "text", text: "seen" },
          { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
        ],
      },
      { role: "tool", tool_call_id: "b", content: "too" },
    ]);
  });
});
