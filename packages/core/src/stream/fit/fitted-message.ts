import type { Message, ServiceApprovalPart, ToolCallPart, ToolResultPart, UserPart } from "../../contract/message.ts";
import type { Tally } from "./tally.ts";

/** A message made fit by itself: what its neighbours make of it is decided later. */
export interface FittedMessage {
  /** The very message if it needed nothing; undefined if nothing of it is left. */
  readonly message: Message | undefined;
  /** The tool calls of the source that want a result: one for each such call of `message`, in order. */
  readonly calls: readonly ToolCallPart[];
  /** The results of a tool message, with the ids of the source. */
  readonly results: readonly FittedResult[];
  /** The decisions of a tool message about calls that a service executes. */
  readonly approvals: readonly ServiceApprovalPart[];
  /** Whether it begins with a compaction of everything before it that the recipient can read. */
  readonly compacts: boolean;
  readonly tally: Tally;
}

export interface FittedResult {
  readonly result: ToolResultPart;
  /** What the service does not accept in a result, for the user message that follows. */
  readonly media: readonly UserPart[];
}
