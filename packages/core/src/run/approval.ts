import type { JsonValue } from "../contract/json.ts";

/** A call that waits until somebody has allowed it. Plain data. */
export interface ApprovalRequest {
  /** The id of the call. */
  readonly id: string;
  /** The tool's name. */
  readonly name: string;
  /** As the model wrote them; they fit the tool's parameters. Written by the model, so not to be trusted. */
  readonly arguments: JsonValue;
  /** What the tool's `approval` says of the call, for whoever is asked. */
  readonly details?: JsonValue | undefined;
}

/** `reason` is for the model, which should not try again what nobody allows. */
export type ApprovalDecision = boolean | { readonly approved: boolean; readonly reason?: string | undefined };

/** Decides about a call. What it throws is an error that the model reads; the call is not carried out. */
export type Approve = (
  request: ApprovalRequest,
  context: { readonly signal: AbortSignal },
) => ApprovalDecision | Promise<ApprovalDecision>;

interface Waiting {
  readonly request: ApprovalRequest;
  readonly resolve: (decision: ApprovalDecision) => void;
}

/** Who waits for leave in a run, and what was decided. A decision may come before the question. */
export class Approvals {
  /** Both are made when something is to be kept in them: in most runs nothing is. */
  #decisions: Map<string, ApprovalDecision> | undefined;
  #waiting: Map<string, Waiting> | undefined;

  /** `decisions`: what was decided already, by the ids of the calls. */
  constructor(decisions?: Readonly<Record<string, ApprovalDecision>>) {
    if (decisions !== undefined) this.#decisions = new Map(Object.entries(decisions));
  }

  /** The calls that wait, in the order in which they asked. */
  get waiting(): readonly ApprovalRequest[] {
    return [...(this.#waiting?.values() ?? [])].map(({ request }) => request);
  }

  /** All that was decided, by the ids of the calls. */
  get decisions(): Readonly<Record<string, ApprovalDecision>> {
    return Object.fromEntries(this.#decisions ?? []);
  }

  decisionOf(id: string): ApprovalDecision | undefined {
    return this.#decisions?.get(id);
  }

  /** Decides about a call, whether it has asked yet or not. The first decision stands. */
  decide(id: string, decision: ApprovalDecision): void {
    this.#decisions ??= new Map();
    if (!this.#decisions.has(id)) this.#decisions.set(id, decision);
    const waiting = this.#waiting?.get(id);
    this.#waiting?.delete(id);
    waiting?.resolve(decision);
  }

  /** Waits for a decision. It may never come: then the promise is left behind with the run. */
  ask(request: ApprovalRequest): Promise<ApprovalDecision> {
    const known = this.#decisions?.get(request.id);
    if (known !== undefined) return Promise.resolve(known);
    this.#waiting ??= new Map();
    const waiting = this.#waiting;
    return new Promise((resolve) => waiting.set(request.id, { request, resolve }));
  }
}

/** What the model reads where a call was denied; undefined where it was allowed. */
export function denial(name: string, decision: ApprovalDecision): string | undefined {
  const { approved, reason } = typeof decision === "boolean" ? { approved: decision, reason: undefined } : decision;
  if (approved) return undefined;
  return (
    reason ?? `This call of ${name} was denied and not carried out. Do not try it again; ask what is wanted instead.`
  );
}
