import type { ApprovalRequest, Approve } from "@waygate/core";
import type { Action } from "../permissions/action.ts";

/** What a tool is about to do, as the tool itself says it. */
export type Preview = {
  /** In a few words of the tool's own, such as `run a command` or, with a file behind it, `change`. */
  readonly summary: string;
  /** The whole of what would be done: the command, or the lines that change. The model wrote it, so do not trust it. */
  readonly details: string;
  /** What permission rules are compared with. Without it, no rule covers the call. */
  readonly action?: Action;
};

/** What a tool is about to do, for the person who is asked. */
export type Proposal = Preview & { readonly tool: string };

export type Decision =
  | { readonly allowed: true }
  /** `reason` is for the model. */
  | { readonly allowed: false; readonly reason: string };

/** Decides whether a call may go on. */
export interface Approval {
  /** Rejects if `signal` is aborted first. */
  ask(proposal: Proposal, signal: AbortSignal): Promise<Decision>;
}

/** Has a run ask for its tools. */
export function askThrough(approval: Approval): Approve {
  return async (request, { signal }) => {
    const proposal = proposalOf(request);
    if (![proposal.details, ...namesOf(proposal)].every((text) => text.isWellFormed()))
      return { approved: false, reason: illFormed };
    const decision = await approval.ask(proposal, signal);
    return decision.allowed ? true : { approved: false, reason: decision.reason };
  };
}

/** Half a surrogate pair would be written as something else than what was shown. */
const illFormed =
  "The arguments hold half of a surrogate pair, which is no character, so the call was not carried out. Leave it out.";

/** A tool that does not say what it is about to do is asked about with its arguments. */
function proposalOf({ name, arguments: args, details }: ApprovalRequest): Proposal {
  const preview = (details ?? {
    summary: "be used with these arguments",
    details: JSON.stringify(args, null, 2),
  }) as Preview;
  return { tool: name, ...preview };
}

function namesOf({ action }: Proposal): readonly string[] {
  if (action === undefined) return [];
  return action.type === "file" ? [action.path, action.asked] : [action.command];
}
