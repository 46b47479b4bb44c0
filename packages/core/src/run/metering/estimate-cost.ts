import type { Cost, Usage } from "../../contract/event.ts";
import type { Pricing } from "../../contract/model.ts";

const million = 1_000_000;

/** Whether the cost of an answer can be estimated from prices. */
export function isPriced(pricing: Pricing | undefined): pricing is Pricing & { input: number; output: number } {
  return pricing?.input !== undefined && pricing.output !== undefined;
}

/**
 * Estimates the cost of an answer from prices per million tokens. Cached input without a price of its own costs as much as
 * other input. Returns `undefined` if a price or a count is not known.
 */
export function estimateCost({ input, output }: Usage, pricing: Pricing | undefined): Cost | undefined {
  if (!isPriced(pricing) || input.total === undefined || output.total === undefined) return undefined;
  const { cacheRead = 0, cacheWrite = 0 } = input;
  const fresh = Math.max(0, input.total - cacheRead - cacheWrite);
  const amount =
    (fresh * pricing.input +
      cacheRead * (pricing.cacheRead ?? pricing.input) +
      cacheWrite * (pricing.cacheWrite ?? pricing.input) +
      output.total * pricing.output) /
    million;
  return { amount, currency: pricing.currency, source: "estimated" };
}
