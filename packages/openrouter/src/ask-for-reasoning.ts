import type { JsonObject, ReasoningRequest } from "@waygate/core/plugin";
import type { ModelMode } from "@waygate/plugin-kit/settings";
import type { ModelFacts } from "./model-facts.ts";
import type { ReasoningOptions } from "./open-router-options.ts";

export interface ReasoningQuestion {
  /** How the model thinks where nobody says. */
  readonly mode: ModelMode | undefined;
  /** What the settings say of the model. */
  readonly settings: ReasoningOptions | undefined;
  /** What the request asks for. */
  readonly asked: ReasoningRequest | undefined;
  /** What its options add. */
  readonly options: ReasoningOptions | undefined;
  readonly facts: ModelFacts | undefined;
  /** The limit on the answer, in tokens, thoughts included. */
  readonly limit: number | undefined;
}

export interface ReasoningAnswer {
  /** The body's `reasoning`; undefined: nothing is asked for. */
  readonly field: JsonObject | undefined;
  /** What could not be asked for as it was meant. */
  readonly notice: Notice | undefined;
}

interface Notice {
  readonly code: string;
  readonly message: string;
}

interface Said {
  readonly field?: ReasoningOptions;
  readonly notice?: Notice;
}

/** The least that providers take as a budget of thinking, in tokens. Source: openrouter.ai/docs, reasoning tokens. */
const leastBudget = 1024;

/**
 * How a request asks a model to think, or not to: the mode of the model first, then what the settings say, what the
 * request asks for, and its options, each over the one before.
 * Source: openrouter.ai/docs/guides/best-practices/reasoning-tokens.
 */
export function askForReasoning(question: ReasoningQuestion): ReasoningAnswer {
  const { settings, asked, options } = question;
  const unsaid = asked === undefined && !saysHowMuch(settings) && !saysHowMuch(options);
  const byMode = unsaid ? ofMode(question.mode, question.limit) : {};
  const byRequest = asked === undefined ? {} : ofRequest(asked, question.facts);
  // Of a request that says not to think, where that cannot be said, no amount is left over from the settings either.
  const below = asked === undefined ? settings : withoutAmount(settings);
  const layers = [byMode.field, below, byRequest.field, options].filter((layer) => layer !== undefined);
  const field = layers.reduce<ReasoningOptions>(layReasoning, {});
  return { field: Object.keys(field).length === 0 ? undefined : field, notice: byRequest.notice ?? byMode.notice };
}

/** Lays one way of asking over another. There is one word for how much: a later one takes the place of all earlier. */
export function layReasoning(below: ReasoningOptions, above: ReasoningOptions): ReasoningOptions {
  return { ...(saysHowMuch(above) ? withoutAmount(below) : below), ...above };
}

function saysHowMuch(options: ReasoningOptions | undefined): boolean {
  return options?.effort !== undefined || options?.max_tokens !== undefined || options?.enabled !== undefined;
}

function withoutAmount(options: ReasoningOptions = {}): ReasoningOptions {
  const { effort: _, max_tokens: __, enabled: ___, ...rest } = options;
  return rest;
}

function ofRequest(asked: ReasoningRequest, facts: ModelFacts | undefined): Said {
  if (asked !== "off") {
    return { field: "effort" in asked ? { effort: asked.effort } : { max_tokens: asked.budgetTokens } };
  }
  if (facts?.reasoning?.mandatory === true) {
    const message = `${facts.id} always thinks: it cannot be told not to.`;
    return { notice: { code: "reasoning-mandatory", message } };
  }
  // Where all parameters must be supported, even "none" would shut out every provider of a model that does not think.
  const thinks = facts?.supportedParameters?.includes("reasoning") !== false;
  return thinks ? { field: { effort: "none" } } : {};
}

function ofMode(mode: ModelMode | undefined, limit: number | undefined): Said {
  if (mode === undefined || mode.type === "default") return {};
  // Without a budget, models that can decide for themselves how much to think do.
  if (mode.type === "adaptive" || mode.budget_tokens === undefined) return { field: { enabled: true } };
  const budget = mode.budget_tokens;
  if (limit === undefined || budget < limit) return { field: { max_tokens: budget } };
  // Thoughts count as output: a budget that leaves no room for an answer is refused.
  const lower = Math.max(leastBudget, Math.floor(limit / 2));
  const code = "thinking-budget-reduced";
  if (lower >= limit) {
    const message = `An answer of at most ${limit} tokens leaves no room to think: the model's mode was not asked for.`;
    return { notice: { code, message } };
  }
  const message = `The budget of ${budget} tokens to think was reduced to ${lower}, as the answer may have ${limit} in all.`;
  return { field: { max_tokens: lower }, notice: { code, message } };
}
