import {
  type AssistantMessage,
  type FilePart,
  functionTools,
  type ImagePart,
  isObject,
  type JsonObject,
  type JsonValue,
  type Message,
  type ModelRequest,
  mediaAddress,
  type ResponseFormat,
  type ToolCallPart,
  type ToolChoice,
  type ToolMessage,
  type ToolResultPart,
  type ToolSpec,
  type UserMessage,
} from "@waygate/core/plugin";
import { mergeJson } from "@waygate/plugin-kit";
import type { ChatDialect } from "./chat-dialect.ts";
import { keptDetails } from "./reasoning-details.ts";

/**
 * Returns the body of a request. The same request gives the same bytes, so that services which cache prompts by their prefix
 * find it again.
 */
export function encodeRequest(request: ModelRequest, dialect: ChatDialect): JsonObject {
  const turn = request.messages.findLastIndex((message) => message.role === "user");
  const from = dialect.reasoningReplayScope === "turn" ? turn : 0;
  const body: Record<string, JsonValue> = {
    model: request.model,
    messages: request.messages.flatMap((message, index) => encodeMessage(message, dialect, index >= from)),
    stream: true,
  };
  if (dialect.usageRequest === "stream_options") body.stream_options = { include_usage: true };
  if (request.tools.length > 0) {
    body.tools = request.tools.flatMap(encodeTool);
    if (request.toolChoice !== undefined) body.tool_choice = encodeToolChoice(request.toolChoice);
    const parallel = request.parallelToolCalls ?? dialect.parallelToolCalls;
    if (parallel !== undefined) body.parallel_tool_calls = parallel;
  }
  if (request.maxOutputTokens !== undefined) body[dialect.maxTokensParameter] = request.maxOutputTokens;
  if (request.temperature !== undefined) body.temperature = request.temperature;
  if (request.topP !== undefined) body.top_p = request.topP;
  if (request.stopSequences !== undefined && request.stopSequences.length > 0) body.stop = request.stopSequences;
  if (request.reasoning !== undefined) Object.assign(body, dialect.reasoning(request.reasoning));
  if (request.responseFormat !== undefined) body.response_format = encodeResponseFormat(request.responseFormat);
  if (dialect.promptCacheKey && request.sessionId !== undefined) body.prompt_cache_key = request.sessionId;
  const whole = { ...body, ...dialect.extraBody(request, body) };
  return dialect.bodyPatches(request).reduce<JsonObject>((below, patch) => mergeJson(below, patch, "remove"), whole);
}

/** Tools of the service are sent in its own format. Core has already turned freeform tools into functions. */
function encodeTool(tool: ToolSpec): readonly JsonObject[] {
  if (tool.kind === "service") return [{ type: tool.type, ...tool.options }];
  return functionTools([tool]).map(({ name, description, parameters, strict }) => ({
    type: "function",
    function: {
      name,
      description,
      parameters: parameters as JsonObject,
      ...(strict !== undefined && { strict }),
    },
  }));
}

function encodeMessage(message: Message, dialect: ChatDialect, withReasoning: boolean): JsonObject | JsonObject[] {
  switch (message.role) {
    case "system":
      return { role: dialect.systemRole, content: message.content.map((part) => part.text).join("\n\n") };
    case "user":
      return { role: "user", content: encodeUserContent(message, dialect) };
    case "assistant":
      return encodeAssistant(message, dialect, withReasoning);
    case "tool":
      return encodeToolResults(message);
  }
}

function encodeUserContent(message: UserMessage, dialect: ChatDialect): JsonValue {
  const [only] = message.content;
  if (message.content.length === 1 && only?.type === "text") return only.text;
  return message.content.map((part) => {
    if (part.type === "text") return { type: "text", text: part.text };
    return part.type === "image" ? encodeImage(part) : (dialect.filePart(part) ?? encodeFile(part));
  });
}

function encodeImage(part: ImagePart): JsonObject {
  return { type: "image_url", image_url: { url: mediaAddress(part.source, part.mediaType) } };
}

function encodeFile(part: FilePart): JsonObject {
  const format = part.mediaType.match(/^audio\/(?:x-)?(wav|mpeg|mp3)$/)?.[1];
  if (format !== undefined && part.source.type === "base64") {
    return { type: "input_audio", input_audio: { data: part.source.data, format: format === "wav" ? "wav" : "mp3" } };
  }
  if (part.source.type === "reference") return { type: "file", file: { file_id: part.source.reference } };
  const filename = part.name ?? `file.${part.mediaType.split("/")[1] ?? "bin"}`;
  return { type: "file", file: { filename, file_data: mediaAddress(part.source, part.mediaType) } };
}

function encodeAssistant(message: AssistantMessage, dialect: ChatDialect, withReasoning: boolean): JsonObject {
  const calls = message.content.filter((part) => part.type === "tool-call" && part.executor === undefined);
  const encoded: Record<string, JsonValue> = {
    role: "assistant",
    content: encodeAssistantContent(message, dialect, withReasoning),
  };
  if (withReasoning) Object.assign(encoded, encodeReasoning(message, dialect));
  // State of the text, such as Gemini's signature, is fields of the message.
  for (const part of message.content)
    if (part.type === "text" && isObject(part.state?.data)) Object.assign(encoded, part.state.data);
  if (calls.length > 0) encoded.tool_calls = calls.map((call) => encodeToolCall(call as ToolCallPart));
  return encoded;
}

function encodeReasoning(message: AssistantMessage, dialect: ChatDialect): JsonObject {
  const field = dialect.reasoningReplay;
  if (field === "none") return {};
  if (field === "reasoning_details") {
    const parts = message.content.filter((part) => part.type === "reasoning");
    const details = parts.map((part) => keptDetails(part.state?.data)).filter((kept) => kept !== undefined);
    return {
      ...(dialect.reasoningTextBeside ? encodeReasoningText(message, "reasoning") : {}),
      // An empty list is sent back as well: DeepSeek V4 rejects the next request without it.
      ...(details.length === 0 ? {} : { reasoning_details: details.flat() }),
    };
  }
  // They are parts of the content, and encoded there.
  if (field === "thinking-parts") return {};
  const called = message.content.some((part) => part.type === "tool-call");
  if (dialect.reasoningReplayEmpty && called) return { [field]: textOf(message, "reasoning") };
  return encodeReasoningText(message, field);
}

function encodeReasoningText(message: AssistantMessage, field: string): JsonObject {
  const text = textOf(message, "reasoning");
  return text === "" ? {} : { [field]: text };
}

function textOf({ content }: AssistantMessage, type: "text" | "reasoning"): string {
  let text = "";
  for (const part of content) if (part.type === type) text += part.text;
  return text;
}

/** Returns text, or a list of parts that begins with the reasoning. */
function encodeAssistantContent(message: AssistantMessage, dialect: ChatDialect, withReasoning: boolean): JsonValue {
  const text = textOf(message, "text");
  const thoughts = withReasoning && dialect.reasoningReplay === "thinking-parts" ? textOf(message, "reasoning") : "";
  if (thoughts !== "") {
    const thinking = { type: "thinking", thinking: [{ type: "text", text: thoughts }] };
    return text === "" ? [thinking] : [thinking, { type: "text", text }];
  }
  // Services differ on whether content may be absent. OpenAI itself sends null beside tool calls.
  return text === "" && message.content.some((part) => part.type === "tool-call") ? null : text;
}

function encodeToolCall(call: ToolCallPart): JsonObject {
  const state = call.state?.data;
  const extra = typeof state === "object" && state !== null && !Array.isArray(state) ? (state as JsonObject) : {};
  const called = { name: call.name, arguments: call.arguments };
  return { id: call.id, type: "function", function: called, ...extra };
}

function encodeToolResults(message: ToolMessage): JsonObject[] {
  const results = message.content.filter((part) => part.type === "tool-result");
  return results.map((result) => ({ role: "tool", tool_call_id: result.id, content: encodeResultContent(result) }));
}

/** Returns text, or a list of parts if there are images. */
function encodeResultContent(result: ToolResultPart): JsonValue {
  const images = result.content.filter((part) => part.type === "image");
  const texts = result.content.flatMap((part) => {
    if (part.type === "text") return [part.text];
    return part.type === "json" ? [JSON.stringify(part.value)] : [];
  });
  if (images.length === 0) return texts.join("\n");
  return [...texts.map((text) => ({ type: "text", text })), ...images.map(encodeImage)];
}

function encodeToolChoice(choice: ToolChoice): JsonValue {
  return typeof choice === "string" ? choice : { type: "function", function: { name: choice.tool } };
}

function encodeResponseFormat(format: ResponseFormat): JsonObject {
  if (format.type === "text") return { type: "text" };
  if (format.type === "json") return { type: "json_object" };
  return { type: "json_schema", json_schema: { name: format.name, schema: format.schema as JsonObject } };
}
