import { flag, number, object, oneOf, text } from "@waygate/plugin-kit/settings";
import * as v from "valibot";

/**
 * How a request is routed among the providers of a model: OpenRouter's `provider` object. Slugs are those that its
 * pages show: `google-vertex` stands for all endpoints of that provider, `google-vertex/us-east5` for one.
 * Source: openrouter.ai/docs/guides/routing/provider-selection, and the OpenAPI document (ProviderPreferences).
 */
export type ProviderRouting = {
  /** The providers to try first, in this order. */
  readonly order?: readonly string[];
  /** Whether others may answer when these cannot. Default of the service: true. */
  readonly allow_fallbacks?: boolean;
  /** Only providers that support all parameters of the request. Default of the service: false. */
  readonly require_parameters?: boolean;
  /** `deny`: only providers that do not collect data. `disallow`, as Zed spells it, is the same. */
  readonly data_collection?: "allow" | "deny" | "disallow";
  /** Only endpoints that retain nothing. */
  readonly zdr?: boolean;
  /** Only models whose author allows distillation. */
  readonly enforce_distillable_text?: boolean;
  /** Only these providers. */
  readonly only?: readonly string[];
  /** None of these providers. */
  readonly ignore?: readonly string[];
  /** Only endpoints of these quantizations: `int4`, `fp8`, `bf16` and so on. */
  readonly quantizations?: readonly string[];
  /** `price`, `throughput`, `latency` or `exacto`. `partition: "none"` sorts the endpoints of all models as one list. */
  readonly sort?: string | { readonly by?: string; readonly partition?: "model" | "none" };
  /** The highest price, in USD: per million tokens for `prompt` and `completion`, per piece for the others. */
  readonly max_price?: {
    readonly prompt?: number | string;
    readonly completion?: number | string;
    readonly request?: number | string;
    readonly image?: number | string;
    readonly audio?: number | string;
  };
  /** In tokens a second; slower endpoints come last. A number is the median. */
  readonly preferred_min_throughput?: number | Percentiles;
  /** In seconds; endpoints that take longer come last. A number is the median. */
  readonly preferred_max_latency?: number | Percentiles;
};

export type Percentiles = {
  readonly p50?: number;
  readonly p75?: number;
  readonly p90?: number;
  readonly p99?: number;
};

const slugs = v.array(text('a provider, such as "anthropic"'), "must be a list of providers");
const price = v.union([number, text("a price")], "must be a price in USD");
const percentiles = object({
  p50: v.optional(number),
  p75: v.optional(number),
  p90: v.optional(number),
  p99: v.optional(number),
});
const threshold = v.union([number, percentiles], "must be a number, or an object with p50, p75, p90 or p99");

export const routingSchema = object({
  order: v.optional(slugs),
  allow_fallbacks: v.optional(flag),
  require_parameters: v.optional(flag),
  data_collection: v.optional(oneOf(["allow", "deny", "disallow"])),
  zdr: v.optional(flag),
  enforce_distillable_text: v.optional(flag),
  only: v.optional(slugs),
  ignore: v.optional(slugs),
  quantizations: v.optional(v.array(text("a quantization"), "must be a list of quantizations")),
  sort: v.optional(
    v.union(
      [
        text("a way to sort"),
        object({ by: v.optional(text("a way to sort")), partition: v.optional(oneOf(["model", "none"])) }),
      ],
      'must be text, such as "price", or an object with "by" and "partition"',
    ),
  ),
  max_price: v.optional(
    object({
      prompt: v.optional(price),
      completion: v.optional(price),
      request: v.optional(price),
      image: v.optional(price),
      audio: v.optional(price),
    }),
  ),
  preferred_min_throughput: v.optional(threshold),
  preferred_max_latency: v.optional(threshold),
});
