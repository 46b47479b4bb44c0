import type { Cost, Usage } from "../contract/event.ts";
import type { Message } from "../contract/message.ts";
import type { RunEndReason } from "./event.ts";

/** The end of a run that neither failed nor was aborted. With the reason `stop` its `output` is there. */
export type RunResult<Output = unknown> = FinishedRun &
  (
    | {
        readonly reason: "stop";
        /** The final answer by the schema of `responseFormat`; `undefined` without one. */
        readonly output: Output;
      }
    | { readonly reason: Exclude<RunEndReason, "stop">; readonly output: undefined }
  );

interface FinishedRun {
  /** The text of the last answer. */
  readonly text: string;
  /** The whole conversation: the messages of the options, and what the run added. */
  readonly messages: readonly Message[];
  readonly steps: number;
  /** Of all steps. */
  readonly usage: Usage;
  /** Of all steps; `undefined` if none is known, or if there are several currencies. */
  readonly cost: Cost | undefined;
  /** Of all steps, one for each currency. Only the costs that are known count. */
  readonly costs: readonly Cost[];
}
