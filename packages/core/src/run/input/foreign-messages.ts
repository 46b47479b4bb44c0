import { type Fault, fault, under } from "../../contract/input/fault.ts";
import { isObject } from "../../contract/json.ts";

/**
 * Recognises messages in the shapes of other APIs, and says how to convert them. Left alone they would lose what is in them:
 * a call in `tool_calls`, say, is no part of `content`.
 */

type Fields = Readonly<Record<string, unknown>>;

/** A shape of another API. */
interface Shape {
  readonly api: string;
  matches(value: Fields): boolean;
  /** An expression that converts the value, which it names `message` or `part`. */
  readonly conversion: string;
  /** What the expression leaves to be done, in whole sentences. */
  readonly rest?: string;
}

const chat = "OpenAI's chat completions";
const responses = "OpenAI's Responses API";
const anthropic = "Anthropic's Messages API";
const aiSdk = "the AI SDK";
const gemini = "Gemini's API";
const converse = "Bedrock's Converse API";

const nameIsNeeded = "The name is that of the tool.";
const inToolMessage = 'It belongs into a message of role "tool" of its own.';

const messageShapes: readonly Shape[] = [
  {
    api: chat,
    matches: ({ tool_calls }) => isFilled(tool_calls),
    conversion:
      '{ role: "assistant", content: [...(message.content ? [{ type: "text", text: message.content }] : []), ' +
      '...message.tool_calls.map((call) => ({ type: "tool-call", id: call.id, name: call.function.name, ' +
      'arguments: call.function.arguments, status: "ok" }))] }',
  },
  {
    api: chat,
    matches: ({ tool_call_id }) => tool_call_id !== undefined,
    conversion:
      '{ role: "tool", content: [{ type: "tool-result", id: message.tool_call_id, name: message.name ?? "TOOL", ' +
      'content: [{ type: "text", text: message.content }], isError: false }] }',
    rest: nameIsNeeded,
  },
  {
    api: chat,
    matches: ({ function_call }) => isObject(function_call),
    conversion:
      '{ role: "assistant", content: [{ type: "tool-call", id: "call-" + message.function_call.name, ' +
      'name: message.function_call.name, arguments: message.function_call.arguments, status: "ok" }] }',
    rest: "Ids tell calls apart; their results have the same ones.",
  },
  {
    api: chat,
    matches: ({ role }) => role === "function",
    conversion:
      '{ role: "tool", content: [{ type: "tool-result", id: "call-" + message.name, name: message.name, ' +
      'content: [{ type: "text", text: message.content }], isError: false }] }',
    rest: "The id is that of the call.",
  },
  {
    api: responses,
    matches: ({ type }) => type === "function_call",
    conversion:
      '{ role: "assistant", content: [{ type: "tool-call", id: message.call_id, name: message.name, ' +
      'arguments: message.arguments, status: "ok" }] }',
  },
  {
    api: responses,
    matches: ({ type }) => type === "function_call_output",
    conversion:
      '{ role: "tool", content: [{ type: "tool-result", id: message.call_id, name: "TOOL", ' +
      'content: [{ type: "text", text: message.output }], isError: false }] }',
    rest: nameIsNeeded,
  },
  {
    api: aiSdk,
    matches: ({ parts }) => Array.isArray(parts) && parts.some((part) => isObject(part) && "type" in part),
    conversion:
      '{ role: message.role, content: message.parts.filter((part) => part.type === "text")' +
      '.map(({ text }) => ({ type: "text", text })) }',
    rest: 'Calls and their results in "parts" become parts of type tool-call and messages of role "tool".',
  },
  {
    api: gemini,
    matches: ({ parts }) => Array.isArray(parts),
    conversion:
      '{ role: message.role === "model" ? "assistant" : message.role, ' +
      'content: message.parts.filter(({ text }) => text).map(({ text }) => ({ type: "text", text })) }',
    rest: 'Function calls and their results become parts of type tool-call and messages of role "tool".',
  },
  {
    api: "Ollama's API",
    matches: ({ images }) => isFilled(images),
    conversion:
      '{ role: message.role, content: [{ type: "text", text: message.content }, ...message.images.map((data) => ' +
      '({ type: "image", mediaType: "image/png", source: { type: "base64", data } }))] }',
  },
  {
    api: aiSdk,
    matches: ({ toolInvocations, toolCalls }) => isFilled(toolInvocations) || isFilled(toolCalls),
    conversion: '{ role: "assistant", content: message.content }',
    rest: 'Calls become parts of type tool-call, and their results messages of role "tool".',
  },
];

const image = '{ type: "image", mediaType: ';
const partShapes: readonly Shape[] = [
  {
    api: chat,
    matches: ({ type, image_url }) => type === "image_url" && isDataUrl(image_url),
    conversion: fromDataUrl("part.image_url.url"),
  },
  {
    api: chat,
    matches: ({ type }) => type === "image_url",
    conversion: `${image}"image/png", source: { type: "url", url: part.image_url.url } }`,
  },
  {
    api: responses,
    matches: ({ type, image_url }) => type === "input_image" && isDataUrl(image_url),
    conversion: fromDataUrl("part.image_url"),
  },
  {
    api: responses,
    matches: ({ type }) => type === "input_image",
    conversion: `${image}"image/png", source: { type: "url", url: part.image_url } }`,
  },
  {
    api: responses,
    matches: ({ type }) => type === "input_text" || type === "output_text",
    conversion: '{ type: "text", text: part.text }',
  },
  {
    api: responses,
    matches: ({ type }) => type === "input_file",
    conversion: fileFrom("part.file_data"),
  },
  {
    api: chat,
    matches: ({ type, file }) => type === "file" && isObject(file),
    conversion: fileFrom("part.file.file_data"),
  },
  {
    api: chat,
    matches: ({ type }) => type === "input_audio",
    conversion:
      '{ type: "file", mediaType: "audio/" + part.input_audio.format, ' +
      'source: { type: "base64", data: part.input_audio.data } }',
  },
  { api: chat, matches: ({ type }) => type === "refusal", conversion: '{ type: "text", text: part.refusal }' },
  {
    api: anthropic,
    matches: ({ type }) => type === "tool_use",
    conversion:
      '{ type: "tool-call", id: part.id, name: part.name, arguments: JSON.stringify(part.input), status: "ok" }',
  },
  {
    api: anthropic,
    matches: ({ type }) => type === "tool_result",
    conversion:
      '{ type: "tool-result", id: part.tool_use_id, name: "TOOL", ' +
      'content: [{ type: "text", text: String(part.content) }], isError: part.is_error ?? false }',
    rest: `${nameIsNeeded} ${inToolMessage}`,
  },
  {
    api: anthropic,
    matches: ({ type }) => type === "thinking",
    conversion: '{ type: "reasoning", text: part.thinking }',
  },
  {
    api: anthropic,
    matches: ({ source }) => isObject(source) && typeof source.media_type === "string",
    conversion:
      '{ type: part.type === "image" ? "image" : "file", mediaType: part.source.media_type, ' +
      'source: { type: "base64", data: part.source.data } }',
  },
  {
    api: aiSdk,
    matches: ({ type, toolCallId }) => type === "tool-call" && toolCallId !== undefined,
    conversion:
      '{ type: "tool-call", id: part.toolCallId, name: part.toolName, ' +
      'arguments: JSON.stringify(part.input ?? part.args), status: "ok" }',
  },
  {
    api: aiSdk,
    matches: ({ type, toolCallId }) => type === "tool-result" && toolCallId !== undefined,
    conversion:
      '{ type: "tool-result", id: part.toolCallId, name: part.toolName, ' +
      'content: [{ type: "json", value: part.output?.value ?? part.result }], isError: false }',
  },
  {
    api: aiSdk,
    matches: ({ type, image }) => type === "image" && image !== undefined,
    conversion: `${image}part.mediaType ?? "image/png", source: { type: "base64", data: part.image } }`,
    rest: 'For an address write source: { type: "url", url }.',
  },
  {
    api: aiSdk,
    matches: ({ type, data }) => type === "file" && data !== undefined,
    conversion:
      '{ type: part.mediaType.startsWith("image/") ? "image" : "file", mediaType: part.mediaType, ' +
      'source: { type: "base64", data: part.data } }',
    rest: 'For an address write source: { type: "url", url }.',
  },
  {
    api: gemini,
    matches: ({ inlineData }) => isObject(inlineData),
    conversion:
      '{ type: "image", mediaType: part.inlineData.mimeType, source: { type: "base64", data: part.inlineData.data } }',
  },
  {
    api: converse,
    matches: ({ type, toolUse }) => type === undefined && isObject(toolUse),
    conversion:
      '{ type: "tool-call", id: part.toolUse.toolUseId, name: part.toolUse.name, ' +
      'arguments: JSON.stringify(part.toolUse.input), status: "ok" }',
  },
  {
    api: converse,
    matches: ({ type, toolResult }) => type === undefined && isObject(toolResult),
    conversion:
      '{ type: "tool-result", id: part.toolResult.toolUseId, name: "TOOL", ' +
      'content: [{ type: "text", text: part.toolResult.content[0].text }], isError: part.toolResult.status === "error" }',
    rest: `${nameIsNeeded} ${inToolMessage}`,
  },
  {
    api: converse,
    matches: ({ type, text }) => type === undefined && typeof text === "string",
    conversion: '{ type: "text", text: part.text }',
  },
];

/** Fields of other APIs that hold a part of what a message says. Empty ones do no harm: SDKs write them everywhere. */
const contentFields = [
  "tool_calls",
  "tool_call_id",
  "function_call",
  "parts",
  "images",
  "toolInvocations",
  "toolCalls",
] as const;

/** Returns the fault of a message that says something outside of its `content`. */
export function foreignContent(message: Fields): Fault | undefined {
  for (const field of contentFields) {
    if (!isFilled(message[field])) continue;
    return under(field, fault("is not a part of a message here", foreignMessage(message)));
  }
  return undefined;
}

/** Returns how to convert a message of another API; empty if it is of none that is known. */
export function foreignMessage(message: Fields): string {
  return adviceOf(messageShapes, message);
}

/** Returns how to convert a part of another API; empty if it is of none that is known. */
export function foreignPart(part: unknown): string {
  return isObject(part) ? adviceOf(partShapes, part) : "";
}

const rolesElsewhere: Readonly<Record<string, string>> = {
  developer: "system",
  model: "assistant",
  ai: "assistant",
  bot: "assistant",
  chatbot: "assistant",
  human: "user",
};

export function foreignRole(role: unknown): string {
  const ours = typeof role === "string" ? rolesElsewhere[role.toLowerCase()] : undefined;
  return ours === undefined ? "" : `Write role: "${ours}".`;
}

function adviceOf(shapes: readonly Shape[], value: Fields): string {
  const shape = shapes.find(({ matches }) => matches(value));
  if (shape === undefined) return "";
  const rest = shape.rest === undefined ? "" : `\n${shape.rest}`;
  return `It has the shape of ${shape.api}. Convert it with:\n  ${shape.conversion}${rest}`;
}

function fromDataUrl(url: string): string {
  return (
    `{ type: "image", mediaType: ${url}.slice(5, ${url}.indexOf(";")), ` +
    `source: { type: "base64", data: ${url}.slice(${url}.indexOf(",") + 1) } }`
  );
}

function fileFrom(url: string): string {
  return fromDataUrl(url).replace('"image"', '"file"');
}

function isDataUrl(value: unknown): boolean {
  const url = isObject(value) ? value.url : value;
  return typeof url === "string" && url.startsWith("data:");
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null;
}
