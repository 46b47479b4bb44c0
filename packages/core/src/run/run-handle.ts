import type { Cost, Usage } from "../contract/event.ts";
import type { Message } from "../contract/message.ts";
import type { MessageInput } from "./conversation.ts";
import type { RunEvent } from "./event.ts";
import type { RunResult } from "./run-result.ts";
import type { RunSnapshot } from "./snapshot.ts";

/**
 * A conversation going on: iterate it for its events, or await `result()` for its end. It begins with the first of the
 * two. It can be iterated once; what is left early (`break`) is aborted.
 */
export interface Run<Output = unknown> extends AsyncIterable<RunEvent, undefined, void>, AsyncDisposable {
  /** The conversation so far: always a valid history, also after an abort or a failure. */
  readonly messages: readonly Message[];
  /** Of all steps so far. */
  readonly usage: Usage;
  /** Of all steps so far; `undefined` if none is known, or if there are several currencies. */
  readonly cost: Cost | undefined;
  /** Of all steps so far, one for each currency. Only the costs that are known count. */
  readonly costs: readonly Cost[];
  /**
   * Says something to the model while it is busy: it reads it before its next answer, and has one more if it was about
   * to end. After the end of the run it has no effect.
   */
  steer(message: MessageInput): void;
  /**
   * Approves the call whose `approval-request` had this `id`. Returns false, and has no effect, if no call of this id
   * waits for approval: not yet, or no longer. An approval holds for one call of one step, with the arguments shown.
   */
  approve(id: string): boolean;
  /**
   * Denies a call: the model reads an error instead of a result. `reason` is shown to the model; its default tells the
   * model not to try again. Returns false if no call of this id waits.
   */
  deny(id: string, reason?: string): boolean;
  /**
   * Has the run end as soon as nothing is under way: the answer that has begun is heard out, tools at work finish, and
   * no others begin. It ends with the reason `paused`, unless it had come to its end anyway.
   */
  pause(): void;
  /**
   * All that the run goes on from with `resume`, as plain data. It can be taken at any moment; tools that are at work
   * then are never begun again. A run that was not paused must not go on itself.
   */
  snapshot(): RunSnapshot;
  /**
   * Runs to the end if nobody iterates; where a call then needs somebody's leave and there is no `approve` option, the
   * run pauses. Rejects with what ended the run, if something did.
   */
  result(): Promise<RunResult<Output>>;
}
