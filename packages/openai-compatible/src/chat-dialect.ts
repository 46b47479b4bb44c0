import {
  type FilePart,
  type JsonObject,
  type ModelRequest,
  mediaAddress,
  type ReasoningRequest,
} from "@waygate/core/plugin";
import { type ChatDialect, plainDialect } from "@waygate/openai-chat";
import { reasoningOf } from "@waygate/plugin-kit";
import { extrasOf } from "./options.ts";
import type { ServiceDialect } from "./service-dialect.ts";
import type { ModelSettings } from "./settings.ts";

/**
 * How a model is spoken to: as its service is, but for the flags of its settings. `extras`: fields for the body, the
 * later ones winning; those of the request itself come after them.
 */
export function chatDialect(
  service: ServiceDialect,
  model: ModelSettings | undefined,
  extras: readonly JsonObject[],
): ChatDialect {
  const flags = model?.capabilities ?? {};
  return {
    ...plainDialect,
    maxTokensParameter: maxTokens(service, flags.max_tokens_parameter),
    systemRole: service.systemRole,
    usageRequest: service.usage,
    parallelToolCalls: flags.parallel_tool_calls === true ? true : undefined,
    promptCacheKey: flags.prompt_cache_key ?? service.promptCacheKey,
    reasoning: (reasoning) => askForReasoning(service, model, reasoning),
    reasoningReplay: replay(service, flags.interleaved_reasoning),
    reasoningReplayEmpty: service.replayEmpty,
    reasoningReplayScope: service.replayScope,
    reasoningTag: model?.reasoning_tag,
    serviceTools: service.serviceTools,
    filePart: service.files === "document_url" ? documentUrl : plainDialect.filePart,
    bodyPatches: (request) => [...extras, ...extrasOf(request)],
  };
}

function maxTokens({ maxTokens }: ServiceDialect, older: boolean | undefined): ServiceDialect["maxTokens"] {
  if (older === undefined) return maxTokens;
  return older ? "max_tokens" : "max_completion_tokens";
}

function replay({ replay }: ServiceDialect, interleaved: boolean | undefined): ServiceDialect["replay"] {
  if (interleaved === undefined) return replay;
  if (!interleaved) return "none";
  return replay === "none" ? "reasoning_content" : replay;
}

function askForReasoning(
  { reasoning: rule }: ServiceDialect,
  model: ModelSettings | undefined,
  asked: ReasoningRequest,
): JsonObject {
  if (asked === "off") {
    return rule.offFor === "where-effort-is-set" && model?.reasoning_effort === undefined ? {} : rule.off;
  }
  return "effort" in asked ? rule.effort(asked.effort) : rule.budget(asked.budgetTokens);
}

/** A document as Mistral takes it: by its address, or by its bytes in place of one. Audio goes as it does elsewhere. */
function documentUrl({ mediaType, source, name }: FilePart): JsonObject | undefined {
  if (mediaType.startsWith("audio/")) return undefined;
  const url = mediaAddress(source, mediaType);
  return { type: "document_url", document_url: url, ...(name === undefined ? {} : { document_name: name }) };
}

/** Fills in what the settings say of the model where the request leaves it open. */
export function withDefaults(request: ModelRequest, settings: ModelSettings | undefined): ModelRequest {
  const reasoning = request.reasoning ?? reasoningOf(settings?.reasoning_effort);
  // `max_completion_tokens`, the newer name, wins.
  const limit = settings?.max_completion_tokens ?? settings?.max_output_tokens;
  return { ...request, reasoning, maxOutputTokens: request.maxOutputTokens ?? limit };
}
