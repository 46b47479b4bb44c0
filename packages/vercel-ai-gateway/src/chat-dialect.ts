import type { JsonObject } from "@waygate/core/plugin";
import { type ChatDialect, plainDialect } from "@waygate/openai-chat";
import type { CapabilityFlags } from "@waygate/plugin-kit/settings";
import { readEnd } from "./read-end.ts";

/** What a request's body has beyond plain chat completions. */
export interface BodyPlan {
  readonly model: string;
  readonly flags: CapabilityFlags;
  /** The parameters that the model's requests may have, where the list says. */
  readonly supportedParameters: readonly string[] | undefined;
  readonly fields: JsonObject;
  /** Merged into the finished body; null removes a field. */
  readonly extra: JsonObject | undefined;
}

/** How the gateway's chat completions differ from plain ones, for one request. */
export function chatDialect(plan: BodyPlan): ChatDialect {
  const { flags, supportedParameters } = plan;
  return {
    ...plainDialect,
    maxTokensParameter: maxTokensParameter(plan),
    parallelToolCalls: flags.parallel_tool_calls === true ? true : undefined,
    promptCacheKey: flags.prompt_cache_key ?? supportedParameters?.includes("prompt_cache_key") ?? false,
    // Among the fields: options have a word in it, too.
    reasoning: () => ({}),
    reasoningReplay: flags.interleaved_reasoning === false ? "none" : "reasoning_details",
    reasoningTextBeside: flags.interleaved_reasoning === true,
    extraBody: () => plan.fields,
    bodyPatches: () => (plan.extra === undefined ? [] : [plan.extra]),
    readEnd,
  };
}

/** The gateway documents `max_tokens`; OpenAI's newer models were recorded with the newer name. */
function maxTokensParameter({ model, flags }: BodyPlan): ChatDialect["maxTokensParameter"] {
  const older = flags.max_tokens_parameter ?? !model.startsWith("openai/");
  return older ? "max_tokens" : "max_completion_tokens";
}
