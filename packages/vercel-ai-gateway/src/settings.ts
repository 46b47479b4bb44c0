import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { compact } from "@waygate/plugin-kit";
import { address, flag, mapOf, modelEntries, object, oneOf, text, textMap } from "@waygate/plugin-kit/settings";
import * as v from "valibot";
import { efforts, type RequestSettings, settingsEntries } from "./options.ts";

/** What stands under `language_models.vercel_ai_gateway`. */
export type VercelAiGatewaySettings = {
  readonly api_url: string;
  readonly custom_headers: Readonly<Record<string, string>>;
  /** The program's address, by which the gateway lists it. */
  readonly app_url?: string;
  readonly app_name?: string;
  readonly available_models: readonly NamedModelSettings[];
  /** By a model's id, or a pattern with `*`. All that match count, in their order; `available_models` comes after them. */
  readonly model_settings: Readonly<Record<string, ModelSettings>>;
};

/** How a model is spoken to. What is left out is as the gateway's list has it. */
export type ModelSettings = RequestSettings & {
  readonly display_name?: string;
  /** The context window, in tokens. */
  readonly max_tokens?: number;
  /** The limit on an answer, sent with each request that sets none of its own. */
  readonly max_output_tokens?: number;
  /** The same under its newer name; it wins. */
  readonly max_completion_tokens?: number;
  /** How much the model thinks where a request does not say. */
  readonly reasoning_effort?: (typeof efforts)[number];
  readonly capabilities?: CapabilityFlags;
};

export type NamedModelSettings = ModelSettings & { readonly name: string };

/** What a model can do, and how it is spoken to. A flag that is left out is as the list has it. */
export type CapabilityFlags = {
  readonly tools?: boolean;
  readonly images?: boolean;
  /** Sends `parallel_tool_calls: true` with tools. */
  readonly parallel_tool_calls?: boolean;
  /** Sends the conversation's id as `prompt_cache_key`. */
  readonly prompt_cache_key?: boolean;
  /** False asks for `/responses`, which is refused. */
  readonly chat_completions?: boolean;
  /** True sends earlier reasoning back as text too, beside its details; false sends none back. */
  readonly interleaved_reasoning?: boolean;
  /** True limits answers by `max_tokens`, false by `max_completion_tokens`. */
  readonly max_tokens_parameter?: boolean;
};

const capabilities = object({
  tools: v.optional(flag),
  images: v.optional(flag),
  parallel_tool_calls: v.optional(flag),
  prompt_cache_key: v.optional(flag),
  chat_completions: v.optional(flag),
  interleaved_reasoning: v.optional(flag),
  max_tokens_parameter: v.optional(flag),
});

const entries = {
  ...modelEntries,
  reasoning_effort: v.optional(oneOf(efforts)),
  capabilities: v.optional(capabilities),
  ...settingsEntries,
};

const schema = object({
  api_url: v.optional(
    address("the gateway's address, such as https://ai-gateway.vercel.sh/v1"),
    "https://ai-gateway.vercel.sh/v1",
  ),
  custom_headers: v.optional(textMap, {}),
  app_url: v.optional(text("the program's address")),
  app_name: v.optional(text("the program's name")),
  available_models: v.optional(
    v.array(
      object({ name: text("the model's id, such as anthropic/claude-sonnet-4.6"), ...entries }),
      "must be a list of models",
    ),
    [],
  ),
  model_settings: v.optional(mapOf(object(entries), 'must be an object, such as { "anthropic/*": {} }'), {}),
});

export const settings = toStandardJsonSchema(
  v.pipe(
    schema,
    v.transform((checked) => compact<VercelAiGatewaySettings>(checked)),
  ),
);
