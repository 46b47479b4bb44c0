import { toStandardJsonSchema } from "@valibot/to-json-schema";
import type { JsonObject, SettingsSchema } from "@waygate/core/plugin";
import { protectedFields } from "@waygate/openai-chat";
import { compact } from "@waygate/plugin-kit";
import {
  bodyFields,
  count,
  flag,
  jsonObject,
  mapOf,
  number,
  object,
  oneOf,
  openObject,
  settingsEffort,
  text,
  tokens,
} from "@waygate/plugin-kit/settings";
import * as v from "valibot";
import type { OpenRouterOptions } from "./open-router-options.ts";
import { pluginSchema, serverToolSchema } from "./open-router-plugin.ts";
import { routingSchema } from "./routing-schema.ts";

const ttl = oneOf(["5m", "1h"]);

/** What is asked, and what the privacy ratchet guards. */
const extraBody = bodyFields({ ...protectedFields, tools: "it is what is asked", provider: 'use the key "provider"' });

const reasoning = object({
  effort: v.optional(settingsEffort),
  max_tokens: v.optional(tokens),
  enabled: v.optional(flag),
  exclude: v.optional(flag),
  summary: v.optional(oneOf(["auto", "concise", "detailed"])),
  context: v.optional(oneOf(["auto", "all_turns", "current_turn"])),
  mode: v.optional(oneOf(["standard", "pro"])),
});

/** What may stand for a model in the settings, and in a request's options. */
export const requestEntries = {
  provider: v.optional(routingSchema),
  models: v.optional(v.array(text("a model's id"), "must be a list of models")),
  plugins: v.optional(v.array(pluginSchema, "must be a list of plugins")),
  preset: v.optional(text("a preset's slug")),
  server_tools: v.optional(v.array(serverToolSchema, "must be a list of server tools")),
  max_tool_calls: v.optional(count),
  stop_server_tools_when: v.optional(
    v.array(openObject({ type: text("a condition") }), "must be a list of conditions"),
  ),
  transforms: v.optional(v.array(oneOf(["middle-out"]), 'must be ["middle-out"] or []')),
  reasoning: v.optional(reasoning),
  verbosity: v.optional(oneOf(["low", "medium", "high", "xhigh", "max"])),
  service_tier: v.optional(oneOf(["auto", "default", "fast", "flex", "priority", "scale"])),
  user: v.optional(text("an id of the end user")),
  metadata: v.optional(mapOf(v.string("must be text"), "must be an object of texts")),
  trace: v.optional(jsonObject),
  web_search_options: v.optional(jsonObject),
  cache_control: v.optional(object({ type: v.literal("ephemeral"), ttl: v.optional(ttl) })),
  cache_ttl: v.optional(ttl),
  prompt_cache_key: v.optional(text("a key")),
  prompt_cache_options: v.optional(object({ mode: v.literal("explicit"), ttl: v.optional(text("a time")) })),
  response_cache: v.optional(
    v.union(
      [flag, object({ ttl_seconds: v.optional(count), clear: v.optional(flag) })],
      "must be true or false, or an object with ttl_seconds and clear",
    ),
  ),
  seed: v.optional(number),
  top_k: v.optional(number),
  top_a: v.optional(number),
  min_p: v.optional(number),
  frequency_penalty: v.optional(number),
  presence_penalty: v.optional(number),
  repetition_penalty: v.optional(number),
  logit_bias: v.optional(mapOf(number, "must be an object of numbers")),
  prediction: v.optional(object({ type: v.literal("content"), content: text("the expected answer") })),
  anthropic_beta: v.optional(v.array(text("a feature in beta"), "must be a list of features")),
  pin_upstream: v.optional(flag),
  extra_body: v.optional(extraBody),
};

const optionsSchema = object({ ...requestEntries, session_id: v.optional(text("an id")) });

export const options: SettingsSchema<JsonObject> = toStandardJsonSchema(
  v.pipe(
    optionsSchema,
    v.transform((checked): JsonObject => compact<OpenRouterOptions>(checked)),
  ),
);

/** What the schema above has checked; core hands it back as the JSON that it is. */
export function asOptions(checked: JsonObject | undefined): OpenRouterOptions {
  return (checked ?? {}) as OpenRouterOptions;
}
