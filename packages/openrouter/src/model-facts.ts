import { isObject } from "@waygate/core/plugin";

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

export interface Prices {
  readonly input: number | undefined;
  readonly output: number | undefined;
  readonly cacheRead: number | undefined;
  readonly cacheWrite: number | undefined;
}

/** Reads the answer of `/models` or `/models/user`; undefined where it is none. Entries that are no model are left out. */
export function readModels(answer: unknown): readonly ModelFacts[] | undefined {
  if (!isObject(answer) || !Array.isArray(answer.data)) return undefined;
  return answer.data.map(readModel).filter((facts) => facts !== undefined);
}

function readModel(entry: unknown): ModelFacts | undefined {
  const id = isObject(entry) ? text(entry.id) : undefined;
  if (!isObject(entry) || id === undefined) return undefined;
  const architecture = isObject(entry.architecture) ? entry.architecture : {};
  const outputModalities = texts(architecture.output_modalities);
  // Models that draw or embed, and nothing else, cannot hold a conversation.
  if (outputModalities !== undefined && !outputModalities.includes("text")) return undefined;
  const top = isObject(entry.top_provider) ? entry.top_provider : {};
  return {
    id,
    canonicalId: text(entry.canonical_slug),
    name: text(entry.name) ?? id,
    contextWindow: count(entry.context_length) ?? count(top.context_length),
    maxOutputTokens: count(top.max_completion_tokens),
    inputModalities: texts(architecture.input_modalities),
    outputModalities,
    supportedParameters: texts(entry.supported_parameters),
    reasoning: isObject(entry.reasoning) ? readReasoning(entry.reasoning) : undefined,
    prices: readPrices(isObject(entry.pricing) ? entry.pricing : {}),
  };
}

function readReasoning(reasoning: Record<string, unknown>): ReasoningFacts {
  return {
    efforts: texts(reasoning.supported_efforts),
    defaultEffort: text(reasoning.default_effort),
    byDefault: typeof reasoning.default_enabled === "boolean" ? reasoning.default_enabled : undefined,
    mandatory: reasoning.mandatory === true,
    budget: reasoning.supports_max_tokens === true,
  };
}

function readPrices(pricing: Record<string, unknown>): Prices {
  return {
    input: perMillion(pricing.prompt),
    output: perMillion(pricing.completion),
    cacheRead: perMillion(pricing.input_cache_read),
    cacheWrite: perMillion(pricing.input_cache_write),
  };
}

/** Prices come as text, in USD per token; -1 stands for one that depends on what answers. */
function perMillion(value: unknown): number | undefined {
  const price = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof price !== "number" || !Number.isFinite(price) || price < 0) return undefined;
  return Number((price * 1e6).toPrecision(12));
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function texts(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : undefined;
}

function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? Math.floor(value) : undefined;
}
