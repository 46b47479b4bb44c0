import type { Violation } from "../checks/violation.ts";
import type { RunName } from "../play/leftovers.ts";
import type { RunOutcome } from "../play/play-run.ts";

/** Runs to carry out. */
export interface Order {
  readonly runs: readonly RunName[];
}

/** What a worker tells. */
export type Report =
  /** It has begun a run. */
  | ({ readonly type: "begun" } & RunName)
  | ({ readonly type: "ended"; readonly outcome: RunOutcome } & RunName)
  /** Something that came up beside runs: those that were under way. */
  | { readonly type: "violation"; readonly violation: Violation; readonly runs: readonly RunName[] }
  /** It has let all runs end and collected garbage: how much memory is in use, in bytes. */
  | { readonly type: "heap"; readonly bytes: number; readonly runs: number }
  /** All that was ordered is done. */
  | { readonly type: "idle" };
