import { toStandardJsonSchema } from "@valibot/to-json-schema";
import type { JsonObject } from "@waygate/core/plugin";
import { protectedFields } from "@waygate/openai-chat";
import { compact } from "@waygate/plugin-kit";
import {
  bodyFields,
  flag,
  number,
  object,
  type SettingsEffort,
  settingsEffort,
  tokens,
} from "@waygate/plugin-kit/settings";
import * as v from "valibot";
import { type ProviderOptions, requestProviderOptions, settingsProviderOptions } from "./provider-options.ts";

/**
 * What this gateway alone knows of a request: `options` of a request. Names are those of the gateway's API. A request's
 * word counts over the settings'; privacy in `providerOptions.gateway` can only be tightened by it.
 */
export type VercelAiGatewayOptions = RequestSettings & {
  /** What a request's `reasoning` has no word for; its fields win over that. */
  readonly reasoning?: ReasoningOptions;
};

/** What may stand for a model in the settings too. */
export type RequestSettings = {
  /** How the request is routed (`gateway`), and what is passed on to providers (by their slug). */
  readonly providerOptions?: ProviderOptions;
  readonly frequency_penalty?: number;
  readonly presence_penalty?: number;
  /** Any other fields for the body, merged key by key; null removes one. Not those that have a key of their own here. */
  readonly extra_body?: JsonObject;
};

/** Source: vercel.com/docs/ai-gateway/sdks-and-apis/openai-chat-completions/reasoning. */
export type ReasoningOptions = {
  /** True: as much as the model does by default. */
  readonly enabled?: boolean;
  readonly effort?: SettingsEffort;
  /** In tokens. */
  readonly max_tokens?: number;
  /** Thinks, but does not tell what. */
  readonly exclude?: boolean;
};

/** What is asked, and what the privacy ratchet guards. */
const extraBody = bodyFields({
  ...protectedFields,
  tools: "it is what is asked",
  providerOptions: 'use the key "providerOptions"',
  provider: 'use "providerOptions.gateway"',
  models: 'use "providerOptions.gateway.models"',
});

const entries = {
  frequency_penalty: v.optional(number),
  presence_penalty: v.optional(number),
  extra_body: v.optional(extraBody),
};

/** For a model in the settings. */
export const settingsEntries = { providerOptions: v.optional(settingsProviderOptions), ...entries };

const reasoning = v.pipe(
  object({
    enabled: v.optional(flag),
    effort: v.optional(settingsEffort),
    max_tokens: v.optional(tokens),
    exclude: v.optional(flag),
  }),
  v.check(
    ({ effort, max_tokens }) => effort === undefined || max_tokens === undefined,
    'must not hold both "effort" and "max_tokens", which the gateway refuses together',
  ),
);

const schema = object({
  providerOptions: v.optional(requestProviderOptions),
  reasoning: v.optional(reasoning),
  ...entries,
});

export const options = toStandardJsonSchema(
  v.pipe(
    schema,
    v.transform((checked): JsonObject => compact<VercelAiGatewayOptions>(checked)),
  ),
);

/** What the schema above has checked; core hands it back as the JSON that it is. */
export function asOptions(checked: JsonObject | undefined): VercelAiGatewayOptions {
  return (checked ?? {}) as VercelAiGatewayOptions;
}
