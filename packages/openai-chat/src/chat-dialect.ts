import type { Cost, FilePart, JsonObject, ModelEvent, ModelRequest, ReasoningRequest } from "@waygate/core/plugin";
import { effortOfBudget } from "@waygate/plugin-kit";

/**
 * How a service's chat completions differ from the plain ones, as values and small pure functions. The codec reads them and
 * does not know which gateway it serves.
 */
export interface ChatDialect {
  /** The parameter that limits the output tokens, reasoning included. */
  readonly maxTokensParameter: "max_tokens" | "max_completion_tokens";
  /** The role of system messages. */
  readonly systemRole: "system" | "developer";
  /** How a stream asks for usage. `stream_options`: by `include_usage`; `none`: the service sends it anyway, or never. */
  readonly usageRequest: "stream_options" | "none";
  /** `parallel_tool_calls` of a request with tools that does not set it. `undefined`: it is not sent. */
  readonly parallelToolCalls: boolean | undefined;
  /** Whether `sessionId` is sent as `prompt_cache_key`. */
  readonly promptCacheKey: boolean;
  /** Returns the fields that ask for reasoning, or for no reasoning. */
  readonly reasoning: (reasoning: ReasoningRequest) => JsonObject;
  /**
   * How the reasoning of earlier answers is sent back: not at all, as text in this field, as the service's own details, or
   * as parts of the content.
   */
  readonly reasoningReplay: "none" | "reasoning_content" | "reasoning" | "reasoning_details" | "thinking-parts";
  /** Whether an answer that called tools is sent back with the field even if it has no reasoning. */
  readonly reasoningReplayEmpty: boolean;
  /**
   * Whether the state of reasoning is `{ model, reasoning_details }` instead of the details alone, for services that may
   * answer with another model than the request names.
   */
  readonly reasoningKeepsModel: boolean;
  /** Whether `reasoning_details` are sent back together with the text of the reasoning, as `reasoning`. */
  readonly reasoningTextBeside: boolean;
  /**
   * The name of the tags, such as `think`, between which the model writes its reasoning at the beginning of the text.
   * `undefined`: it does not.
   */
  readonly reasoningTag: string | undefined;
  /** Whose reasoning is sent back: that of all answers, or only of those since the last user message. */
  readonly reasoningReplayScope: "conversation" | "turn";
  /** The `type`s of tools that the service runs itself. They are sent unchanged. */
  readonly serviceTools: readonly string[];
  /** Returns the content part of a file. `undefined`: that of plain chat completions. */
  readonly filePart: (part: FilePart) => JsonObject | undefined;
  /** Returns fields to add to the body. They replace the codec's own. */
  readonly extraBody: (request: ModelRequest, body: JsonObject) => JsonObject;
  /**
   * Returns what settings and options change in the finished body: objects that are merged into it one after another, key
   * by key at any depth. Null removes a field. They must not have any of the `protectedFields`.
   */
  readonly bodyPatches: (request: ModelRequest) => readonly JsonObject[];
  /**
   * Reads what the end of an answer says in fields of the service's own. Called once, with the choice that has the finish
   * reason, and the chunk (or whole answer) with that choice.
   */
  readonly readEnd: (
    choice: Readonly<Record<string, unknown>>,
    chunk: Readonly<Record<string, unknown>>,
  ) => AnswerEnd | undefined;
  /**
   * Reads fields of the service's own in a chunk, or in a whole answer. Called for each of them, before the codec reads it.
   * `undefined`: there are none.
   */
  readonly readChunk?: ((chunk: Readonly<Record<string, unknown>>) => ChunkReading | undefined) | undefined;
}

/** What a chunk has in fields of the service's own. */
export interface ChunkReading {
  readonly text?: string | undefined;
  readonly reasoning?: string | undefined;
  /** In the format of `usage`. It replaces earlier reports. */
  readonly usage?: Readonly<Record<string, unknown>> | undefined;
  readonly cost?: Cost | undefined;
  /** An error in the format that the body of a failed request has. It ends the answer. */
  readonly failure?: unknown;
  /** Sources, media, notices and other events. */
  readonly events?: readonly ModelEvent[] | undefined;
}

/** What the end of an answer says. */
export interface AnswerEnd {
  /** The service behind the gateway that answered. */
  readonly upstream?: string | undefined;
  /** Whether reasoning was counted beside the completion, which the counts alone do not always show. */
  readonly reasoningBeside?: boolean | undefined;
}

/** Fields of a body that no setting and no option may change, each with the reason, in words for "must not hold …". */
export const protectedFields = {
  model: "it is what is asked",
  messages: "it is what is asked",
  stream: "it is what is asked",
} as const;

/** Plain chat completions, as OpenAI documents them. */
export const plainDialect: ChatDialect = {
  maxTokensParameter: "max_completion_tokens",
  systemRole: "system",
  usageRequest: "stream_options",
  parallelToolCalls: undefined,
  promptCacheKey: false,
  reasoning: reasoningEffort,
  reasoningReplay: "none",
  reasoningReplayEmpty: false,
  reasoningKeepsModel: false,
  reasoningTextBeside: false,
  reasoningTag: undefined,
  reasoningReplayScope: "conversation",
  serviceTools: [],
  filePart: () => undefined,
  extraBody: () => ({}),
  bodyPatches: () => [],
  readEnd: () => undefined,
};

/**
 * Returns `reasoning_effort`. A token budget, which the parameter does not support, becomes the effort on which services
 * commonly spend about as many tokens.
 */
export function reasoningEffort(reasoning: ReasoningRequest): JsonObject {
  if (reasoning === "off") return { reasoning_effort: "none" };
  if ("effort" in reasoning) return { reasoning_effort: reasoning.effort };
  return { reasoning_effort: effortOfBudget(reasoning.budgetTokens) };
}
