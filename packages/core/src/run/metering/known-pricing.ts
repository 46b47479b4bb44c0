import { isGatewayError } from "../../contract/error.ts";
import type { GuardedGateway } from "../../contract/gateway.ts";
import type { Pricing } from "../../contract/model.ts";

/** A model whose answers are paid for. */
export interface PaidModel {
  readonly gateway: GuardedGateway;
  readonly model: string;
}

/** Returns a model's prices, as far as they are known without a request. */
export function knownPricing({ gateway, model }: PaidModel): Pricing | undefined {
  try {
    return gateway.model?.(model)?.pricing;
  } catch (error) {
    // A gateway may have been closed since its answer came: then its prices are not known any more.
    if (isGatewayError(error)) return undefined;
    throw error;
  }
}
