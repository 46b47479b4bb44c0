import type { FieldOrigin, Model } from "@waygate/core/plugin";
import type { ModelSettings } from "./settings.ts";

/** A model of the settings as plain data. */
export function toModel(settings: ModelSettings): Model {
  const { name, display_name, max_tokens, capabilities } = settings;
  const maxOutputTokens = outputLimit(settings);
  const origin: Record<string, FieldOrigin> = {
    id: "settings",
    name: display_name === undefined ? "default" : "settings",
    contextWindow: "settings",
    capabilities: "settings",
  };
  if (maxOutputTokens !== undefined) origin.maxOutputTokens = "settings";
  return {
    id: name,
    name: display_name ?? name,
    contextWindow: max_tokens,
    maxOutputTokens,
    capabilities: { tools: capabilities.tools, images: capabilities.images },
    origin,
  };
}

/** The most tokens an answer may have. `max_completion_tokens`, the newer name, wins. */
export function outputLimit(settings: ModelSettings): number | undefined {
  return settings.max_completion_tokens ?? settings.max_output_tokens;
}
