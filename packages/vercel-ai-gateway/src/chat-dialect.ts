import { type JsonObject, mergeJson } from "@waygate/core/plugin";
import { type ChatDialect, plainDialect } from "@waygate/openai-chat";
import { readEnd } from "./read-end.ts";
import type { CapabilityFlags } from "./settings.ts";

/** What a request's body has beyond plain chat completions. */
export interface BodyPlan {
  readonly model: string;
  readonly flags: CapabilityFlags;
  /** The parameters that the model's requests may have, where the list says. */
  readonly supportedParameters: readonly string[] | undefined;
  readonly fields: JsonObject;
  /** Merged in last; null removes. */
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
    toolResultImages: "parts",
    extraBody: (_request, body) => complete(body, plan),
    readEnd,
  };
}

/** The gateway documents `max_tokens`; OpenAI's newer models were recorded with the newer name. */
function maxTokensParameter({ model, flags }: BodyPlan): ChatDialect["maxTokensParameter"] {
  const older = flags.max_tokens_parameter ?? !model.startsWith("openai/");
  return older ? "max_tokens" : "max_completion_tokens";
}

/** What is added to the body that the codec has made, or takes the place of its fields. */
function complete(body: JsonObject, { fields, extra }: BodyPlan): JsonObject {
  if (extra === undefined) return fields;
  const before = { ...body, ...fields };
  const merged = mergeJson(before, extra, "remove");
  // Undefined takes the place of what was removed; JSON leaves it out.
  const removed = Object.keys(before).filter((key) => !Object.hasOwn(merged, key));
  return Object.assign(Object.fromEntries(removed.map((key) => [key, undefined])), merged) as JsonObject;
}
