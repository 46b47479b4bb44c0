import { isObject, type JsonObject, type JsonValue } from "@waygate/core/plugin";

/**
 * Models whose providers cache nothing that is not marked: Claude, and those that Alibaba serves. Elsewhere caching is
 * automatic, or, with Gemini, automatic and marks would pay for a second cache.
 * Source: openrouter.ai/docs/guides/best-practices/prompt-caching.
 */
const marked = [
  /^~?anthropic\//,
  /^qwen\/qwen(?:3-max|-plus|3\.6-plus|3-coder-plus|3-coder-flash)(?::|$)/,
  /^deepseek\/deepseek-v3\.2(?::|$)/,
];

/** Whether a model's prompt is cached only as far as it is marked. */
export function wantsMarks(model: string): boolean {
  return marked.some((pattern) => pattern.test(model));
}

export type CacheMark = { readonly type: "ephemeral"; readonly ttl?: "5m" | "1h" };

/** The messages and tools of a body, as the codec has made them. */
export interface Prompt {
  readonly messages: readonly JsonValue[];
  readonly tools: readonly JsonValue[];
}

/**
 * Marks what is worth keeping, at most three places of the four that providers take: the end of the instructions (or of
 * the tools, where there are none), which every request begins with; the end of the request before this one, which was
 * kept then; and the end of this one. Between two requests of a loop there may be more blocks than a provider looks back.
 * Marks stand on blocks, as not every provider of Claude takes one for the whole request.
 */
export function markPrompt({ messages, tools }: Prompt, mark: CacheMark): Prompt {
  const instructions = messages.findIndex((message) => roleOf(message) !== "system") - 1;
  const answer = messages.findLastIndex((message) => roleOf(message) === "assistant");
  const ends = [instructions, lastMarkable(messages, answer - 1), lastMarkable(messages, messages.length - 1)];
  const places = new Set(ends.filter((index) => index >= 0));
  return {
    messages: messages.map((message, index) => (places.has(index) ? markMessage(message, mark) : message)),
    tools:
      instructions >= 0 ? tools : tools.map((tool, index) => (index === tools.length - 1 ? addMark(tool, mark) : tool)),
  };
}

/** The last message up to `from` that can bear a mark: one that was sent, not answered, and is not empty. */
function lastMarkable(messages: readonly JsonValue[], from: number): number {
  for (let index = from; index >= 0; index--) {
    const message = messages[index];
    if (roleOf(message) !== "assistant" && isMarkable(message)) return index;
  }
  return -1;
}

/** Providers refuse a mark on an empty block. */
function isMarkable(message: JsonValue | undefined): boolean {
  if (!isObject(message)) return false;
  const { content } = message;
  if (typeof content === "string") return content !== "";
  const last: unknown = Array.isArray(content) ? content.at(-1) : undefined;
  return isObject(last) && !(last.type === "text" && last.text === "");
}

function markMessage(message: JsonValue, mark: CacheMark): JsonValue {
  if (!isObject(message) || !isMarkable(message as JsonValue)) return message;
  const { content } = message as JsonObject;
  const blocks = typeof content === "string" ? [{ type: "text", text: content }] : (content as readonly JsonValue[]);
  const marked = blocks.map((block, index) => (index === blocks.length - 1 ? addMark(block, mark) : block));
  return { ...(message as JsonObject), content: marked };
}

function addMark(block: JsonValue, mark: CacheMark): JsonValue {
  return isObject(block) ? { ...(block as JsonObject), cache_control: mark } : block;
}

function roleOf(message: JsonValue | undefined): unknown {
  return isObject(message) ? message.role : undefined;
}
