import type { Capabilities } from "./capabilities.ts";
import type { ModelEvent } from "./event.ts";
import type { Limits } from "./limits.ts";
import type { Model } from "./model.ts";
import type { Privacy, PrivacyDemand } from "./privacy.ts";
import type { ModelRequest } from "./request.ts";

/** One open way to models. A plugin makes it; the registry hands it out behind the guard. */
export interface Gateway {
  /** The models that can be asked for. Rejects where the list cannot be had. */
  models(options: ModelsOptions): Promise<readonly Model[]>;

  /** The model as far as it is known without asking anybody; undefined where it is not. */
  model?(id: string): Model | undefined;

  /**
   * One answer of a model. Events come one by one or, better, in the batches in which the network delivered them.
   * What it returns may be a `BatchSource`, which is read without a promise for each batch.
   * Nothing is sent before the first `next()`. Ending the iteration early, or aborting `request.signal`, cancels the
   * request. Whatever goes wrong is thrown from the iteration, as a `GatewayError`.
   */
  stream(request: ModelRequest): AsyncIterable<ModelEvent | readonly ModelEvent[]>;

  /** Which demands of `ModelRequest.privacy` it sees to. Requests with others are refused. Default: none. */
  readonly privacyDemands?: readonly PrivacyDemand[] | undefined;

  /** What settings and options demand by themselves for a model; a run holds its fallbacks to it. Default: nothing. */
  privacy?(request: Pick<ModelRequest, "model" | "gatewayOptions">): Privacy;

  /** Whether the gateway can be used as it is set up, for people. Rejects where it cannot. */
  check?(options: { readonly signal: AbortSignal }): Promise<CheckResult>;

  /** Ends connections. Called once, when no stream is open any more. */
  close?(): Promise<void>;
}

/** A gateway as the registry hands it out: its streams come in batches, and keep their promises or throw. */
export interface GuardedGateway extends Gateway {
  readonly id: string;
  /** The bounds that its registry sets. */
  readonly limits: Limits;
  /** What it can do at all. */
  readonly capabilities: Capabilities;
  /** What it can do with a model, as far as that is known without asking anybody. */
  capabilitiesOf(model: string): Capabilities;
  /** What settings and options demand for a model. Throws a `GatewayError` for wrong options. */
  privacyOf(request: Pick<ModelRequest, "model" | "gatewayOptions">): Privacy;
  /** The demands that it cannot promise to meet. Empty where it may be asked. */
  unmetPrivacy(privacy: Privacy): readonly PrivacyDemand[];
  stream(request: ModelRequest): AsyncIterable<readonly ModelEvent[]>;
}

export interface ModelsOptions {
  readonly signal: AbortSignal;
  /** Ask again, whatever is cached. Default: false. */
  readonly refresh?: boolean | undefined;
}

export interface CheckResult {
  /** What was found out, in the order in which to show it. */
  readonly facts: readonly { readonly label: string; readonly value: string }[];
}
