import type { ApprovalRequest, Approve } from "@waygate/core";

/** What a tool is about to do, as the tool itself says it. */
export type Preview = {
  /** In a few words, such as `write README.md`. */
  readonly summary: string;
  /** What exactly: the command, or the lines that change. Written by the model, so not to be trusted. */
  readonly details: string;
};

/** What a tool is about to do, for the person who is asked. */
export type Proposal = Preview & { readonly tool: string };

export type Decision =
  | { readonly allowed: true }
  /** `reason` is for the model, which should not try again what nobody can allow. */
  | { readonly allowed: false; readonly reason: string };

/** Decides whether a tool may do what cannot be undone. */
export interface Approval {
  /** Rejects where `signal` is aborted first. */
  ask(proposal: Proposal, signal: AbortSignal): Promise<Decision>;
}

/** Everything is allowed beforehand (`--yes`). */
export const allowAll: Approval = {
  ask: async () => ({ allowed: true }),
};

/** There is nobody to ask. */
export const denyAll: Approval = {
  ask: async ({ tool }) => ({
    allowed: false,
    reason: `${tool} was not allowed: it needs a person's approval, and there is no terminal to ask on. Go on without it, or tell the person to start the program with --yes.`,
  }),
};

/** Has a run ask for its tools. */
export function askThrough(approval: Approval): Approve {
  return async (request, { signal }) => {
    const decision = await approval.ask(proposalOf(request), signal);
    return decision.allowed ? true : { approved: false, reason: decision.reason };
  };
}

/** A tool that does not say what it is about to do is asked about with its arguments. */
function proposalOf({ name, arguments: args, details }: ApprovalRequest): Proposal {
  const preview = (details ?? { summary: `use ${name}`, details: JSON.stringify(args, null, 2) }) as Preview;
  return { tool: name, ...preview };
}
