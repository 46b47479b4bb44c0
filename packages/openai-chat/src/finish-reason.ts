import type { FinishReason } from "@waygate/core/plugin";

/** The finish reasons of services. Unknown ones are taken as `stop`, with a notice. */
const reasons: ReadonlyMap<string, FinishReason> = new Map<string, FinishReason>([
  ["stop", "stop"],
  ["end_turn", "stop"],
  ["eos", "stop"],
  ["eos_token", "stop"],
  ["stop_sequence", "stop"],
  ["completed", "stop"],
  ["tool_calls", "tool-calls"],
  ["tool_use", "tool-calls"],
  ["tool_call", "tool-calls"],
  ["function_call", "tool-calls"],
  ["length", "length"],
  ["max_tokens", "length"],
  ["model_length", "length"],
  ["content_filter", "content-filter"],
  ["content_filtered", "content-filter"],
  ["safety", "content-filter"],
  ["guardrail_intervened", "guardrail"],
  ["refusal", "refusal"],
  ["model_context_window_exceeded", "context-overflow"],
]);

/** Finish reasons of answers that failed. */
const failures = new Set(["error", "abort", "insufficient_system_resource"]);

export function finishReason(raw: string): FinishReason | undefined {
  return reasons.get(raw.toLowerCase());
}

export function saysFailed(raw: string): boolean {
  return failures.has(raw.toLowerCase());
}
