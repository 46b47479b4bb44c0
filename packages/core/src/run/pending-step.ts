import type { ServiceApprovalPart, ToolResultPart } from "../contract/message.ts";
import type { SavedFold } from "../stream/fold.ts";
import type { DecidedApproval } from "./approval.ts";
import type { Interruption } from "./event.ts";

export interface PendingStep {
  readonly answer: SavedFold;
  readonly results: readonly ToolResultPart[];
  /** The decisions about calls that the service asked approval for. */
  readonly serviceApprovals: readonly ServiceApprovalPart[];
  /** The calls whose tools had begun to work. Those without a result are never begun again. */
  readonly begun: readonly string[];
  /** The decisions about calls of this step, each with exactly what was decided about. */
  readonly decisions: readonly DecidedApproval[];
  /** What broke the answer off, where the run goes on nevertheless. */
  readonly interruption?: Interruption | undefined;
}
