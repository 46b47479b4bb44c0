import { isObject, type JsonObject, type Usage } from "@waygate/core/plugin";

const counts = new Set([
  "inputTokens",
  "outputTokens",
  "totalTokens",
  "cacheReadInputTokens",
  "cacheReadInputTokenCount",
  "cacheWriteInputTokens",
  "cacheWriteInputTokenCount",
]);

/**
 * Reads Bedrock's `usage`. Returns `undefined` if it has no counts. `inputTokens` does not include tokens read from and
 * written to the cache; the input's total here does.
 */
export function readUsage(raw: unknown): Usage | undefined {
  if (!isObject(raw)) return undefined;
  const input = count(raw.inputTokens);
  const output = count(raw.outputTokens);
  if (input === undefined && output === undefined) return undefined;
  const cacheRead = count(raw.cacheReadInputTokens) ?? count(raw.cacheReadInputTokenCount);
  const cacheWrite = count(raw.cacheWriteInputTokens) ?? count(raw.cacheWriteInputTokenCount);
  const details = Object.entries(raw).filter(([name, value]) => !counts.has(name) && isFilled(value));
  return {
    input: {
      ...(input !== undefined && { total: input + (cacheRead ?? 0) + (cacheWrite ?? 0) }),
      ...(cacheRead !== undefined && { cacheRead }),
      ...(cacheWrite !== undefined && { cacheWrite }),
    },
    // Bedrock counts reasoning among the output, and does not report how much it was.
    output: output === undefined ? {} : { total: output },
    ...(details.length > 0 && { details: Object.fromEntries(details) as JsonObject }),
  };
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== null && value !== undefined && value !== 0;
}

function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? Math.round(value) : undefined;
}
