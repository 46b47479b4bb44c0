import type { FinishReason } from "@waygate/core/plugin";

/** What Bedrock says when an answer ends. Words that are not here are taken as `stop`, with a notice. */
const reasons: ReadonlyMap<string, FinishReason> = new Map<string, FinishReason>([
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["tool_use", "tool-calls"],
  ["max_tokens", "length"],
  ["content_filtered", "content-filter"],
  ["guardrail_intervened", "guardrail"],
  ["model_context_window_exceeded", "context-overflow"],
  ["refusal", "refusal"],
]);

const failures: ReadonlySet<string> = new Set(["malformed_tool_use", "malformed_model_output"]);

/** Returns whether a stop reason says that the answer failed, and that asking again may help. */
export function saysFailed(raw: string): boolean {
  return failures.has(raw);
}

export function finishReason(raw: string): FinishReason | undefined {
  return reasons.get(raw);
}

/**
 * Whether an answer that ended so had come to its own end, so that all of its blocks have to be whole. A refusal has not:
 * it comes wherever the answer was when it was found to be wrong.
 */
export function endsWhole(reason: FinishReason): boolean {
  return reason === "stop" || reason === "tool-calls";
}
