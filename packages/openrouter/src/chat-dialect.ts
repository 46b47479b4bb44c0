import type { JsonObject, JsonSchema, JsonValue, ModelRequest } from "@waygate/core/plugin";
import { type ChatDialect, plainDialect } from "@waygate/openai-chat";
import { filePart } from "./file-part.ts";
import { isStrict } from "./is-strict.ts";
import { type CacheMark, markPrompt } from "./mark-prompt.ts";
import type { ServerTool } from "./open-router-plugin.ts";

/**
 * The tools that OpenRouter runs itself.
 * Source: https://openrouter.ai/docs/guides/features/server-tools, read in November 2026.
 */
export const serviceTools = [
  "openrouter:web_search",
  "openrouter:web_fetch",
  "openrouter:datetime",
  "openrouter:image_generation",
] as const;

/** What a request's body has beyond plain chat completions. */
export interface BodyPlan {
  readonly fields: JsonObject;
  /** Merged into the finished body; null removes a field. */
  readonly extra: JsonObject | undefined;
  readonly serverTools: readonly ServerTool[];
  /** What places of the prompt are marked with; undefined: none are. */
  readonly cacheMark: CacheMark | undefined;
  readonly maxTokensParameter: ChatDialect["maxTokensParameter"];
  /** Whether reasoning is kept with the model that gave it. */
  readonly keepModel: boolean;
  readonly replayScope: ChatDialect["reasoningReplayScope"];
}

/** How OpenRouter's chat completions differ from plain ones, for one request. */
export function chatDialect(plan: BodyPlan): ChatDialect {
  return {
    ...plainDialect,
    maxTokensParameter: plan.maxTokensParameter,
    // Asked for in OpenRouter's own way, below.
    usageRequest: "none",
    reasoning: () => ({}),
    reasoningReplay: "reasoning_details",
    reasoningKeepsModel: plan.keepModel,
    reasoningReplayScope: plan.replayScope,
    serviceTools,
    filePart,
    extraBody: (request, body) => complete(request, body, plan),
    bodyPatches: () => (plan.extra === undefined ? [] : [plan.extra]),
  };
}

/** What is added to the body that the codec has made, or takes the place of its fields. */
function complete(request: ModelRequest, body: JsonObject, plan: BodyPlan): JsonObject {
  const own = listOf(body.tools);
  const { messages, tools } =
    plan.cacheMark === undefined
      ? { messages: listOf(body.messages), tools: own }
      : markPrompt({ messages: listOf(body.messages), tools: own }, plan.cacheMark);
  const offered = [...tools, ...(plan.serverTools as readonly JsonObject[])];
  return {
    messages,
    ...(offered.length > 0 && { tools: offered }),
    ...strictFormat(request),
    // OpenRouter reports it unasked by now; gateways in front of it, and its older releases, wait to be asked.
    usage: { include: true },
    ...plan.fields,
  };
}

/** Has a schema enforced where it is one that can be. */
function strictFormat({ responseFormat }: ModelRequest): JsonObject {
  if (responseFormat?.type !== "json-schema" || !isStrict(responseFormat.schema)) return {};
  const { name, schema } = responseFormat as { readonly name: string; readonly schema: JsonSchema };
  return {
    response_format: { type: "json_schema", json_schema: { name, schema: schema as JsonObject, strict: true } },
  };
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}
