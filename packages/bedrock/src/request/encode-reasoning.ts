import {
  type JsonObject,
  type Message,
  type ReasoningEffort,
  type ReasoningRequest,
  reasoningEfforts,
} from "@waygate/core/plugin";
import { nearestEffort } from "@waygate/plugin-kit";
import type { ReasoningStyle } from "../models/family.ts";

export interface ReasoningQuestion {
  readonly asked: ReasoningRequest | undefined;
  readonly style: ReasoningStyle;
  readonly maxOutputTokens: number | undefined;
  /** What the model can output at most, which is what it may where nothing is asked; undefined: not known. */
  readonly outputLimit: number | undefined;
  /** Whether the model is told to call a tool, which leaves it no room to think. */
  readonly forced: boolean;
  readonly messages: readonly Message[];
  readonly govCloud: boolean;
}

export interface ReasoningAnswer {
  /** For `additionalModelRequestFields`. */
  readonly fields: JsonObject;
  /** Whether the model will think, so that other fields are not free any more. */
  readonly on: boolean;
  /** Nova at its highest effort takes no other word on its answer. */
  readonly alone?: boolean;
  readonly notices: readonly (readonly [code: string, message: string])[];
}

/** Tokens to think with, where a model takes a budget and a request names an effort. */
const budgets: Readonly<Record<ReasoningEffort, number>> = {
  minimal: 1_024,
  low: 4_096,
  medium: 10_000,
  high: 24_000,
  xhigh: 32_000,
  max: 48_000,
};
/** What Anthropic takes at least. */
const leastBudget = 1_024;
/** What every model can output that thinks by a budget, for one whose limit is not known. */
const leastOutput = 32_000;

const nothing: ReasoningAnswer = { fields: {}, on: false, notices: [] };

/** How a request to think is put for a model. What cannot be put is said in a notice. */
export function encodeReasoning(question: ReasoningQuestion): ReasoningAnswer {
  const { asked, style, forced } = question;
  if (asked === undefined) return nothing;
  if (asked === "off") return off(style);
  if (forced && (style.kind === "budget" || style.kind === "adaptive")) {
    return noticed("reasoning-dropped", "A model that has to call a tool cannot think before it: it was not asked to.");
  }
  switch (style.kind) {
    case "none":
      return noticed(
        "reasoning-ignored",
        'How this model is asked to think is not known: set "thinking" or "base_model".',
      );
    case "always":
      return noticed("reasoning-effort-ignored", "This model thinks as much as it sees fit; how much cannot be asked.");
    case "budget":
      if ("budgetTokens" in asked) return budget(question, asked.budgetTokens);
      if (style.defaultBudget !== undefined) return budget(question, style.defaultBudget);
      return budget({ ...question, outputLimit: question.outputLimit ?? leastOutput }, budgets[asked.effort]);
    case "adaptive":
      return adaptive(question, style, asked);
    case "nova":
      return nova(effortOf(asked));
    case "effort-field":
      return levels(effortOf(asked), (effort) => ({ [style.field]: effort }));
  }
}

function off(style: ReasoningStyle): ReasoningAnswer {
  if (style.kind === "nova") return { ...nothing, fields: { reasoningConfig: { type: "disabled" } } };
  if (style.kind === "adaptive" && style.off === "disabled") {
    return { ...nothing, fields: { thinking: { type: "disabled" } } };
  }
  const never =
    style.kind === "always" ||
    (style.kind === "adaptive" && style.off === "never") ||
    // OpenAI's open models know no effort below low.
    (style.kind === "effort-field" && style.field === "reasoning_effort");
  return never ? noticed("reasoning-always-on", "This model always thinks; it cannot be asked not to.") : nothing;
}

function budget({ maxOutputTokens, outputLimit, messages }: ReasoningQuestion, wanted: number): ReasoningAnswer {
  if (startsUnsigned(messages)) {
    return noticed(
      "reasoning-dropped",
      "The model cannot go on thinking: its earlier calls of tools come without the reasoning that they began with.",
    );
  }
  const room = (maxOutputTokens ?? outputLimit ?? Number.POSITIVE_INFINITY) - 1;
  const tokens = Math.min(Math.max(wanted, leastBudget), room);
  if (tokens < leastBudget) {
    const words = `An answer of ${maxOutputTokens} tokens leaves no room to think, which takes ${leastBudget} at least.`;
    return noticed("reasoning-dropped", words);
  }
  const fields = { thinking: { type: "enabled", budget_tokens: tokens } };
  const shortened =
    tokens < wanted ? `The budget to think was cut to ${tokens}: it is part of the answer's tokens.` : "";
  return { fields, on: true, notices: shortened === "" ? [] : [["reasoning-budget-changed", shortened]] };
}

function adaptive(
  question: ReasoningQuestion,
  style: ReasoningStyle & { readonly kind: "adaptive" },
  asked: Exclude<ReasoningRequest, "off">,
): ReasoningAnswer {
  if ("budgetTokens" in asked && style.budget) return budget(question, asked.budgetTokens);
  const wanted = effortOf(asked);
  const effort = nearestEffort(wanted, style.efforts, "down");
  const notices: [string, string][] = [];
  if ("budgetTokens" in asked) {
    notices.push([
      "reasoning-budget-changed",
      `This model takes no budget: it was asked to think with effort ${effort}.`,
    ]);
  } else if (effort !== wanted) {
    notices.push(["reasoning-effort-changed", `This model knows no effort ${wanted}: it was asked for ${effort}.`]);
  }
  // GovCloud refuses the word; elsewhere newer models hide their thoughts without it.
  const display = style.display && !question.govCloud ? { display: "summarized" } : {};
  return { fields: { thinking: { type: "adaptive", ...display }, output_config: { effort } }, on: true, notices };
}

function nova(effort: ReasoningEffort): ReasoningAnswer {
  const answer = levels(effort, (level) => ({ reasoningConfig: { type: "enabled", maxReasoningEffort: level } }));
  return { ...answer, alone: nearestEffort(effort, ["low", "medium", "high"], "down") === "high" };
}

function levels(wanted: ReasoningEffort, fields: (effort: ReasoningEffort) => JsonObject): ReasoningAnswer {
  const effort = nearestEffort(wanted, ["low", "medium", "high"], "down");
  const changed = `This model knows no effort ${wanted}: it was asked for ${effort}.`;
  return {
    fields: fields(effort),
    on: true,
    notices: effort === wanted ? [] : [["reasoning-effort-changed", changed]],
  };
}

/** The effort that stands for a budget. */
function effortOf(asked: Exclude<ReasoningRequest, "off">): ReasoningEffort {
  if ("effort" in asked) return asked.effort;
  return reasoningEfforts.findLast((effort) => budgets[effort] <= asked.budgetTokens) ?? "minimal";
}

/**
 * Whether the turn under way began without signed reasoning: held with another model, or without thinking. Claude
 * refuses to think on within such a turn where it is given a budget.
 */
function startsUnsigned(messages: readonly Message[]): boolean {
  if (messages[messages.length - 1]?.role !== "tool") return false;
  const turn = messages.slice(messages.findLastIndex((message) => message.role === "user") + 1);
  // Only the first can tell: without interleaved thinking, the calls that follow come without any thoughts.
  const first = turn.find(
    (message) => message.role === "assistant" && message.content.some((part) => part.type === "tool-call"),
  );
  if (first?.role !== "assistant") return false;
  return !first.content.some((part) => part.type === "reasoning" && part.state !== undefined);
}

function noticed(code: string, message: string): ReasoningAnswer {
  return { ...nothing, notices: [[code, message]] };
}
