import { isObject, type Pricing } from "@waygate/core/plugin";

type Prices = Omit<Pricing, "currency">;

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
  const prices = candidates.find((found) => found !== undefined);
  return prices && { currency: "USD", ...prices };
}

function fromPricing(pricing: unknown): Prices | undefined {
  if (!isObject(pricing)) return undefined;
  // Together: what is rented by the hour has no price for a token.
  if (typeof pricing.hourly === "number" && pricing.hourly > 0) return undefined;
  const { prompt, completion, input, output } = pricing;
  if (prompt !== undefined || completion !== undefined) {
    // OpenRouter, SambaNova, Nebius: dollars a token.
    return collect(
      millionfold(prompt),
      millionfold(completion),
      millionfold(pricing.input_cache_read),
      millionfold(pricing.input_cache_write),
    );
  }
  if (input !== undefined || output !== undefined) {
    // Together, Hugging Face: numbers, dollars a million tokens. Vercel: text, dollars a token.
    const unit = typeof (input ?? output) === "string" ? millionfold : price;
    return collect(
      unit(input),
      unit(output),
      unit(pricing.cached_input ?? pricing.input_cache_read ?? pricing.cache_read),
      unit(pricing.input_cache_write ?? pricing.cache_write),
    );
  }
  // DeepInfra: dollars a million tokens.
  return collect(
    price(pricing.input_tokens),
    price(pricing.output_tokens),
    price(pricing.cache_read_tokens),
    price(pricing.cache_write_tokens),
  );
}

/** LiteLLM: dollars a token. */
function perToken(info: unknown): Prices | undefined {
  if (!isObject(info)) return undefined;
  return collect(
    millionfold(info.input_cost_per_token),
    millionfold(info.output_cost_per_token),
    millionfold(info.cache_read_input_token_cost),
    millionfold(info.cache_creation_input_token_cost),
  );
}

/** xAI: cents a hundred million tokens. */
function perHundredMillionCents(entry: Record<string, unknown>): Prices | undefined {
  return collect(
    price(entry.prompt_text_token_price, 1e-4),
    price(entry.completion_text_token_price, 1e-4),
    price(entry.cached_prompt_text_token_price, 1e-4),
    undefined,
  );
}

function collect(
  input: number | undefined,
  output: number | undefined,
  cacheRead: number | undefined,
  cacheWrite: number | undefined,
): Prices | undefined {
  if (input === undefined && output === undefined) return undefined;
  return {
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    ...(cacheRead === undefined ? {} : { cacheRead }),
    ...(cacheWrite === undefined ? {} : { cacheWrite }),
  };
}

function millionfold(value: unknown): number | undefined {
  return price(value, 1e6);
}

/** Negative prices mean that the price depends: they are left out. */
function price(value: unknown, factor = 1): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number) || number < 0) return undefined;
  // 0.0000006 × 1,000,000 is 0.6, and not 0.5999999999999999.
  return Number((number * factor).toPrecision(12));
}
