import type { Capabilities } from "./capabilities.ts";

/** A model as plain data. What a field's value comes from stands in `origin`. */
export interface Model {
  /** As requests name it. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** Tokens of input and output together. */
  readonly contextWindow?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  /** Only what is known; the gateway's own capabilities hold for the rest. */
  readonly capabilities: Partial<Capabilities>;
  readonly pricing?: Pricing | undefined;
  /** For each field that is set, where it was learnt. */
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
