import type { Pricing } from "@waygate/core/plugin";
import * as v from "valibot";
import { toPricing } from "../models/to-pricing.ts";
import { object } from "./schema-parts.ts";

const price = v.pipe(
  v.number("must be a price per million tokens"),
  v.finite("must be a price per million tokens"),
  v.minValue(0, "must be 0 or more"),
);

const currency = v.pipe(
  v.string("must be a currency, such as USD"),
  v.regex(/^[A-Z]{3}$/, "must be the three letters of a currency, such as USD"),
);

/**
 * The prices of a model in settings, per million tokens: `input` and `output`, and if they differ from `input`,
 * `cache_read` and `cache_write`. The currency is USD by default.
 */
export const pricing = v.pipe(
  object({
    input: price,
    output: price,
    cache_read: v.optional(price),
    cache_write: v.optional(price),
    currency: v.optional(currency, "USD"),
  }),
  v.transform(({ input, output, cache_read: cacheRead, cache_write: cacheWrite, currency }): Pricing => {
    return { ...toPricing({ input, output, cacheRead, cacheWrite }), currency };
  }),
);
