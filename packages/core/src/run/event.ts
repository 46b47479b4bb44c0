import type { Phase } from "../contract/deadlines.ts";
import type { AnyErrorCode } from "../contract/error.ts";
import type { Cost, FinishReason, ModelEvent, Usage } from "../contract/event.ts";
import type { JsonValue } from "../contract/json.ts";
import type { AssistantMessage, ToolResultPart } from "../contract/message.ts";
import type { ApprovalRequest } from "./approval.ts";

/** What a run tells: the model's own events as they come, and what the loop does around them. Immutable. */
export type RunEvent =
  | ModelEvent
  | StepStartEvent
  | RetryEvent
  | FailoverEvent
  | ApprovalRequestEvent
  | ToolStartEvent
  | ToolProgressEvent
  | ToolResultEvent
  | StepEndEvent
  | OutputRepairEvent
  | RunEndEvent;

/** The model is about to be asked. */
export interface StepStartEvent {
  readonly type: "step-start";
  /** 1 for the first. */
  readonly step: number;
}

/**
 * The model failed and is about to be asked again: before it had said anything or, where `onInterrupted` is
 * `"continue"`, in the middle of its answer, which is kept.
 */
export interface RetryEvent extends Interruption {
  readonly type: "retry";
  /** Which attempt in a row failed: 1 for the first. */
  readonly attempt: number;
}

/** A failure that the run goes on after. */
export interface Interruption {
  readonly error: ErrorSummary;
  /** How long is waited before the next attempt, in milliseconds. */
  readonly delayMs: number;
}

/** A model was given up before it said anything; another one is asked from here on. */
export interface FailoverEvent {
  readonly type: "failover";
  readonly from: { readonly gateway: string; readonly model: string };
  readonly to: { readonly gateway: string; readonly model: string };
  readonly error: ErrorSummary;
}

/** A `GatewayError` as plain data. */
export interface ErrorSummary {
  readonly gateway: string;
  readonly code: AnyErrorCode;
  readonly message: string;
  readonly status: number | undefined;
  readonly upstream: string | undefined;
  readonly phase: Phase | undefined;
}

/**
 * A call waits until somebody has allowed it: `run.approve` and `run.deny` decide, or the run's option `approve`. The
 * run's other calls go on meanwhile.
 */
export interface ApprovalRequestEvent extends ApprovalRequest {
  readonly type: "approval-request";
}

/** A tool begins to work. Calls that never run (unknown tool, wrong arguments) have a result, but no start. */
export interface ToolStartEvent {
  readonly type: "tool-start";
  /** The id of the call. */
  readonly id: string;
  readonly name: string;
  readonly arguments: JsonValue;
}

export interface ToolProgressEvent {
  readonly type: "tool-progress";
  readonly id: string;
  readonly name: string;
  readonly value: JsonValue;
}

/** A call is answered. Results come as they are ready; in the history they stand in the order of the calls. */
export interface ToolResultEvent {
  readonly type: "tool-result";
  readonly id: string;
  readonly name: string;
  readonly result: ToolResultPart;
}

/** The answer and all its tool results are in the history. */
export interface StepEndEvent {
  readonly type: "step-end";
  readonly step: number;
  readonly message: AssistantMessage;
  readonly results: readonly ToolResultPart[];
  /** Of this step alone; `undefined` if the service reported none and there is no budget to estimate it for. */
  readonly usage: Usage | undefined;
  /** Of this step alone; `undefined` if it is not known. */
  readonly cost: Cost | undefined;
  /** Of this step alone, one for each currency. */
  readonly costs: readonly Cost[];
}

/** The final answer does not fit the schema of `responseFormat`: the model is asked to correct it. */
export interface OutputRepairEvent {
  readonly type: "output-repair";
  /** What is wrong with it, as the model is told. */
  readonly problem: string;
}

/** Last of a run that was neither aborted nor failed. */
export interface RunEndEvent {
  readonly type: "run-end";
  readonly reason: RunEndReason;
  readonly steps: number;
  /** Of all steps. */
  readonly usage: Usage;
  /** Of all steps; `undefined` if none is known, or if there are several currencies. */
  readonly cost: Cost | undefined;
  /** Of all steps, one for each currency. Only the costs that are known count. */
  readonly costs: readonly Cost[];
}

/**
 * How the last answer finished, or the limit that ended the run. `paused`: the program had it pause, or nobody was there
 * to allow a call; `run.snapshot()` is what it goes on from.
 */
export type RunEndReason = Exclude<FinishReason, "tool-calls"> | "max-steps" | "max-tool-calls" | "budget" | "paused";
