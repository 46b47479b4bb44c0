import type { JsonObject, JsonValue } from "@waygate/core/plugin";
import type { OpenRouterOptions, RequestSettings } from "./open-router-options.ts";
import type { OpenRouterPlugin } from "./open-router-plugin.ts";

/** Options that are fields of the body under their own name. */
const plain = [
  "preset",
  "max_tool_calls",
  "stop_server_tools_when",
  "verbosity",
  "service_tier",
  "user",
  "metadata",
  "trace",
  "web_search_options",
  "cache_control",
  "prompt_cache_key",
  "prompt_cache_options",
  "seed",
  "top_k",
  "top_a",
  "min_p",
  "frequency_penalty",
  "presence_penalty",
  "repetition_penalty",
  "logit_bias",
  "prediction",
] as const satisfies readonly (keyof OpenRouterOptions)[];

/** The fields that options come to, but for those that are worked out from the whole request. */
export function fieldsOf(options: RequestSettings): JsonObject {
  const fields: Record<string, JsonValue> = {};
  const { models, plugins = [], transforms } = options;
  if (models !== undefined && models.length > 0) fields.models = models;
  const all = transforms === undefined ? plugins : [...plugins, compression(transforms)];
  if (all.length > 0) fields.plugins = all as readonly JsonObject[];
  for (const name of plain) {
    const value = options[name];
    // Checked as JSON when the options were read.
    if (value !== undefined) fields[name] = value as JsonValue;
  }
  return fields;
}

/** `transforms` of older days as the plugin that does the same. Source: openrouter.ai/docs/guides/features/message-transforms. */
function compression(transforms: readonly string[]): OpenRouterPlugin {
  if (transforms.length === 0) return { id: "context-compression", enabled: false };
  return { id: "context-compression", engine: "middle-out" };
}
