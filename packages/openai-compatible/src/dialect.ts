import type { ModelRequest, ReasoningRequest } from "@waygate/core/plugin";
import { type ChatDialect, plainDialect, reasoningEffort } from "@waygate/openai-chat";
import type { ModelSettings } from "./settings.ts";

/** How a model is spoken to, from its flags. One that the settings do not name is spoken to plainly. */
export function dialectOf(settings: ModelSettings | undefined): ChatDialect {
  if (settings === undefined) return plainDialect;
  const { capabilities } = settings;
  return {
    ...plainDialect,
    maxTokensParameter: capabilities.max_tokens_parameter ? "max_tokens" : "max_completion_tokens",
    parallelToolCalls: capabilities.parallel_tool_calls ? true : undefined,
    promptCacheKey: capabilities.prompt_cache_key,
    reasoningReplay: capabilities.interleaved_reasoning ? "reasoning_content" : "none",
    reasoning: (reasoning: ReasoningRequest) => {
      // Servers that know no effort refuse even "none": it is sent only to models that were given an effort.
      if (reasoning === "off" && settings.reasoning_effort === undefined) return {};
      return reasoningEffort(reasoning);
    },
  };
}

/** Fills in what the settings say of the model where the request leaves it open. */
export function withDefaults(
  request: ModelRequest,
  settings: ModelSettings | undefined,
  limit: number | undefined,
): ModelRequest {
  const effort = settings?.reasoning_effort;
  const reasoning = request.reasoning ?? (effort === undefined ? undefined : effort === "none" ? "off" : { effort });
  return { ...request, reasoning, maxOutputTokens: request.maxOutputTokens ?? limit };
}
