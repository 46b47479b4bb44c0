import type { JsonValue } from "./json.ts";
import type { ToolCallStatus } from "./message.ts";

/**
 * What a model's answer consists of, in the order in which it arrives. Events are immutable.
 *
 * The order a gateway keeps: at most one `response-start`, before all content; a `reasoning-end` before text or a new
 * tool call follows reasoning; every `tool-call-start` has one `tool-call-end`; exactly one `finish`, last.
 */
export type ModelEvent =
  | ResponseStartEvent
  | TextDeltaEvent
  | ReasoningDeltaEvent
  | ReasoningEndEvent
  | ToolCallStartEvent
  | ToolCallDeltaEvent
  | ToolCallEndEvent
  | NoticeEvent
  | UsageEvent
  | FinishEvent;

export interface ResponseStartEvent {
  readonly type: "response-start";
  /** The service's own id of this answer. */
  readonly id?: string | undefined;
  /** The model that answers, which may be another than was asked for. */
  readonly model?: string | undefined;
  /** The service behind the gateway. */
  readonly upstream?: string | undefined;
}

export interface TextDeltaEvent {
  readonly type: "text-delta";
  /** Never empty. */
  readonly text: string;
}

export interface ReasoningDeltaEvent {
  readonly type: "reasoning-delta";
  /** Never empty. */
  readonly text: string;
}

/**
 * Closes the open block of reasoning. With none open it stands for a block without text, which is how encrypted
 * reasoning, or a signature that comes late, arrives.
 */
export interface ReasoningEndEvent {
  readonly type: "reasoning-end";
  /** Sent back unchanged, to the same origin, with the next request. */
  readonly state?: JsonValue | undefined;
}

export interface ToolCallStartEvent {
  readonly type: "tool-call-start";
  /** Unique within the answer. */
  readonly id: string;
  readonly name: string;
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
  readonly name: string;
  /** The whole raw text of the arguments. It wins over the deltas, which a service may have sent wrongly. */
  readonly arguments: string;
  readonly status: ToolCallStatus;
  /** The parsed arguments; undefined unless `status` is `"ok"`. */
  readonly value: JsonValue | undefined;
  /** Sent back unchanged, to the same origin, with the next request. */
  readonly state?: JsonValue | undefined;
}

/** Something that was tolerated, ignored or changed, and that the reader may want to know. Never an error. */
export interface NoticeEvent {
  readonly type: "notice";
  /** Stable, for programs: such as `tool-call-index-missing`. */
  readonly code: string;
  /** For people: what happened and, where something can be done about it, what. */
  readonly message: string;
}

/** What the answer has cost so far. The last report of an answer wins; reports are never added up. */
export interface UsageEvent {
  readonly type: "usage";
  readonly usage: Usage;
  readonly cost?: Cost | undefined;
}

/** Tokens. Never negative; what a service does not report is 0. */
export interface Usage {
  readonly input: {
    /** All input tokens, those read from and written to a cache included. */
    readonly total: number;
    readonly cacheRead: number;
    readonly cacheWrite: number;
  };
  readonly output: {
    /** All output tokens, reasoning included. */
    readonly total: number;
    readonly reasoning: number;
  };
}

export interface Cost {
  readonly amount: number;
  /** ISO 4217, such as `USD`. */
  readonly currency: string;
  /** `billed`: the gateway said so. `estimated`: from its list of prices. */
  readonly source: "billed" | "estimated";
}

export interface FinishEvent {
  readonly type: "finish";
  readonly reason: FinishReason;
  /** The service's own word, where it gave one. */
  readonly raw?: string | undefined;
  /** The service behind the gateway, where it is only named at the end. */
  readonly upstream?: string | undefined;
}

export type FinishReason =
  | "stop"
  | "tool-calls"
  | "length"
  | "content-filter"
  | "guardrail"
  | "refusal"
  | "context-overflow"
  | "error";
