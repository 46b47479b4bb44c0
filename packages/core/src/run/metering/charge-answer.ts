import type { Cost, NoticeEvent, Usage } from "../../contract/event.ts";
import type { AssistantMessage, Message } from "../../contract/message.ts";
import type { ToolSpec } from "../../contract/request.ts";
import type { MessageFold } from "../../stream/fold.ts";
import { unknownUsage } from "../../stream/usage-sum.ts";
import { estimateCost } from "./estimate-cost.ts";
import { estimateInput, estimateMessage } from "./estimate-tokens.ts";
import { knownPricing, type PaidModel } from "./known-pricing.ts";
import type { Meter } from "./meter.ts";

/** The request of an answer, as far as its tokens are estimated. */
export interface SentRequest {
  readonly messages: readonly Message[];
  readonly tools: readonly ToolSpec[];
}

/** What an answer used and cost, as reported and, if the service reports nothing, as estimated. */
export interface Charge {
  readonly usage: Usage | undefined;
  /** One for each currency. */
  readonly costs: readonly Cost[];
  /** What is not in these figures. */
  readonly notices: readonly NoticeEvent[];
}

/** Returns what an answer of a model used and cost. Without the request, usage that is not reported stays unknown. */
export function chargeAnswer(fold: MessageFold, model: PaidModel, meter: Meter, sent?: SentRequest): Charge {
  const usage = sent !== undefined && meter.hasBudget ? completeUsage(fold, sent) : fold.usage;
  if (fold.costs.length > 0 || usage === undefined) return { usage, costs: fold.costs, notices: [] };
  const cost = estimateCost(usage, knownPricing(model));
  if (cost === undefined) return { usage, costs: [], notices: meter.costUnknown(model) };
  return { usage, costs: [cost], notices: hasFees(fold.message()) ? meter.feesUnknown(model) : [] };
}

/** Returns the usage with estimates for the totals that the service did not report. An answer that never began used nothing. */
function completeUsage(fold: MessageFold, { messages, tools }: SentRequest): Usage | undefined {
  const { usage = unknownUsage } = fold;
  const { input, output } = usage;
  if (input.total !== undefined && output.total !== undefined) return usage;
  const message = fold.message();
  if (fold.usage === undefined && message.content.length === 0) return undefined;
  // A total includes the parts of it that were reported.
  const cached = (input.cacheRead ?? 0) + (input.cacheWrite ?? 0);
  return {
    ...usage,
    input: { ...input, total: input.total ?? Math.max(cached, estimateInput(messages, tools)) },
    output: { ...output, total: output.total ?? Math.max(output.reasoning ?? 0, estimateMessage(message)) },
    estimated: true,
  };
}

/** Services charge for searches, for code that they run and for media besides the tokens. */
function hasFees({ content }: AssistantMessage): boolean {
  return content.some((part) => part.type === "media" || (part.type === "tool-call" && part.executor === "service"));
}
