import { GatewayError, isGatewayError } from "../../contract/error.ts";
import type { Budget } from "../limits.ts";
import { isPriced } from "./estimate-cost.ts";
import { knownPricing, type PaidModel } from "./known-pricing.ts";

/**
 * Throws a `GatewayError` of code `budget` if a cost limit cannot be enforced for one of the models: its prices are not known,
 * and its gateway does not report what it bills. A list of models that has not been fetched yet may have the prices, so it is
 * fetched first.
 */
export async function admitBudget(
  budget: Budget | undefined,
  targets: readonly PaidModel[],
  signal: AbortSignal,
): Promise<void> {
  if (budget?.cost === undefined || budget.unknown === "allow") return;
  for (const target of targets) {
    if (isEnforceable(target)) continue;
    await fetchModels(target, signal);
    if (!isEnforceable(target)) throw unenforceable(target);
  }
}

function isEnforceable(target: PaidModel): boolean {
  return target.gateway.capabilitiesOf(target.model).billedCost === true || isPriced(knownPricing(target));
}

/** A gateway without a list may work all the same: then the prices stay unknown. */
async function fetchModels({ gateway }: PaidModel, signal: AbortSignal): Promise<void> {
  try {
    await gateway.models({ signal });
  } catch (error) {
    if (signal.aborted || !isGatewayError(error)) throw error;
  }
}

function unenforceable({ gateway: { id }, model }: PaidModel): GatewayError {
  const words =
    `The cost limit of the run cannot be enforced: the prices of model "${model}" of gateway "${id}" are not known, and the ` +
    "gateway does not report what it bills. Set the model's prices in the settings of the gateway, or pass " +
    'budget: { cost, unknown: "allow" }, which counts only the costs that are known.';
  return new GatewayError(words, { gateway: id, code: "budget" });
}
