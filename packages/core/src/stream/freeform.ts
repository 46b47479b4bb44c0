import type { AssistantPart, Message, ToolCallPart } from "../contract/message.ts";
import type { FreeformToolSpec, FunctionToolSpec, ToolSpec } from "../contract/request.ts";

/** Returns the tools with freeform ones as functions of one parameter, `input`, for services that have no others. */
export function withoutFreeformTools(tools: readonly ToolSpec[]): readonly ToolSpec[] {
  return tools.some(({ kind }) => kind === "freeform")
    ? tools.map((tool) => (tool.kind === "freeform" ? asFunction(tool) : tool))
    : tools;
}

/** Returns the messages with the calls of freeform tools as calls of such functions. Others are the same objects. */
export function withoutFreeformCalls(messages: readonly Message[]): readonly Message[] {
  if (!messages.some(hasFreeformCall)) return messages;
  return messages.map((message) =>
    message.role === "assistant" && hasFreeformCall(message)
      ? { ...message, content: message.content.map(asFunctionCall) }
      : message,
  );
}

function asFunction({ name, description, grammar }: FreeformToolSpec): FunctionToolSpec {
  const format = grammar === undefined ? "" : ` It must match this ${grammar.syntax} grammar:\n${grammar.definition}`;
  const input = { type: "string", description: `The input of the tool, as plain text.${format}` };
  return { name, description, parameters: { type: "object", properties: { input }, required: ["input"] } };
}

function hasFreeformCall({ role, content }: Message): boolean {
  return role === "assistant" && content.some((part) => part.type === "tool-call" && part.format === "text");
}

function asFunctionCall(part: AssistantPart): AssistantPart {
  if (part.type !== "tool-call" || part.format !== "text") return part;
  const { format: _, ...call }: ToolCallPart = part;
  return { ...call, arguments: JSON.stringify({ input: part.arguments }) };
}
