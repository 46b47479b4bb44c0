import { type ReasoningEffort, type ReasoningRequest, reasoningEfforts } from "@waygate/core/plugin";

/**
 * Returns the supported effort that is nearest to the one wanted, or the one wanted if no effort is known to be supported.
 *
 * @param rounding `nearest`: of two that are as near, the higher. `down`: the highest that is not above the one wanted, or
 * else the lowest.
 */
export function nearestEffort(
  wanted: ReasoningEffort,
  supported: readonly ReasoningEffort[],
  rounding: "nearest" | "down" = "nearest",
): ReasoningEffort {
  const rank = rankOf(wanted);
  const [lowest = wanted, ...others] = supported.toSorted((a, b) => rankOf(a) - rankOf(b));
  return others.reduce((best, effort) => {
    if (rounding === "down") return rankOf(effort) <= rank ? effort : best;
    return Math.abs(rankOf(effort) - rank) <= Math.abs(rankOf(best) - rank) ? effort : best;
  }, lowest);
}

/** Returns the effort on which services commonly spend about as many tokens, for a service that has no budgets. */
export function effortOfBudget(budgetTokens: number): ReasoningEffort {
  return budgetTokens <= 2048 ? "low" : budgetTokens <= 8192 ? "medium" : "high";
}

/** Returns the request for an effort as settings have it, where `none` means not to think. */
export function reasoningOf(effort: ReasoningEffort | "none" | undefined): ReasoningRequest | undefined {
  if (effort === undefined) return undefined;
  return effort === "none" ? "off" : { effort };
}

/** Returns those of the words that are efforts. Lists of models also name words such as `none`. */
export function readEfforts(words: readonly string[]): readonly ReasoningEffort[] {
  return reasoningEfforts.filter((effort) => words.includes(effort));
}

function rankOf(effort: ReasoningEffort): number {
  return reasoningEfforts.indexOf(effort);
}
