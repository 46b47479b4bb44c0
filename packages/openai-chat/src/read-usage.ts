import { type Cost, isObject, type Usage } from "@waygate/core/plugin";

export interface UsageReport {
  readonly usage: Usage;
  readonly cost: Cost | undefined;
}

/**
 * Reads a `usage` object, whoever wrote it. Undefined where it holds no counts. Services disagree on whether cached
 * and reasoning tokens are within the totals; what comes out has them within. `reasoningBeside`: reasoning is known to
 * be counted beside the completion.
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
    count(raw.cache_read_input_tokens) ??
    0;
  const cacheWrite = count(promptDetails.cache_write_tokens) ?? count(raw.cache_creation_input_tokens) ?? 0;
  const reasoning = count(completionDetails.reasoning_tokens) ?? count(raw.reasoning_tokens) ?? 0;
  const input = withSubset(prompt ?? 0, cacheRead + cacheWrite, false);
  const total = count(raw.total_tokens);
  const apart =
    reasoningBeside ||
    (total !== undefined && reasoning > 0 && total === (prompt ?? 0) + (completion ?? 0) + reasoning);
  const output = withSubset(completion ?? 0, reasoning, apart);
  return {
    usage: { input: { total: input, cacheRead, cacheWrite }, output: { total: output, reasoning } },
    cost: readCost(raw),
  };
}

/** A total that does not cover its own subset was counted without it (xAI's reasoning, Anthropic's cache). */
function withSubset(total: number, subset: number, apart: boolean): number {
  return apart || subset > total ? total + subset : total;
}

/** OpenRouter and others bill in `cost`, a number of dollars; Perplexity in `cost.total_cost`. */
function readCost(raw: Record<string, unknown>): Cost | undefined {
  const amount = decimal(isObject(raw.cost) ? raw.cost.total_cost : raw.cost);
  return amount === undefined ? undefined : { amount, currency: "USD", source: "billed" };
}

/** A count of tokens; some services write numbers as text. */
function count(value: unknown): number | undefined {
  const number = decimal(value);
  return number === undefined ? undefined : Math.round(number);
}

function decimal(value: unknown): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) && number >= 0 ? number : undefined;
}
