import { type Cost, isObject, type JsonObject, type JsonValue, type Usage } from "@waygate/core/plugin";

export interface UsageReport {
  readonly usage: Usage;
  readonly cost: Cost | undefined;
}

/**
 * Reads a `usage` object of any service. Returns `undefined` if it has no counts. Services disagree on whether the totals
 * include cached and reasoning tokens; here they do. A count that the service does not report stays out.
 * `reasoningBeside`: the service is known to count reasoning beside the completion.
 */
export function readUsage(raw: unknown, reasoningBeside = false): UsageReport | undefined {
  if (!isObject(raw)) return undefined;
  const prompt = count(raw.prompt_tokens) ?? count(raw.input_tokens);
  const completion = count(raw.completion_tokens) ?? count(raw.output_tokens);
  if (prompt === undefined && completion === undefined) return undefined;
  const promptDetails = isObject(raw.prompt_tokens_details) ? raw.prompt_tokens_details : {};
  const completionDetails = isObject(raw.completion_tokens_details) ? raw.completion_tokens_details : {};
  const cacheRead =
    count(promptDetails.cached_tokens) ??
    count(raw.prompt_cache_hit_tokens) ??
    count(raw.cached_tokens) ??
    count(raw.num_cached_tokens) ??
    count(raw.cache_read_input_tokens);
  const cacheWrite = count(promptDetails.cache_write_tokens) ?? count(raw.cache_creation_input_tokens);
  const reasoning = count(completionDetails.reasoning_tokens) ?? count(raw.reasoning_tokens);
  const total = count(raw.total_tokens);
  const thought = reasoning ?? 0;
  const apart =
    reasoningBeside || (total !== undefined && thought > 0 && total === (prompt ?? 0) + (completion ?? 0) + thought);
  const details = readDetails(raw);
  return {
    usage: {
      input: {
        ...(prompt !== undefined && { total: withSubset(prompt, (cacheRead ?? 0) + (cacheWrite ?? 0), false) }),
        ...(cacheRead !== undefined && { cacheRead }),
        ...(cacheWrite !== undefined && { cacheWrite }),
      },
      output: {
        ...(completion !== undefined && { total: withSubset(completion, thought, apart) }),
        ...(reasoning !== undefined && { reasoning }),
      },
      ...(details !== undefined && { details }),
    },
    cost: readCost(raw),
  };
}

/** Adds a subset to a total that was counted without it, as xAI's reasoning or Anthropic's cache are. */
function withSubset(total: number, subset: number, apart: boolean): number {
  return apart || subset > total ? total + subset : total;
}

/** The fields that are read above, at any depth. */
const read = new Set([
  "prompt_tokens",
  "input_tokens",
  "completion_tokens",
  "output_tokens",
  "total_tokens",
  "cached_tokens",
  "prompt_cache_hit_tokens",
  "num_cached_tokens",
  "cache_read_input_tokens",
  "cache_write_tokens",
  "cache_creation_input_tokens",
  "reasoning_tokens",
  "cost",
]);

/** Returns what else the service reports, such as tokens of audio, without what is empty; `undefined` if it is nothing. */
function readDetails(raw: Record<string, unknown>): JsonObject | undefined {
  let details: Record<string, JsonValue> | undefined;
  for (const [name, value] of Object.entries(raw)) {
    if (read.has(name) || value === null || value === 0 || value === false || value === "") continue;
    const kept = isObject(value) ? readDetails(value) : Array.isArray(value) && value.length === 0 ? undefined : value;
    if (kept === undefined) continue;
    details ??= {};
    details[name] = kept as JsonValue;
  }
  return details;
}

/** Reads a billed cost in USD: `cost` of OpenRouter and others, `cost.total_cost` of Perplexity. */
function readCost(raw: Record<string, unknown>): Cost | undefined {
  const amount = decimal(isObject(raw.cost) ? raw.cost.total_cost : raw.cost);
  return amount === undefined ? undefined : { amount, currency: "USD", source: "billed" };
}

/** Reads a count of tokens. Some services send numbers as text. */
function count(value: unknown): number | undefined {
  const number = decimal(value);
  return number === undefined ? undefined : Math.round(number);
}

function decimal(value: unknown): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) && number >= 0 ? number : undefined;
}
