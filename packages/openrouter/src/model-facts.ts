import { isObject } from "@waygate/core/plugin";
import { type Prices, readLimit, readText, readTexts, readTokenPrice } from "@waygate/plugin-kit";

/** What OpenRouter's list says of a model, as far as it is used here. */
export interface ModelFacts {
  readonly id: string;
  /** Its permanent name, which answers may give in place of the id. */
  readonly canonicalId: string | undefined;
  readonly name: string;
  readonly contextWindow: number | undefined;
  readonly maxOutputTokens: number | undefined;
  /** `text`, `image`, `file`, `audio`, `video`. Undefined where the list does not say. */
  readonly inputModalities: readonly string[] | undefined;
  readonly outputModalities: readonly string[] | undefined;
  /** The parameters that at least one of its providers takes. Undefined where the list does not say. */
  readonly supportedParameters: readonly string[] | undefined;
  readonly reasoning: ReasoningFacts | undefined;
  /** In USD per million tokens. */
  readonly prices: Prices;
}

/** How a model can be asked to think. Absent for one that does not, and for routers. */
export interface ReasoningFacts {
  /** The efforts it takes, the highest first; undefined: all of them. */
  readonly efforts: readonly string[] | undefined;
  readonly defaultEffort: string | undefined;
  /** Whether it thinks where it is not asked to. */
  readonly byDefault: boolean | undefined;
  /** Whether it cannot be told not to think. */
  readonly mandatory: boolean;
  /** Whether it takes a budget of tokens. */
  readonly budget: boolean;
}

/** Reads the answer of `/models` or `/models/user`; undefined where it is none. Entries that are no model are left out. */
export function readModels(answer: unknown): readonly ModelFacts[] | undefined {
  if (!isObject(answer) || !Array.isArray(answer.data)) return undefined;
  return answer.data.map(readModel).filter((facts) => facts !== undefined);
}

function readModel(entry: unknown): ModelFacts | undefined {
  const id = isObject(entry) ? readText(entry.id) : undefined;
  if (!isObject(entry) || id === undefined) return undefined;
  const architecture = isObject(entry.architecture) ? entry.architecture : {};
  const outputModalities = readTexts(architecture.output_modalities);
  // Models that draw or embed, and nothing else, cannot hold a conversation.
  if (outputModalities !== undefined && !outputModalities.includes("text")) return undefined;
  const top = isObject(entry.top_provider) ? entry.top_provider : {};
  return {
    id,
    canonicalId: readText(entry.canonical_slug),
    name: readText(entry.name) ?? id,
    contextWindow: readLimit(entry.context_length) ?? readLimit(top.context_length),
    maxOutputTokens: readLimit(top.max_completion_tokens),
    inputModalities: readTexts(architecture.input_modalities),
    outputModalities,
    supportedParameters: readTexts(entry.supported_parameters),
    reasoning: isObject(entry.reasoning) ? readReasoning(entry.reasoning) : undefined,
    prices: readPrices(isObject(entry.pricing) ? entry.pricing : {}),
  };
}

function readReasoning(reasoning: Record<string, unknown>): ReasoningFacts {
  return {
    efforts: readTexts(reasoning.supported_efforts),
    defaultEffort: readText(reasoning.default_effort),
    byDefault: typeof reasoning.default_enabled === "boolean" ? reasoning.default_enabled : undefined,
    mandatory: reasoning.mandatory === true,
    budget: reasoning.supports_max_tokens === true,
  };
}

/** Prices are texts, in USD per token. */
function readPrices(pricing: Record<string, unknown>): Prices {
  return {
    input: readTokenPrice(pricing.prompt),
    output: readTokenPrice(pricing.completion),
    cacheRead: readTokenPrice(pricing.input_cache_read),
    cacheWrite: readTokenPrice(pricing.input_cache_write),
  };
}
