import type { Capabilities } from "./capabilities.ts";
import type { ConstraintsInput } from "./constraints.ts";
import type { JsonObject } from "./json.ts";
import type { ReasoningEffort } from "./request.ts";

/** A model as plain data. `origin` says where the value of each field comes from. */
export interface Model {
  /** As requests name it. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** Tokens of input and output together. */
  readonly contextWindow?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  /** What is known of this model. The gateway's own capabilities apply to the rest. */
  readonly capabilities: Capabilities;
  /** Media types that the model accepts, such as `image/png` or `image/*`. */
  readonly inputs?: readonly string[] | undefined;
  /** Media types that the model can produce besides text. */
  readonly outputs?: readonly string[] | undefined;
  /** The reasoning efforts that the model has, the least first. */
  readonly reasoningEfforts?: readonly ReasoningEffort[] | undefined;
  /** The request parameters that the model accepts, in the names of `ModelRequest`. */
  readonly parameters?: readonly string[] | undefined;
  /** Further facts, in the service's own words. */
  readonly metadata?: JsonObject | undefined;
  readonly pricing?: Pricing | undefined;
  /** What its service accepts in a history and in tools. The gateway's constraints hold for the fields that are not set. */
  readonly constraints?: ConstraintsInput | undefined;
  /** Where the value of each field comes from: the settings, the service's list, or the plugin's own table. */
  readonly origin: { readonly [field: string]: FieldOrigin };
}

export type FieldOrigin = "settings" | "gateway" | "default";

/** Per million tokens. */
export interface Pricing {
  /** ISO 4217, such as `USD`. */
  readonly currency: string;
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly cacheRead?: number | undefined;
  readonly cacheWrite?: number | undefined;
}
