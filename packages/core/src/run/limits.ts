import type { Cost, Usage } from "../contract/event.ts";
import type { RunEndReason } from "./event.ts";

/** What a run may use up. A limit that is undefined is none. */
export interface RunLimits {
  readonly maxSteps: number;
  readonly maxToolCalls: number | undefined;
  readonly budget: Budget | undefined;
}

export interface Budget {
  /** Of input and output together, over all steps. */
  readonly tokens?: number | undefined;
  /** In the currency that the gateway bills in, over all steps. Only what is known of the cost counts. */
  readonly cost?: number | undefined;
}

/** Which limit is reached after so many steps, so that the model is not asked again; undefined where none is. */
export function limitReached(
  limits: RunLimits,
  used: { readonly steps: number; readonly toolCalls: number; readonly usage: Usage; readonly costs: readonly Cost[] },
): RunEndReason | undefined {
  const { tokens, cost } = limits.budget ?? {};
  if (limits.maxToolCalls !== undefined && used.toolCalls >= limits.maxToolCalls) return "max-tool-calls";
  if (tokens !== undefined && total(used.usage) >= tokens) return "budget";
  if (cost !== undefined && used.costs.some(({ amount }) => amount >= cost)) return "budget";
  return used.steps >= limits.maxSteps ? "max-steps" : undefined;
}

/** The tokens that are known. */
function total({ input, output }: Usage): number {
  return (input.total ?? 0) + (output.total ?? 0);
}
