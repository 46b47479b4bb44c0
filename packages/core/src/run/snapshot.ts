import type { Cost, Usage } from "../contract/event.ts";
import { isObject } from "../contract/json.ts";
import { type ApprovalRequest, Approvals } from "./approval.ts";
import type { RunControl } from "./control.ts";
import { type Conversation, type MessageInput, toMessage } from "./conversation.ts";
import type { PendingStep } from "./pending-step.ts";
import { checkMessage, checkMessages, requireVersion, type SavedMessages, savedVersion } from "./saved.ts";

/**
 * All that a run goes on from, in this process or in another one: plain data, for `JSON.stringify`. It holds no secret
 * but what the conversation itself says, and none of the run's options.
 */
export interface RunSnapshot extends SavedMessages {
  /** Of all answers so far, that of the pending step included. */
  readonly usage: Usage;
  /** One for each currency. */
  readonly costs: readonly Cost[];
  /** How many steps have ended. */
  readonly steps: number;
  /** How many tool calls those steps have carried out. */
  readonly toolCalls: number;
  /** What was said to the model and not read by it yet. */
  readonly steering: readonly MessageInput[];
  /** The calls that wait for approval: decide about them, with `run.approve` or `run.deny`, before the run goes on. */
  readonly approvals: readonly ApprovalRequest[];
  /** The step whose answer has ended, but not all of whose calls are answered. */
  readonly pending?: PendingStep | undefined;
}

/** A run as it stands at this moment. One that is in the middle of an answer stands where it stood before that. */
export function takeSnapshot(conversation: Conversation, { approvals, steering, step }: RunControl): RunSnapshot {
  const { messages, usage, costs, steps, toolCalls } = conversation;
  const pending = step?.pending();
  return {
    version: savedVersion,
    messages,
    usage,
    costs,
    steps,
    toolCalls,
    steering: steering.map(toMessage),
    approvals: approvals.waiting,
    ...(pending && { pending: { ...pending, decisions: approvals.decided } }),
  };
}

const what = "The stored run";

/** Throws a `TypeError` that names the place for what is no snapshot, or was stored by a later version. */
export function readSnapshot(saved: unknown): RunSnapshot {
  requireVersion(saved, what);
  checkMessages(saved.messages, what);
  const snapshot = saved as unknown as RunSnapshot;
  for (const name of ["steps", "toolCalls"] as const) requireCount(snapshot[name], name);
  for (const side of ["input", "output"] as const) {
    const total: unknown = snapshot.usage?.[side]?.total;
    if (!isObject(snapshot.usage?.[side]) || total !== undefined) requireCount(total, `usage.${side}.total`);
  }
  for (const name of ["costs", "steering", "approvals"] as const) requireList(snapshot[name], name);
  for (const [index, message] of snapshot.steering.entries()) checkMessage(message, `steering[${index}]`, what);
  const { pending } = snapshot;
  if (pending === undefined) return snapshot;
  requireVersion(pending.answer, `${what}'s pending answer`);
  const { answer, results, serviceApprovals, begun, decisions } = pending;
  checkMessage(answer.message, "pending.answer.message", what);
  checkMessage({ role: "tool", content: results }, "pending.results", what);
  checkMessage({ role: "tool", content: serviceApprovals }, "pending.serviceApprovals", what);
  requireList(answer.open, "pending.answer.open");
  requireList(answer.calls, "pending.answer.calls");
  requireList(answer.openCalls, "pending.answer.openCalls");
  requireList(begun, "pending.begun");
  requireList(decisions, "pending.decisions");
  for (const [index, request] of snapshot.approvals.entries()) requireRequest(request, `approvals[${index}]`);
  for (const [index, decided] of decisions.entries()) requireRequest(decided, `pending.decisions[${index}]`);
  return snapshot;
}

/** Returns the approvals of the step that a stored run goes on with. They apply to that step alone. */
export function restoreApprovals(past: RunSnapshot | undefined): Approvals {
  return past?.pending === undefined ? new Approvals() : Approvals.restore(past.approvals, past.pending.decisions);
}

function requireRequest(value: unknown, path: string): void {
  if (isObject(value) && typeof value.id === "string" && typeof value.name === "string" && "arguments" in value) return;
  throw new TypeError(`${what} is wrong: ${path} must be an object with the id, the name and the arguments of a call.`);
}

function requireCount(value: unknown, path: string): void {
  if (!(typeof value === "number" && value >= 0)) {
    throw new TypeError(`${what} is wrong: ${path} must be a number of 0 or more.`);
  }
}

function requireList(value: unknown, path: string): void {
  if (!Array.isArray(value)) throw new TypeError(`${what} is wrong: ${path} must be a list.`);
}
