import { toStandardJsonSchema } from "@valibot/to-json-schema";
import type { SettingsSchema } from "@waygate/core/plugin";
import { compact } from "@waygate/plugin-kit";
import {
  address,
  flag,
  type ModelEntries,
  type ModelMode,
  mapOf,
  modelEntries,
  modelMode,
  object,
  text,
  textMap,
} from "@waygate/plugin-kit/settings";
import * as v from "valibot";
import type { RequestSettings } from "./open-router-options.ts";
import { requestEntries } from "./options.ts";

/** What stands under `language_models.open_router`. */
export type OpenRouterSettings = {
  readonly api_url: string;
  readonly custom_headers: Readonly<Record<string, string>>;
  /** The program's address, by which OpenRouter lists it. */
  readonly app_url?: string;
  readonly app_name?: string;
  /** At most two of those that OpenRouter knows, such as `cli-agent`. */
  readonly app_categories?: readonly string[];
  readonly available_models: readonly NamedModelSettings[];
  /**
   * By a model's id, or a pattern with `*`. All that match count, in their order; `available_models` comes after them.
   * What holds for a model holds for its variants.
   */
  readonly model_settings: Readonly<Record<string, ModelSettings>>;
};

/** How a model is spoken to. What is left out is as OpenRouter's list has it. */
export type ModelSettings = RequestSettings &
  ModelEntries & {
    readonly supports_tools?: boolean;
    readonly supports_images?: boolean;
    /** How the model thinks where a request does not say. */
    readonly mode?: ModelMode;
  };

export type NamedModelSettings = ModelSettings & { readonly name: string };

const entries = {
  ...modelEntries,
  supports_tools: v.optional(flag),
  supports_images: v.optional(flag),
  mode: v.optional(modelMode),
  ...requestEntries,
};

const schema = object({
  api_url: v.optional(
    address("the service's address, such as https://openrouter.ai/api/v1"),
    "https://openrouter.ai/api/v1",
  ),
  custom_headers: v.optional(textMap, {}),
  app_url: v.optional(text("the program's address")),
  app_name: v.optional(text("the program's name")),
  app_categories: v.optional(v.array(text("a category"), "must be a list of categories")),
  available_models: v.optional(
    v.array(object({ name: text("the model's id, such as openrouter/auto"), ...entries }), "must be a list of models"),
    [],
  ),
  model_settings: v.optional(mapOf(object(entries), 'must be an object, such as { "anthropic/*": {} }'), {}),
});

export const settings: SettingsSchema<OpenRouterSettings> = toStandardJsonSchema(
  v.pipe(
    schema,
    v.transform((checked) => compact<OpenRouterSettings>(checked)),
  ),
);
