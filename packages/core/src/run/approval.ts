import { equalJson } from "../contract/equal-json.ts";
import { isObject, type JsonValue } from "../contract/json.ts";

/** A tool call that waits for approval. Plain data. */
export interface ApprovalRequest {
  /** The id of the call. */
  readonly id: string;
  /** The tool's name. */
  readonly name: string;
  /** The arguments that the tool would run with. The model wrote them, so do not trust them. They fit the parameters. */
  readonly arguments: JsonValue;
  /** `service` if the service, and not the run, executes the call. @defaultValue `"client"` */
  readonly executor?: "service" | undefined;
  /** What the tool's `approval` function says about the call, such as a preview of the change. */
  readonly details?: JsonValue | undefined;
}

/** `reason` is shown to the model. Its default tells the model not to try the same call again. */
export type ApprovalDecision = boolean | { readonly approved: boolean; readonly reason?: string | undefined };

/** A decision together with exactly what was decided about. */
export interface DecidedApproval extends ApprovalRequest {
  readonly decision: ApprovalDecision;
}

/** Decides about a call. An error that it throws is shown to the model, and the call does not run. */
export type Approve = (
  request: ApprovalRequest,
  context: { readonly signal: AbortSignal },
) => ApprovalDecision | Promise<ApprovalDecision>;

interface Waiting {
  readonly request: ApprovalRequest;
  readonly resolve: (decision: ApprovalDecision) => void;
}

/** A request on its way. `decide` decides about this request alone, never about a later call with the same id. */
export interface PendingApproval {
  readonly decided: Promise<ApprovalDecision>;
  decide(decision: ApprovalDecision): void;
}

/**
 * The approvals of one step. They end with it: a call of a later step that reuses an id is a different call.
 * A decision holds for the name, arguments and details it was made about; if any of them differs, the call asks again.
 */
export class Approvals {
  /** Created with the first entry: most steps need none of these. */
  #waiting: Map<string, Waiting> | undefined;
  #decided: Map<string, DecidedApproval> | undefined;
  /** Requests of a stored run that have not been made again since. */
  #stored: Map<string, ApprovalRequest> | undefined;

  /** Continues the approvals of a stored step. */
  static restore(waiting: readonly ApprovalRequest[], decided: readonly DecidedApproval[]): Approvals {
    const approvals = new Approvals();
    approvals.#stored = new Map(waiting.map((request) => [request.id, request]));
    approvals.#decided = new Map(decided.map((decision) => [decision.id, decision]));
    return approvals;
  }

  /** The requests without a decision, in the order in which they were made. */
  get waiting(): readonly ApprovalRequest[] {
    return [...(this.#stored?.values() ?? []), ...[...(this.#waiting?.values() ?? [])].map(({ request }) => request)];
  }

  get decided(): readonly DecidedApproval[] {
    return [...(this.#decided?.values() ?? [])];
  }

  /** Returns the decision about exactly this request, if there is one. */
  decisionOf(request: ApprovalRequest): ApprovalDecision | undefined {
    const known = this.#decided?.get(request.id);
    return known !== undefined && isSame(known, request) ? known.decision : undefined;
  }

  /** Decides about a request that waits. Returns false, and has no effect, if none of this id does. */
  decide(id: string, decision: ApprovalDecision): boolean {
    const waiting = this.#waiting?.get(id);
    const request = waiting?.request ?? this.#stored?.get(id);
    if (request === undefined) return false;
    this.#waiting?.delete(id);
    this.#stored?.delete(id);
    this.#decided ??= new Map();
    this.#decided.set(id, { ...request, decision });
    waiting?.resolve(decision);
    return true;
  }

  /** Makes a request. Its decision may never come: the promise is then dropped with the run. */
  ask(request: ApprovalRequest): PendingApproval {
    const { promise: decided, resolve } = Promise.withResolvers<ApprovalDecision>();
    const waiting = { request, resolve };
    this.#waiting ??= new Map();
    this.#waiting.set(request.id, waiting);
    this.#stored?.delete(request.id);
    return {
      decided,
      decide: (decision) => {
        if (this.#waiting?.get(request.id) === waiting) this.decide(request.id, decision);
      },
    };
  }
}

function isSame(a: ApprovalRequest, b: ApprovalRequest): boolean {
  return a.name === b.name && equalJson(a.arguments, b.arguments) && equalJson(a.details, b.details);
}

/** Returns what the model reads if a call was denied; `undefined` if it was approved. */
export function denial(name: string, decision: ApprovalDecision): string | undefined {
  // Untyped code may return anything: only `true` approves, and text such as "no" does not.
  const { approved, reason } = isObject(decision) ? decision : { approved: decision, reason: undefined };
  if (approved === true) return undefined;
  return (
    reason ?? `This call of ${name} was denied and not carried out. Do not try it again; ask what is wanted instead.`
  );
}
