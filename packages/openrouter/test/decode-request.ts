import type {
  AssistantPart,
  JsonObject,
  JsonValue,
  Message,
  ModelRequest,
  ReasoningRequest,
  ResponseFormat,
  ToolChoice,
  ToolResultContent,
  UserPart,
} from "@waygate/core";

/** A body of OpenRouter's wire, as recordings have it. Only what is read is named. */
export interface WireBody {
  readonly model: string;
  readonly messages: readonly WireMessage[];
  readonly tools?: readonly WireTool[];
  readonly tool_choice?: string | { readonly function: { readonly name: string } };
  readonly reasoning?: { readonly effort?: string; readonly max_tokens?: number };
  readonly response_format?: { readonly json_schema: { readonly name: string; readonly schema: JsonObject } };
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly temperature?: number;
  readonly parallel_tool_calls?: boolean;
  readonly provider?: JsonObject;
  readonly [field: string]: unknown;
}

export interface WireMessage {
  readonly role: "system" | "developer" | "user" | "assistant" | "tool";
  readonly content?: string | readonly WirePart[] | null;
  readonly tool_calls?: readonly { readonly id: string; readonly function: { name: string; arguments: string } }[];
  readonly tool_call_id?: string;
  readonly reasoning_details?: readonly JsonObject[];
}

interface WireTool {
  readonly type: string;
  readonly parameters?: JsonObject;
  readonly function?: { readonly name: string; readonly description?: string; readonly parameters?: JsonObject };
}

interface WirePart {
  readonly type: string;
  readonly text?: string;
  readonly image_url?: { readonly url: string };
  readonly video_url?: { readonly url: string };
  readonly file?: { readonly filename: string; readonly file_data: string };
}

/**
 * The request that a body says, as a program would make it here. `upstream`: the provider that gave the reasoning in it,
 * which a body does not say.
 */
export function decodeRequest(body: WireBody, upstream: string | undefined): Omit<ModelRequest, "signal"> {
  const names = new Map(
    body.messages.flatMap(({ tool_calls = [] }) => tool_calls.map((call) => [call.id, call.function.name])),
  );
  const functions = (body.tools ?? []).filter(({ type }) => type === "function");
  const serverTools = (body.tools ?? []).filter(({ type }) => type !== "function");
  return {
    model: body.model,
    messages: body.messages.flatMap((message) => decodeMessage(message, body.model, upstream, names)),
    tools: functions.map((tool) => ({
      name: tool.function?.name ?? "",
      description: tool.function?.description ?? "",
      parameters: tool.function?.parameters ?? {},
    })),
    toolChoice: decodeToolChoice(body.tool_choice),
    parallelToolCalls: body.parallel_tool_calls,
    reasoning: decodeReasoning(body.reasoning),
    temperature: body.temperature,
    maxOutputTokens: body.max_tokens ?? body.max_completion_tokens,
    responseFormat: decodeFormat(body.response_format),
    gatewayOptions: {
      ...(serverTools.length > 0 && { server_tools: serverTools as unknown as readonly JsonValue[] }),
      ...(body.provider && { provider: body.provider }),
    },
  };
}

function decodeMessage(
  message: WireMessage,
  model: string,
  upstream: string | undefined,
  names: ReadonlyMap<string, string>,
): Message[] {
  const { role, content } = message;
  switch (role) {
    case "system":
    case "developer":
      return [{ role: "system", content: partsOf(content).map((part) => ({ type: "text", text: part.text ?? "" })) }];
    case "user":
      return [{ role: "user", content: partsOf(content).map(decodeUserPart) }];
    case "tool": {
      const id = message.tool_call_id ?? "";
      const name = names.get(id) ?? "";
      const parts = partsOf(content).map(decodeUserPart) as readonly ToolResultContent[];
      return [{ role: "tool", content: [{ type: "tool-result", id, name, content: parts, isError: false }] }];
    }
    case "assistant":
      return [{ role: "assistant", content: decodeAnswer(message, model, upstream) }];
  }
}

function decodeAnswer(message: WireMessage, model: string, upstream: string | undefined): AssistantPart[] {
  const origin = { gateway: "openrouter", model, ...(upstream !== undefined && { upstream }) };
  const parts: AssistantPart[] = partsOf(message.content).map((part) => ({ type: "text", text: part.text ?? "" }));
  for (const call of message.tool_calls ?? []) {
    const { name, arguments: text } = call.function;
    parts.push({ type: "tool-call", id: call.id, name, arguments: text, status: "ok" });
  }
  if (message.reasoning_details !== undefined) {
    parts.push({ type: "reasoning", text: "", state: { origin, data: message.reasoning_details } });
  }
  return parts;
}

function decodeUserPart(part: WirePart): UserPart {
  if (part.image_url !== undefined) return { type: "image", ...mediaOf(part.image_url.url, "image/png") };
  if (part.video_url !== undefined) return { type: "file", ...mediaOf(part.video_url.url, "video/mp4") };
  if (part.file === undefined) return { type: "text", text: part.text ?? "" };
  return { type: "file", ...mediaOf(part.file.file_data, "application/pdf"), name: part.file.filename };
}

function mediaOf(url: string, mediaType: string) {
  const inline = url.match(/^data:([^;]+);base64,(.*)$/s);
  if (inline === null) return { mediaType, source: { type: "url", url } } as const;
  return { mediaType: inline[1] ?? mediaType, source: { type: "base64", data: inline[2] ?? "" } } as const;
}

function partsOf(content: WireMessage["content"]): readonly WirePart[] {
  if (content === undefined || content === null) return [];
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}

function decodeToolChoice(choice: WireBody["tool_choice"]): ToolChoice | undefined {
  return typeof choice === "object" ? { tool: choice.function.name } : (choice as ToolChoice | undefined);
}

function decodeReasoning(reasoning: WireBody["reasoning"]): ReasoningRequest | undefined {
  if (reasoning === undefined) return undefined;
  if (reasoning.max_tokens !== undefined) return { budgetTokens: reasoning.max_tokens };
  if (reasoning.effort === "none") return "off";
  return { effort: reasoning.effort } as ReasoningRequest;
}

function decodeFormat(format: WireBody["response_format"]): ResponseFormat | undefined {
  if (format === undefined) return undefined;
  const { name, schema } = format.json_schema;
  return { type: "json-schema", name, schema };
}
