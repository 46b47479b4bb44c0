import type { JsonObject, ModelRequest, ReasoningRequest } from "@waygate/core/plugin";

/**
 * How a service's chat-completions wire differs from the plain one. Values and small pure functions: the codec reads
 * them and never asks which gateway it serves.
 */
export interface ChatDialect {
  /** The parameter that limits the output, reasoning included. */
  readonly maxTokensParameter: "max_tokens" | "max_completion_tokens";
  /** The role that system messages are sent under. */
  readonly systemRole: "system" | "developer";
  /** How usage is asked for while streaming. `stream_options`: with `include_usage`; `none`: it comes unasked, or never. */
  readonly usageRequest: "stream_options" | "none";
  /** What is sent as `parallel_tool_calls` where the request leaves it open and has tools; undefined: nothing. */
  readonly parallelToolCalls: boolean | undefined;
  /** Whether the conversation's id is sent as `prompt_cache_key`. */
  readonly promptCacheKey: boolean;
  /** The fields that ask for reasoning, or for none. */
  readonly reasoning: (reasoning: ReasoningRequest) => JsonObject;
  /** How reasoning of earlier answers is sent back: not at all, as text in this field, or as the service's own details. */
  readonly reasoningReplay: "none" | "reasoning_content" | "reasoning" | "reasoning_details";
  /** Which answers' reasoning that concerns: all, or only those since the user last spoke, within a loop of tools. */
  readonly reasoningReplayScope: "conversation" | "turn";
  /** Makes a tool call's id legal for the service. The same id must always give the same one. */
  readonly toolCallId: (id: string) => string;
  /** Where images in tool results go: into the tool message, or into a user message that follows. */
  readonly toolResultImages: "parts" | "user-message";
  /** Fields added to the body last; they win over the codec's own. */
  readonly extraBody: (request: ModelRequest) => JsonObject;
}

/** Plain chat completions, as OpenAI documents them. */
export const plainDialect: ChatDialect = {
  maxTokensParameter: "max_completion_tokens",
  systemRole: "system",
  usageRequest: "stream_options",
  parallelToolCalls: undefined,
  promptCacheKey: false,
  reasoning: reasoningEffort,
  reasoningReplay: "none",
  reasoningReplayScope: "conversation",
  toolCallId: (id) => id,
  toolResultImages: "user-message",
  extraBody: () => ({}),
};

/**
 * Reasoning as `reasoning_effort`. A budget of tokens, which the parameter does not know, becomes the effort that
 * services commonly spend about as much on.
 */
export function reasoningEffort(reasoning: ReasoningRequest): JsonObject {
  if (reasoning === "off") return { reasoning_effort: "none" };
  if ("effort" in reasoning) return { reasoning_effort: reasoning.effort };
  const { budgetTokens } = reasoning;
  return { reasoning_effort: budgetTokens <= 2048 ? "low" : budgetTokens <= 8192 ? "medium" : "high" };
}
