import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { compact } from "@waygate/plugin-kit";
import {
  address,
  type CapabilityFlags,
  capabilityFlags,
  type ModelEntries,
  mapOf,
  modelEntries,
  object,
  type SettingsEffort,
  settingsEffort,
  text,
  textMap,
} from "@waygate/plugin-kit/settings";
import * as v from "valibot";
import { type RequestSettings, settingsEntries } from "./options.ts";

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
export type ModelSettings = RequestSettings &
  ModelEntries & {
    /** How much the model thinks where a request does not say. */
    readonly reasoning_effort?: SettingsEffort;
    readonly capabilities?: CapabilityFlags;
  };

export type NamedModelSettings = ModelSettings & { readonly name: string };

const entries = {
  ...modelEntries,
  reasoning_effort: v.optional(settingsEffort),
  capabilities: v.optional(capabilityFlags),
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
