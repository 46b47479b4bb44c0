import type { Pricing } from "@waygate/core/plugin";

/** The prices of a model, each of them `undefined` if its service does not tell it. */
export type Prices = { readonly [Kind in Exclude<keyof Pricing, "currency">]?: number | undefined };

/** Returns prices in USD per million tokens as a model has them, or `undefined` if neither input nor output has a price. */
export function toPricing({ input, output, cacheRead, cacheWrite }: Prices): Pricing | undefined {
  if (input === undefined && output === undefined) return undefined;
  return {
    currency: "USD",
    ...(input !== undefined && { input }),
    ...(output !== undefined && { output }),
    ...(cacheRead !== undefined && { cacheRead }),
    ...(cacheWrite !== undefined && { cacheWrite }),
  };
}
