import type { MediaSource, Message, ToolResultContent } from "../../contract/message.ts";
import type { ToolSpec } from "../../contract/request.ts";

/** The usual ratio for English text and for JSON. It is too low for some languages, and never off by a factor of ten. */
const charactersPerToken = 4;
/** What services bill for an image differs by its size; most are in this order. */
const tokensPerImage = 1000;
/** Base64 has 4 characters for 3 bytes, and text has about 4 bytes a token. */
const charactersPerFileToken = (4 / 3) * charactersPerToken;

/** Messages are immutable, and most of a history was estimated at an earlier step. */
const known = new WeakMap<Message, number>();
const knownTools = new WeakMap<readonly ToolSpec[], number>();

/** Estimates the tokens of a request. */
export function estimateInput(messages: readonly Message[], tools: readonly ToolSpec[]): number {
  let tokens = knownTools.get(tools);
  if (tokens === undefined) {
    tokens = tools.length === 0 ? 0 : tokensOf(JSON.stringify(tools));
    knownTools.set(tools, tokens);
  }
  for (const message of messages) tokens += estimateMessage(message);
  return tokens;
}

/** Estimates the tokens of a message. */
export function estimateMessage(message: Message): number {
  const before = known.get(message);
  if (before !== undefined) return before;
  let tokens = 0;
  for (const part of message.content) tokens += tokensOfPart(part);
  known.set(message, tokens);
  return tokens;
}

type Part = Message["content"][number] | ToolResultContent;

function tokensOfPart(part: Part): number {
  switch (part.type) {
    case "text":
    case "reasoning":
      return tokensOf(part.text);
    case "tool-call":
    case "service-approval-request":
      return tokensOf(part.name) + tokensOf(part.arguments);
    case "tool-result":
    case "service-tool-result":
      return part.content.reduce((sum, inner) => sum + tokensOfPart(inner), 0);
    case "json":
      return tokensOf(JSON.stringify(part.value));
    case "image":
      return tokensPerImage;
    case "file":
    case "media":
      return part.mediaType.startsWith("image/") ? tokensPerImage : tokensOfMedia(part.source);
    default:
      return 0;
  }
}

function tokensOfMedia(source: MediaSource): number {
  return source.type === "base64" ? Math.ceil(source.data.length / charactersPerFileToken) : tokensPerImage;
}

function tokensOf(text: string): number {
  return Math.ceil(text.length / charactersPerToken);
}
