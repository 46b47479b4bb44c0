import type { JsonObject, JsonValue } from "./json.ts";
import type {
  MediaSource,
  SourceKind,
  SourceLocation,
  ToolCallExecutor,
  ToolCallFormat,
  ToolResultContent,
} from "./message.ts";

/**
 * The parts of a model's answer, in the order in which they arrive. Events are immutable.
 *
 * The order that a gateway keeps: at most one `response-start`, before all content; every `tool-call-start` has one
 * `tool-call-end`; reasoning has ended before `finish`; exactly one `finish`, last. `docs/contract.md` has the diagram.
 *
 * The set is open: within contract 1, new types may be added. Consumers skip types that they do not know.
 */
export type ModelEvent =
  | ResponseStartEvent
  | TextDeltaEvent
  | TextEndEvent
  | ReasoningDeltaEvent
  | ReasoningEndEvent
  | ToolCallStartEvent
  | ToolCallDeltaEvent
  | ToolCallEndEvent
  | ServiceToolResultEvent
  | ServiceApprovalRequestEvent
  | SourceEvent
  | MediaEvent
  | OpaqueEvent
  | NoticeEvent
  | UsageEvent
  | FinishEvent;

/** The event types of contract 1 that this core knows. A plugin asks `context.supports("event:source")` for one. */
export const modelEventTypes = Object.keys({
  "response-start": true,
  "text-delta": true,
  "text-end": true,
  "reasoning-delta": true,
  "reasoning-end": true,
  "tool-call-start": true,
  "tool-call-delta": true,
  "tool-call-end": true,
  "service-tool-result": true,
  "service-approval-request": true,
  source: true,
  media: true,
  opaque: true,
  notice: true,
  usage: true,
  finish: true,
} satisfies Record<ModelEvent["type"], true>) as readonly ModelEvent["type"][];

export interface ResponseStartEvent {
  readonly type: "response-start";
  /** The service's own id of this answer. */
  readonly id?: string | undefined;
  /** The model that answers. It may differ from the requested one. */
  readonly model?: string | undefined;
  /** The service behind the gateway. */
  readonly upstream?: string | undefined;
  /** The id by which the service's support finds the request. */
  readonly requestId?: string | undefined;
  /** What is left of the service's rate limits, in the service's own words. */
  readonly rateLimits?: JsonObject | undefined;
}

export interface TextDeltaEvent {
  readonly type: "text-delta";
  /** Never empty. */
  readonly text: string;
  /** Tells blocks apart if several are open at once. */
  readonly block?: number | undefined;
}

/** Closes a text part: text after it begins a new one. Optional if nothing distinguishes the parts. */
export interface TextEndEvent {
  readonly type: "text-end";
  /** Sent back unchanged, to the same origin, with the next request. */
  readonly state?: JsonValue | undefined;
  readonly block?: number | undefined;
}

export interface ReasoningDeltaEvent {
  readonly type: "reasoning-delta";
  /** Never empty. */
  readonly text: string;
  /** True if the text summarises the reasoning instead of being it. */
  readonly summary?: boolean | undefined;
  readonly block?: number | undefined;
}

/**
 * Closes the open reasoning. It may follow text: some services sign their reasoning late. Without open reasoning it
 * stands for reasoning without text, such as encrypted reasoning.
 */
export interface ReasoningEndEvent {
  readonly type: "reasoning-end";
  /** Sent back unchanged, to the same origin, with the next request. */
  readonly state?: JsonValue | undefined;
  readonly block?: number | undefined;
}

export interface ToolCallStartEvent {
  readonly type: "tool-call-start";
  /** Unique within the answer. A run makes it unique within the conversation. */
  readonly id: string;
  readonly name: string;
  /** `client`: the run executes the call. `service`: the service has executed it, or is about to. @defaultValue `"client"` */
  readonly executor?: ToolCallExecutor | undefined;
  /** `text`: the arguments of a freeform tool. @defaultValue `"json"` */
  readonly format?: ToolCallFormat | undefined;
}

export interface ToolCallDeltaEvent {
  readonly type: "tool-call-delta";
  readonly id: string;
  /** The next piece of the arguments' raw text. */
  readonly text: string;
}

export interface ToolCallEndEvent {
  readonly type: "tool-call-end";
  readonly id: string;
  /** The whole raw text of the arguments. It overrides the deltas. Core parses it; empty text stands for `{}`. */
  readonly arguments: string;
  /** False if the answer ended before the arguments did. An incomplete call is never executed. */
  readonly complete: boolean;
  /** Sent back unchanged, to the same origin, with the next request. */
  readonly state?: JsonValue | undefined;
}

/** The result of a call that the service executed. It may answer a call of an earlier answer. */
export interface ServiceToolResultEvent {
  readonly type: "service-tool-result";
  /** The id of the call. */
  readonly id: string;
  readonly content: readonly ToolResultContent[];
  /** What went wrong, in the service's words, if the call failed. */
  readonly error?: string | undefined;
  readonly state?: JsonValue | undefined;
}

/** The service asks for approval before it executes a call. The run decides like about a call of its own. */
export interface ServiceApprovalRequestEvent {
  readonly type: "service-approval-request";
  /** The id of the request. */
  readonly id: string;
  /** The name of the tool. */
  readonly name: string;
  /** The raw text of the arguments. */
  readonly arguments: string;
  readonly state?: JsonValue | undefined;
}

/**
 * A source that the answer relies on. It belongs to the open text part, or else to the next one. With
 * `part: "message"` it belongs to the whole answer, like a list of search results.
 */
export interface SourceEvent {
  readonly type: "source";
  /** Unique within the answer. */
  readonly id: string;
  readonly kind: SourceKind;
  /** The address, for the kind `url`. */
  readonly url?: string | undefined;
  /** Which of the request's documents or files is meant, from 0, for the kinds `document` and `file`. */
  readonly index?: number | undefined;
  readonly title?: string | undefined;
  /** The quoted passage of the source. */
  readonly quote?: string | undefined;
  /** Where in the document the passage is. */
  readonly location?: SourceLocation | undefined;
  /** The call, executed by the service, that found the source. */
  readonly toolCallId?: string | undefined;
  readonly part?: "message" | undefined;
  readonly state?: JsonValue | undefined;
}

/** An image, audio or another file for a person to see, whether the model or a service-run tool made it. */
export interface MediaEvent {
  readonly type: "media";
  /** Unique within the answer, except that a partial one is replaced by the next of the same id. */
  readonly id: string;
  /** Such as `image/png`. */
  readonly mediaType: string;
  readonly source: MediaSource;
  /** The call, executed by the service, that made it. */
  readonly toolCallId?: string | undefined;
  /** True for a preview. It is never part of the message. @defaultValue false */
  readonly partial?: boolean | undefined;
  readonly state?: JsonValue | undefined;
}

/** State of the service that has no content to show. */
export interface OpaqueEvent {
  readonly type: "opaque";
  readonly state: JsonValue;
  /** `history`: the state is a compaction of everything before it. Other models still get the history itself. */
  readonly replaces?: "history" | undefined;
}

/** A deviation that was tolerated, ignored or changed, and that a reader may want to know about. Never an error. */
export interface NoticeEvent {
  readonly type: "notice";
  /** Stable, for programs: such as `tool-call-index-missing`. The set is open. */
  readonly code: string;
  /** For people: what happened and what to do about it, if anything. */
  readonly message: string;
  /** Further facts, for programs. */
  readonly data?: JsonValue | undefined;
}

/** The usage and the cost of the answer so far. The last report of an answer wins; reports are never added up. */
export interface UsageEvent {
  readonly type: "usage";
  readonly usage: Usage;
  /** Everything that the answer cost, fees besides tokens included. */
  readonly cost?: Cost | undefined;
}

/**
 * Counts of tokens, never negative. Unknown is not zero: a count that the service did not report is `undefined`. The sum
 * over several answers has a count if any of them has it; so it may be less than what was used.
 */
export interface Usage {
  readonly input: {
    /** All input tokens, those read from and written to a cache included. */
    readonly total?: number | undefined;
    readonly cacheRead?: number | undefined;
    readonly cacheWrite?: number | undefined;
  };
  readonly output: {
    /** All output tokens, reasoning included. */
    readonly total?: number | undefined;
    readonly reasoning?: number | undefined;
  };
  /**
   * True if a total is an estimate of the run (about 4 characters a token), as the service reported none. Only a run with a
   * `budget` estimates.
   * @defaultValue false
   */
  readonly estimated?: boolean | undefined;
  /** Further counts in the service's own words, such as tokens of audio. Sums over several answers have none. */
  readonly details?: JsonObject | undefined;
}

export interface Cost {
  readonly amount: number;
  /** ISO 4217, such as `USD`. Amounts in different currencies are never added together. */
  readonly currency: string;
  /** `billed`: reported by the gateway. `estimated`: from prices per token, fees besides tokens not included. */
  readonly source: "billed" | "estimated";
}

export interface FinishEvent {
  readonly type: "finish";
  readonly reason: FinishReason;
  /** The service's own word, if it sent one. */
  readonly raw?: string | undefined;
  /** The service behind the gateway, if it is only named at the end. */
  readonly upstream?: string | undefined;
  /** The stop sequence that ended the answer. */
  readonly stopSequence?: string | undefined;
  /** What the service says about the end, for programs. */
  readonly details?: JsonObject | undefined;
  /** State of the message as a whole. Sent back unchanged, to the same origin, with the next request. */
  readonly state?: JsonValue | undefined;
}

/**
 * Why an answer ended. Failures are thrown and have no reason here. `pause`: the service wants the same history again,
 * with the unfinished answer last. The set is open: consumers treat an unknown reason like `stop`.
 */
export const finishReasons = [
  "stop",
  "tool-calls",
  "length",
  "content-filter",
  "guardrail",
  "refusal",
  "context-overflow",
  "pause",
] as const;
export type FinishReason = (typeof finishReasons)[number];
