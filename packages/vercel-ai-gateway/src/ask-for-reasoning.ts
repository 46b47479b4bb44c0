import type { JsonObject, NoticeEvent, ReasoningRequest } from "@waygate/core/plugin";
import { effortOfBudget, nearestEffort, readEfforts } from "@waygate/plugin-kit";
import type { ModelFacts } from "./model-facts.ts";
import type { ReasoningOptions } from "./options.ts";

export interface ReasoningAnswer {
  /** The body's `reasoning`; undefined: nothing is said. */
  readonly field: JsonObject | undefined;
  /** Where something else is asked for than was meant. */
  readonly notice?: Omit<NoticeEvent, "type">;
}

/**
 * How a request asks a model to think: `{ enabled: false }` for not at all, `{ effort }`, or `{ enabled: true,
 * max_tokens }`. The gateway turns efforts and budgets into whatever a provider takes; where the list names what a model
 * takes, what is asked for is brought within that, with a notice.
 * Source: vercel.com/docs/ai-gateway/sdks-and-apis/openai-chat-completions/reasoning.
 */
export function askForReasoning(
  asked: ReasoningRequest | undefined,
  options: ReasoningOptions | undefined,
  facts: ModelFacts | undefined,
): ReasoningAnswer {
  const { exclude, ...how } = options ?? {};
  const own = Object.keys(how).length > 0;
  const answer: ReasoningAnswer =
    own || asked === undefined ? { field: own ? (how as JsonObject) : undefined } : ofRequest(asked, facts);
  return exclude === undefined ? answer : { ...answer, field: { ...answer.field, exclude } };
}

function ofRequest(asked: ReasoningRequest, facts: ModelFacts | undefined): ReasoningAnswer {
  if (asked === "off") return { field: facts?.capabilities.reasoning === false ? undefined : { enabled: false } };
  const { budget, efforts } = facts?.reasoning ?? {};
  if ("effort" in asked) {
    const effort = nearestEffort(asked.effort, readEfforts(efforts ?? []));
    return { field: { effort }, ...adjusted(facts, `the effort "${asked.effort}"`, effort === asked.effort, effort) };
  }
  const { budgetTokens } = asked;
  // Claude from 4.7 on refuses budgets: the effort that commonly costs about as much takes their place.
  if (budget === undefined && efforts !== undefined) {
    const effort = nearestEffort(effortOfBudget(budgetTokens), readEfforts(efforts));
    return { field: { effort }, ...adjusted(facts, "a budget to think", false, effort) };
  }
  const within = Math.min(Math.max(budgetTokens, budget?.min ?? 0), budget?.max ?? Number.POSITIVE_INFINITY);
  return {
    field: { enabled: true, max_tokens: within },
    ...adjusted(facts, `a budget of ${budgetTokens} tokens to think`, within === budgetTokens, String(within)),
  };
}

function adjusted(
  facts: ModelFacts | undefined,
  what: string,
  same: boolean,
  instead: string,
): Pick<ReasoningAnswer, "notice"> {
  if (same || facts === undefined) return {};
  return {
    notice: { code: "reasoning-adjusted", message: `${facts.id} does not take ${what}: "${instead}" was asked for.` },
  };
}
