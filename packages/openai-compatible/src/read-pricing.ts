import { isObject, type Pricing } from "@waygate/core/plugin";
import { readPrice, readTokenPrice, toPricing } from "@waygate/plugin-kit";

/** Prices in dollars, wherever and in whatever unit a list has them. Undefined where it has none. */
export function readPricing(entry: Record<string, unknown>): Pricing | undefined {
  const { pricing, metadata, model_info: info, providers } = entry;
  const candidates = [
    fromPricing(pricing),
    fromPricing(isObject(metadata) ? metadata.pricing : undefined),
    perToken(info),
    perHundredMillionCents(entry),
    // Hugging Face: what the first provider asks that answers at the moment.
    ...(Array.isArray(providers) ? providers.filter(isObject).map((provider) => fromPricing(provider.pricing)) : []),
  ];
  return candidates.find((found) => found !== undefined);
}

function fromPricing(pricing: unknown): Pricing | undefined {
  if (!isObject(pricing)) return undefined;
  // Together: what is rented by the hour has no price for a token.
  if (typeof pricing.hourly === "number" && pricing.hourly > 0) return undefined;
  const { prompt, completion, input, output } = pricing;
  if (prompt !== undefined || completion !== undefined) {
    // OpenRouter, SambaNova, Nebius: dollars a token.
    return toPricing({
      input: readTokenPrice(prompt),
      output: readTokenPrice(completion),
      cacheRead: readTokenPrice(pricing.input_cache_read),
      cacheWrite: readTokenPrice(pricing.input_cache_write),
    });
  }
  if (input !== undefined || output !== undefined) {
    // Together, Hugging Face: numbers, dollars a million tokens. Vercel: text, dollars a token.
    const unit = typeof (input ?? output) === "string" ? readTokenPrice : readPrice;
    return toPricing({
      input: unit(input),
      output: unit(output),
      cacheRead: unit(pricing.cached_input ?? pricing.input_cache_read ?? pricing.cache_read),
      cacheWrite: unit(pricing.input_cache_write ?? pricing.cache_write),
    });
  }
  // DeepInfra: dollars a million tokens.
  return toPricing({
    input: readPrice(pricing.input_tokens),
    output: readPrice(pricing.output_tokens),
    cacheRead: readPrice(pricing.cache_read_tokens),
    cacheWrite: readPrice(pricing.cache_write_tokens),
  });
}

/** LiteLLM: dollars a token. */
function perToken(info: unknown): Pricing | undefined {
  if (!isObject(info)) return undefined;
  return toPricing({
    input: readTokenPrice(info.input_cost_per_token),
    output: readTokenPrice(info.output_cost_per_token),
    cacheRead: readTokenPrice(info.cache_read_input_token_cost),
    cacheWrite: readTokenPrice(info.cache_creation_input_token_cost),
  });
}

/** xAI: cents a hundred million tokens. */
function perHundredMillionCents(entry: Record<string, unknown>): Pricing | undefined {
  return toPricing({
    input: readPrice(entry.prompt_text_token_price, 1e-4),
    output: readPrice(entry.completion_text_token_price, 1e-4),
    cacheRead: readPrice(entry.cached_prompt_text_token_price, 1e-4),
  });
}
