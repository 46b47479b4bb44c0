import type { Capabilities } from "./capabilities.ts";
import type { ConstraintsInput, ModelConstraints } from "./constraints.ts";
import type { ModelEvent } from "./event.ts";
import type { Limits } from "./limits.ts";
import type { Model } from "./model.ts";
import type { Privacy, PrivacyDemand } from "./privacy.ts";
import type { ModelRequest } from "./request.ts";

/** An open gateway. A plugin creates it; the registry hands it out behind the guard. */
export interface Gateway {
  /** Returns the models that can be requested. Rejects if the list is not available. */
  models(options: ModelsOptions): Promise<readonly Model[]>;

  /** Returns what is known of a model without a request; `undefined` if nothing is. */
  model?(id: string): Model | undefined;

  /**
   * Streams one answer. Events come one by one or, better, in the batches in which the network delivered them. The
   * result may be a `BatchSource`, which is read without a promise for each batch. Nothing is sent before the first
   * `next()`. Ending the iteration early, or aborting `request.signal`, cancels the request. A failure is thrown from
   * the iteration, as a `GatewayError`. The request is read-only: core hands the same data to the next step.
   */
  stream(request: ModelRequest): AsyncIterable<ModelEvent | readonly ModelEvent[]>;

  /** What its services accept in a history and in tools. A model's own constraints come first. Default: `defaultConstraints`. */
  readonly constraints?: ConstraintsInput | undefined;

  /** Constraints of some models by id, over `constraints`. All that match are applied, in this order. Default: none. */
  readonly modelConstraints?: readonly ModelConstraints[] | undefined;

  /** The demands of `ModelRequest.privacy` that it meets. Requests with others are rejected. Default: none. */
  readonly privacyDemands?: readonly PrivacyDemand[] | undefined;

  /** Returns what settings and options demand by themselves for a model. Fallbacks are held to it. Default: nothing. */
  privacy?(request: Pick<ModelRequest, "model" | "gatewayOptions">): Privacy;

  /**
   * The types of tools of the service that it supports, such as `web_search`. Others are rejected before a request. `any`: the
   * gateway or its service decides. Default: none.
   */
  readonly serviceTools?: readonly string[] | "any" | undefined;

  /**
   * What else the gateway offers, by name: `countTokens`, `embed`, `batch`. It is passed through untouched, and core has no
   * opinion about it.
   */
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;

  /** Checks whether the gateway can be used as it is set up, for people. Rejects if it cannot. */
  check?(options: { readonly signal: AbortSignal }): Promise<CheckResult>;

  /** Closes connections. Called once, when no stream is open any more. */
  close?(): Promise<void>;
}

/** A gateway as the registry hands it out. Its streams come in batches, and are checked. */
export interface GuardedGateway extends Gateway {
  readonly id: string;
  /** The bounds that its registry sets. */
  readonly limits: Limits;
  /** The capabilities that its plugin declares. */
  readonly capabilities: Capabilities;
  /** Returns the capabilities for a model, as far as they are known without a request. */
  capabilitiesOf(model: string): Capabilities;
  /** Returns what settings and options demand for a model. Throws a `GatewayError` for wrong options. */
  privacyOf(request: Pick<ModelRequest, "model" | "gatewayOptions">): Privacy;
  /** Returns the demands that it cannot meet. Empty if the request may be sent. */
  unmetPrivacy(privacy: Privacy): readonly PrivacyDemand[];
  stream(request: ModelRequest): AsyncIterable<readonly ModelEvent[]>;
  /** Returns the models that can be requested. Settles within a deadline, whatever the plugin does. */
  models(options?: Partial<ModelsOptions>): Promise<readonly Model[]>;
  /** Checks whether the gateway can be used. Settles within a deadline, whatever the plugin does. */
  check?(options?: { readonly signal?: AbortSignal | undefined }): Promise<CheckResult>;
}

export interface ModelsOptions {
  readonly signal: AbortSignal;
  /** Requests the list again, whatever is cached. @defaultValue false */
  readonly refresh?: boolean | undefined;
}

export interface CheckResult {
  /** The findings, in the order in which to show them. */
  readonly facts: readonly { readonly label: string; readonly value: string }[];
}
