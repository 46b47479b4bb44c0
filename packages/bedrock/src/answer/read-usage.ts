import { isObject, type Usage } from "@waygate/core/plugin";

/**
 * Reads Bedrock's `usage`; undefined where it holds no counts. Tokens read from and written to the cache stand beside
 * `inputTokens` there, and are among the input's total here.
 */
export function readUsage(raw: unknown): Usage | undefined {
  if (!isObject(raw)) return undefined;
  const input = count(raw.inputTokens);
  const output = count(raw.outputTokens);
  if (input === undefined && output === undefined) return undefined;
  const cacheRead = count(raw.cacheReadInputTokens) ?? count(raw.cacheReadInputTokenCount) ?? 0;
  const cacheWrite = count(raw.cacheWriteInputTokens) ?? count(raw.cacheWriteInputTokenCount) ?? 0;
  return {
    input: { total: (input ?? 0) + cacheRead + cacheWrite, cacheRead, cacheWrite },
    // Bedrock counts reasoning among the output, and does not say how much of it that was.
    output: { total: output ?? 0, reasoning: 0 },
  };
}

function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? Math.round(value) : undefined;
}
