import { type JsonObject, type ReasoningEffort, reasoningEfforts } from "@waygate/core/plugin";
import { effortOfBudget, nearestEffort } from "@waygate/plugin-kit";

/** How a service is asked to think, or not to. */
export interface ReasoningRule {
  /** The fields that it sends, for people. */
  readonly fields: string;
  readonly effort: (effort: ReasoningEffort) => JsonObject;
  /** `budgetTokens`: what the model may spend on thinking. Where a service knows no budget, the effort that costs about as much. */
  readonly budget: (budgetTokens: number) => JsonObject;
  /** What is sent to turn thinking off. Empty where the service has no word for it. */
  readonly off: JsonObject;
  /**
   * Whom `off` is sent to. `every-model`: it does no harm to a model that does not think. `where-effort-is-set`: models
   * that do not think refuse it, so it is sent only to those whose settings name a `reasoning_effort`.
   */
  readonly offFor: "every-model" | "where-effort-is-set";
}

const budgets: Readonly<Record<ReasoningEffort, number>> = {
  minimal: 1024,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 24_576,
  max: 32_000,
};

interface Known {
  /** The efforts that the service takes. Default: all. */
  readonly efforts?: readonly ReasoningEffort[];
}

/** `reasoning_effort`, as OpenAI has it. `also`: sent with every request to think. */
export function byEffort({
  efforts = reasoningEfforts,
  off = true,
  also = {},
}: Known & { off?: boolean; also?: JsonObject } = {}) {
  const effort = (asked: ReasoningEffort) => ({ reasoning_effort: nearestEffort(asked, efforts), ...also });
  return {
    fields: "`reasoning_effort`",
    effort,
    budget: (budgetTokens) => effort(effortOfBudget(budgetTokens)),
    off: off ? { reasoning_effort: "none" } : {},
    offFor: "where-effort-is-set",
  } satisfies ReasoningRule;
}

/** `thinking: {type}` beside `reasoning_effort`. `also`: further fields of `thinking`. */
export function byThinkingType({ efforts = reasoningEfforts, also = {} }: Known & { also?: JsonObject } = {}) {
  const effort = (asked: ReasoningEffort) => ({
    thinking: { type: "enabled", ...also },
    reasoning_effort: nearestEffort(asked, efforts),
  });
  return {
    fields: "`thinking.type`, `reasoning_effort`",
    effort,
    budget: (budgetTokens) => effort(effortOfBudget(budgetTokens)),
    off: { thinking: { type: "disabled" } },
    offFor: "every-model",
  } satisfies ReasoningRule;
}

/** `thinking: {type, budget_tokens}`, as Anthropic has it. An effort becomes a budget. */
export function byThinkingBudget() {
  const budget = (tokens: number) => ({ thinking: { type: "enabled", budget_tokens: tokens } });
  return {
    fields: "`thinking.type`, `thinking.budget_tokens`",
    effort: (asked) => budget(budgets[asked]),
    budget,
    off: { thinking: { type: "disabled" } },
    offFor: "where-effort-is-set",
  } satisfies ReasoningRule;
}

/** `enable_thinking` and `thinking_budget`. From `high` on an effort sets no budget: the model's own limit holds. */
export function byEnableThinking() {
  const budget = (tokens: number) => ({ enable_thinking: true, thinking_budget: tokens });
  return {
    fields: "`enable_thinking`, `thinking_budget`",
    effort: (asked) => (budgets[asked] < budgets.high ? budget(budgets[asked]) : { enable_thinking: true }),
    budget,
    off: { enable_thinking: false },
    offFor: "every-model",
  } satisfies ReasoningRule;
}

/**
 * `chat_template_kwargs`, which the model's own template reads, beside `reasoning_effort`. Templates call the switch
 * `enable_thinking` (Qwen, GLM) or `thinking` (DeepSeek, Granite, Kimi), and pass over a name that they do not know.
 */
export function byChatTemplate({ efforts = reasoningEfforts }: Known = {}) {
  const template = (thinking: boolean) => ({ chat_template_kwargs: { enable_thinking: thinking, thinking } });
  const effort = (asked: ReasoningEffort) => ({ ...template(true), reasoning_effort: nearestEffort(asked, efforts) });
  return {
    fields: "`chat_template_kwargs`, `reasoning_effort`",
    effort,
    budget: (budgetTokens) => effort(effortOfBudget(budgetTokens)),
    off: template(false),
    offFor: "every-model",
  } satisfies ReasoningRule;
}

/** `reasoning: {enabled}` beside `reasoning_effort`. */
export function byReasoningEnabled({ efforts = reasoningEfforts }: Known = {}) {
  const effort = (asked: ReasoningEffort) => ({
    reasoning: { enabled: true },
    reasoning_effort: nearestEffort(asked, efforts),
  });
  return {
    fields: "`reasoning.enabled`, `reasoning_effort`",
    effort,
    budget: (budgetTokens) => effort(effortOfBudget(budgetTokens)),
    off: { reasoning: { enabled: false } },
    offFor: "where-effort-is-set",
  } satisfies ReasoningRule;
}

/** `reasoning: {effort}` or `reasoning: {max_tokens}`. */
export function byReasoningObject({ efforts = reasoningEfforts }: Known = {}) {
  return {
    fields: "`reasoning.effort`, `reasoning.max_tokens`",
    effort: (asked) => ({ reasoning: { effort: nearestEffort(asked, efforts) } }),
    budget: (tokens) => ({ reasoning: { max_tokens: tokens } }),
    off: {},
    offFor: "every-model",
  } satisfies ReasoningRule;
}

/** `reasoning_effort`, or a budget in Google's own `extra_body`, which the wire really calls so. */
export function byGoogle({ efforts = reasoningEfforts }: Known = {}) {
  return {
    fields: "`reasoning_effort`, `extra_body.google.thinking_config`",
    effort: (asked) => ({ reasoning_effort: nearestEffort(asked, efforts) }),
    budget: (tokens) => ({ extra_body: { google: { thinking_config: { thinking_budget: tokens } } } }),
    off: { reasoning_effort: "none" },
    offFor: "where-effort-is-set",
  } satisfies ReasoningRule;
}
