import type { Cost, FilePart, JsonObject, ModelEvent, ModelRequest, ReasoningRequest } from "@waygate/core/plugin";
import { effortOfBudget } from "@waygate/plugin-kit";

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
  /**
   * How reasoning of earlier answers is sent back: not at all, as text in this field, as the service's own details, or as
   * parts of the content.
   */
  readonly reasoningReplay: "none" | "reasoning_content" | "reasoning" | "reasoning_details" | "thinking-parts";
  /** Whether the field of an answer that called tools is sent back even where its reasoning is empty. */
  readonly reasoningReplayEmpty: boolean;
  /**
   * Whether the service's details are kept together with the model that gave them, as `{ model, reasoning_details }`,
   * in place of alone: for services that may answer with another model than was asked for.
   */
  readonly reasoningKeepsModel: boolean;
  /** Whether the text of reasoning goes along as `reasoning` where `reasoning_details` are sent back. */
  readonly reasoningTextBeside: boolean;
  /**
   * The name of the tags between which the model writes its reasoning into the text, at the beginning of an answer, such
   * as `think`; undefined where it does not.
   */
  readonly reasoningTag: string | undefined;
  /** Which answers' reasoning that concerns: all, or only those since the user last spoke, within a loop of tools. */
  readonly reasoningReplayScope: "conversation" | "turn";
  /** The tools of the service that it knows, by their `type`: they are sent as they are. */
  readonly serviceTools: readonly string[];
  /** The content part of a file; undefined: as a plain service takes it. */
  readonly filePart: (part: FilePart) => JsonObject | undefined;
  /** Fields added to the body made so far. They replace the codec's own. */
  readonly extraBody: (request: ModelRequest, body: JsonObject) => JsonObject;
  /**
   * What settings and options change in the finished body: objects merged into it one after another, key by key at any
   * depth. Null removes a field. They are expected without `protectedFields`.
   */
  readonly bodyPatches: (request: ModelRequest) => readonly JsonObject[];
  /**
   * What an answer says of itself in fields of the service's own. Asked once, of the choice that says why it ended, and
   * the chunk, or whole answer, that this choice stands in.
   */
  readonly readEnd: (
    choice: Readonly<Record<string, unknown>>,
    chunk: Readonly<Record<string, unknown>>,
  ) => AnswerEnd | undefined;
  /**
   * Reads what a chunk, or a whole answer, holds in fields of the service's own. Called for each of them, before the codec
   * reads it. `undefined`: nothing.
   */
  readonly readChunk?: ((chunk: Readonly<Record<string, unknown>>) => ChunkReading | undefined) | undefined;
}

/** What a service says in fields of its own. */
export interface ChunkReading {
  readonly text?: string | undefined;
  readonly reasoning?: string | undefined;
  /** In the shape of `usage`. It replaces earlier reports. */
  readonly usage?: Readonly<Record<string, unknown>> | undefined;
  readonly cost?: Cost | undefined;
  /** An error of the service's own shape, as the body of a failed request would have it. It ends the answer. */
  readonly failure?: unknown;
  /** Sources, media, notices and other events. */
  readonly events?: readonly ModelEvent[] | undefined;
}

/** What is known of an answer when it has ended. */
export interface AnswerEnd {
  /** The service behind the gateway that answered. */
  readonly upstream?: string | undefined;
  /** True where reasoning was counted beside the completion, which the counts alone do not always show. */
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
 * Reasoning as `reasoning_effort`. A budget of tokens, which the parameter does not know, becomes the effort that
 * services commonly spend about as much on.
 */
export function reasoningEffort(reasoning: ReasoningRequest): JsonObject {
  if (reasoning === "off") return { reasoning_effort: "none" };
  if ("effort" in reasoning) return { reasoning_effort: reasoning.effort };
  return { reasoning_effort: effortOfBudget(reasoning.budgetTokens) };
}
