import type { GuardedGateway } from "../contract/gateway.ts";
import type { JsonObject } from "../contract/json.ts";

/** A model to ask, and where. */
export interface ModelRef {
  /** From a registry: `registry.gateway(id)`. */
  readonly gateway: GuardedGateway;
  readonly model: string;
  /** What only its gateway knows. */
  readonly gatewayOptions?: JsonObject | undefined;
}
