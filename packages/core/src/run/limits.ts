import type { Cost, Usage } from "../contract/event.ts";
import type { RunEndReason } from "./event.ts";

/** The limits of a run. A limit that is `undefined` is none. */
export interface RunLimits {
  readonly maxSteps: number;
  readonly maxToolCalls: number | undefined;
  readonly budget: Budget | undefined;
}

/** How much all steps of a run may use together. It is checked after each step. */
export interface Budget {
  /**
   * Tokens of input and output together. If a service reports no counts, the run estimates them, about 4 characters a token.
   */
  readonly tokens?: number | undefined;
  /**
   * The cost, in the currency of the prices. It is what the gateway bills or, if it bills nothing, an estimate from the
   * model's prices per token. With several currencies the limit holds for each of them: they are never added together.
   */
  readonly cost?: number | undefined;
  /**
   * What happens to a cost limit if the gateway does not report what it bills and the model's prices are not known. `reject`:
   * the run rejects before any request, with a `GatewayError` of code `budget`. `allow`: only the costs that are known count,
   * and a notice `cost-unknown` says so.
   * @defaultValue `"reject"`
   */
  readonly unknown?: "reject" | "allow" | undefined;
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
