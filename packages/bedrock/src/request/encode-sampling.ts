import type { InferenceConfiguration } from "./converse-input.ts";
import type { Encoding } from "./encode-messages.ts";
import type { ReasoningAnswer } from "./encode-reasoning.ts";

export interface SamplingQuestion {
  readonly temperature: number | undefined;
  readonly topP: number | undefined;
  readonly maxOutputTokens: number | undefined;
  readonly stop: readonly string[] | undefined;
  readonly reasoning: ReasoningAnswer;
  /** Whether the model will think, whoever asked it to. */
  readonly thinking: boolean;
}

/**
 * How the answer is to be drawn. What the model is known to refuse, or refuses together with something else, is left
 * out with a notice: the newest Claude models take no temperature at all, the others none while they think.
 */
export function encodeSampling(question: SamplingQuestion, encoding: Encoding): InferenceConfiguration | undefined {
  const { family, notices, events } = encoding;
  const { reasoning, maxOutputTokens } = question;
  let { temperature, topP } = question;
  const say = (code: string, message: string) => notices.say(code, message, events);
  if (temperature !== undefined && temperature > 1) {
    say("temperature-changed", `Bedrock takes temperatures up to 1: 1 was sent in place of ${temperature}.`);
    temperature = 1;
  }
  const refuses = family.sampling === "none" ? "This model takes" : undefined;
  const thinking =
    question.thinking && (family.sampling === "one" || family.sampling === "both") && claudeLike(encoding);
  const why = refuses ?? (thinking ? "While it thinks, this model takes" : undefined);
  if (why !== undefined && temperature !== undefined && !(thinking && temperature === 1)) {
    say("temperature-dropped", `${why} no temperature: it was left out.`);
    temperature = undefined;
  }
  if (refuses !== undefined && topP !== undefined) {
    say("top-p-dropped", `${refuses} no topP: it was left out.`);
    topP = undefined;
  } else if (thinking && topP !== undefined && topP < 0.95) {
    say("top-p-dropped", "While it thinks, this model takes no topP below 0.95: it was left out.");
    topP = undefined;
  }
  if (family.sampling === "one" && temperature !== undefined && topP !== undefined) {
    say("top-p-dropped", "This model takes a temperature or a topP, not both: the topP was left out.");
    topP = undefined;
  }
  if (reasoning.alone === true && (temperature ?? topP ?? maxOutputTokens) !== undefined) {
    say("sampling-dropped", "At its highest effort this model takes neither temperature nor topP nor a limit.");
    temperature = topP = undefined;
  }
  const stop = (question.stop ?? []).filter((text) => text !== "");
  const config: InferenceConfiguration = {
    ...(maxOutputTokens !== undefined && reasoning.alone !== true && { maxTokens: maxOutputTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(stop.length > 0 && { stopSequences: stop }),
  };
  return Object.keys(config).length === 0 ? undefined : config;
}

/** Anthropic's rules on thinking; other makers' models take a temperature while they think. */
function claudeLike({ family }: Encoding): boolean {
  return family.reasoning.kind === "budget" || family.reasoning.kind === "adaptive";
}
