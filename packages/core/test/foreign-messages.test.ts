import { type Message, type MessageInput, run } from "@waygate/core";
import { describe, expect, it } from "vitest";
import { answering, finish, text } from "./fake-gateway.ts";

/** What a program says that hands these messages in. */
function errorOf(messages: readonly unknown[]): TypeError {
  try {
    run({ gateway: answering([]), model: "small", messages: messages as readonly MessageInput[] });
  } catch (error) {
    if (error instanceof TypeError) return error;
    throw error;
  }
  throw new Error("The messages were accepted.");
}

/** Follows the advice of an error: evaluates the expression that it offers. */
function convert(error: TypeError, names: Readonly<Record<string, unknown>>): unknown {
  const [, expression] = /Convert it with:\n {2}(.+)/.exec(error.message) ?? [];
  expect(expression, error.message).toBeDefined();
  return new Function(...Object.keys(names), `return (${expression})`)(...Object.values(names));
}

/** Runs with these messages. What the gateway got. */
async function sent(messages: readonly unknown[]): Promise<readonly Message[]> {
  const gateway = answering([text("Fine."), finish()]);
  await run({ gateway, model: "small", messages: messages as readonly MessageInput[] }).result();
  return gateway.requests[0]?.messages ?? [];
}

const user = { role: "user", content: "Hello" };
const call = { type: "tool-call", id: "c1", name: "look", arguments: '{"at":1}', status: "ok" };
const result = { type: "tool-result", id: "c1", isError: false };
const png = "iVBORw0KGgo=";
const functionCall = { id: "c1", type: "function", function: { name: "look", arguments: '{"at":1}' } };

describe("a message of another API is rejected with an expression that converts it", () => {
  it.each<[string, string, object, object]>([
    [
      "OpenAI's calls",
      "OpenAI's chat completions",
      { role: "assistant", content: null, tool_calls: [functionCall], refusal: null },
      { role: "assistant", content: [call] },
    ],
    [
      "OpenAI's calls beside text",
      "OpenAI's chat completions",
      { role: "assistant", content: "Looking.", tool_calls: [functionCall] },
      { role: "assistant", content: [{ type: "text", text: "Looking." }, call] },
    ],
    [
      "OpenAI's results",
      "OpenAI's chat completions",
      { role: "tool", tool_call_id: "c1", content: "seen" },
      { role: "tool", content: [{ ...result, name: "TOOL", content: [{ type: "text", text: "seen" }] }] },
    ],
    [
      "OpenAI's older calls",
      "OpenAI's chat completions",
      { role: "assistant", content: null, function_call: functionCall.function },
      { role: "assistant", content: [{ ...call, id: "call-look" }] },
    ],
    [
      "OpenAI's older results",
      "OpenAI's chat completions",
      { role: "function", name: "look", content: "seen" },
      {
        role: "tool",
        content: [{ ...result, id: "call-look", name: "look", content: [{ type: "text", text: "seen" }] }],
      },
    ],
    [
      "the Responses API's calls",
      "OpenAI's Responses API",
      { type: "function_call", call_id: "c1", name: "look", arguments: '{"at":1}' },
      { role: "assistant", content: [call] },
    ],
    [
      "the Responses API's results",
      "OpenAI's Responses API",
      { type: "function_call_output", call_id: "c1", output: "seen" },
      { role: "tool", content: [{ ...result, name: "TOOL", content: [{ type: "text", text: "seen" }] }] },
    ],
    [
      "the AI SDK's UI messages",
      "the AI SDK",
      { id: "m1", role: "user", parts: [{ type: "text", text: "Hi" }, { type: "step-start" }] },
      { role: "user", content: [{ type: "text", text: "Hi" }] },
    ],
    [
      "Gemini's messages",
      "Gemini's API",
      { role: "model", parts: [{ text: "Hi" }] },
      { role: "assistant", content: [{ type: "text", text: "Hi" }] },
    ],
    [
      "Ollama's images",
      "Ollama's API",
      { role: "user", content: "What is it?", images: [png] },
      {
        role: "user",
        content: [
          { type: "text", text: "What is it?" },
          { type: "image", mediaType: "image/png", source: { type: "base64", data: png } },
        ],
      },
    ],
  ])("%s", async (_name, api, message, converted) => {
    const error = errorOf([user, message]);
    expect(error.message).toMatch(/^run: messages\[1\]\./);
    expect(error.message).toContain(`It has the shape of ${api}.`);
    const ours = convert(error, { message });
    expect(ours).toEqual(converted);
    await sent([user, ours]);
  });

  it("or with the role that it has here", async () => {
    for (const [role, ours] of [
      ["developer", "system"],
      ["human", "user"],
      ["ai", "assistant"],
    ]) {
      const error = errorOf([{ role, content: "Hi" }]);
      expect(error.message).toBe(
        `run: messages[0].role must be one of system, user, assistant, tool, not "${role}". Write role: "${ours}".`,
      );
    }
    expect(errorOf([{ role: "asistant", content: "Hi" }]).message).toMatch(/Did you mean "assistant"\?$/);
    expect(errorOf([{ role: "bot of mine", content: "Hi" }]).message).toMatch(/not "bot of mine"\.$/);
  });

  it("unless what is foreign in it is empty, as SDKs write it", async () => {
    const message = { role: "assistant", content: "Hi", refusal: null, tool_calls: [], annotations: [], audio: null };
    expect(await sent([user, message, user])).toHaveLength(3);
  });
});

describe("a part of another API is rejected with an expression that converts it", () => {
  const dataUrl = `data:image/png;base64,${png}`;
  const image = { type: "image", mediaType: "image/png", source: { type: "base64", data: png } };
  const linked = { type: "image", mediaType: "image/png", source: { type: "url", url: "https://example.com/a.png" } };
  const pdf = { type: "file", mediaType: "application/pdf", source: { type: "base64", data: png } };
  const pdfUrl = `data:application/pdf;base64,${png}`;

  it.each<[string, string, object, object, string?]>([
    ["image_url", "chat completions", { type: "image_url", image_url: { url: "https://example.com/a.png" } }, linked],
    ["image_url with data", "chat completions", { type: "image_url", image_url: { url: dataUrl } }, image],
    ["input_image", "Responses", { type: "input_image", image_url: "https://example.com/a.png" }, linked],
    ["input_image with data", "Responses", { type: "input_image", image_url: dataUrl }, image],
    ["input_text", "Responses", { type: "input_text", text: "Hi" }, { type: "text", text: "Hi" }],
    ["output_text", "Responses", { type: "output_text", text: "Hi" }, { type: "text", text: "Hi" }, "assistant"],
    ["input_file", "Responses", { type: "input_file", file_data: pdfUrl }, pdf],
    ["file of OpenAI", "chat completions", { type: "file", file: { file_data: pdfUrl } }, pdf],
    [
      "input_audio",
      "chat completions",
      { type: "input_audio", input_audio: { data: png, format: "wav" } },
      { ...pdf, mediaType: "audio/wav" },
    ],
    ["refusal", "chat completions", { type: "refusal", refusal: "No." }, { type: "text", text: "No." }, "assistant"],
    ["tool_use", "Anthropic", { type: "tool_use", id: "c1", name: "look", input: { at: 1 } }, call, "assistant"],
    [
      "tool_result",
      "Anthropic",
      { type: "tool_result", tool_use_id: "c1", content: "seen", is_error: true },
      { ...result, name: "TOOL", content: [{ type: "text", text: "seen" }], isError: true },
      "tool",
    ],
    ["thinking", "Anthropic", { type: "thinking", thinking: "Hm" }, { type: "reasoning", text: "Hm" }, "assistant"],
    [
      "image of Anthropic",
      "Anthropic",
      { type: "image", source: { type: "base64", media_type: "image/png", data: png } },
      image,
    ],
    [
      "document",
      "Anthropic",
      { type: "document", source: { type: "base64", media_type: "application/pdf", data: png } },
      pdf,
    ],
    [
      "tool-call of the AI SDK",
      "the AI SDK",
      { type: "tool-call", toolCallId: "c1", toolName: "look", input: { at: 1 } },
      call,
      "assistant",
    ],
    [
      "tool-call of the AI SDK 4",
      "the AI SDK",
      { type: "tool-call", toolCallId: "c1", toolName: "look", args: { at: 1 } },
      call,
      "assistant",
    ],
    [
      "tool-result of the AI SDK",
      "the AI SDK",
      { type: "tool-result", toolCallId: "c1", toolName: "look", output: { type: "json", value: { seen: 1 } } },
      { ...result, name: "look", content: [{ type: "json", value: { seen: 1 } }] },
      "tool",
    ],
    [
      "tool-result of the AI SDK 4",
      "the AI SDK",
      { type: "tool-result", toolCallId: "c1", toolName: "look", result: "seen" },
      { ...result, name: "look", content: [{ type: "json", value: "seen" }] },
      "tool",
    ],
    ["image of the AI SDK", "the AI SDK", { type: "image", image: png, mediaType: "image/png" }, image],
    ["file of the AI SDK", "the AI SDK", { type: "file", data: png, mediaType: "application/pdf" }, pdf],
    ["image file of the AI SDK", "the AI SDK", { type: "file", data: png, mediaType: "image/png" }, image],
    ["inlineData", "Gemini", { inlineData: { mimeType: "image/png", data: png } }, image],
    ["toolUse", "Converse", { toolUse: { toolUseId: "c1", name: "look", input: { at: 1 } } }, call, "assistant"],
    [
      "toolResult",
      "Converse",
      { toolResult: { toolUseId: "c1", content: [{ text: "seen" }] } },
      { ...result, name: "TOOL", content: [{ type: "text", text: "seen" }] },
      "tool",
    ],
    ["text without a type", "Converse", { text: "Hi" }, { type: "text", text: "Hi" }],
  ])("%s", async (_name, api, part, converted, role = "user") => {
    const error = errorOf([
      user,
      { role, content: [{ type: "text", text: "a" }].slice(role === "tool" ? 1 : 0).concat(part as never) },
    ]);
    expect(error.message).toMatch(/^run: messages\[1\]\.content\[[01]\]\.\S+ (must|is)/);
    expect(error.message).toContain(api);
    const ours = convert(error, { part });
    expect(ours).toEqual(converted);
    await sent([user, { role, content: [ours] }]);
  });
});
