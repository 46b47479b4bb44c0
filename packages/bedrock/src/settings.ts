import { toStandardJsonSchema } from "@valibot/to-json-schema";
import {
  address,
  flag,
  jsonObject,
  modelMode,
  object,
  oneOf,
  pricing,
  text,
  textMap,
  tokens,
} from "@waygate/plugin-kit/settings";
import * as v from "valibot";
import { isRegionName } from "./is-region-name.ts";

const switchFor = (description: string) => v.pipe(flag, v.description(description));
const described = <Schema extends v.GenericSchema>(schema: Schema, description: string) =>
  v.pipe(schema, v.description(description));

const authenticationMethods = ["named_profile", "sso", "api_key", "default"] as const;
export const serviceTiers = ["default", "flex", "priority", "reserved"] as const;
export const latencies = ["standard", "optimized"] as const;
export const guardrailTraces = ["disabled", "enabled", "enabled_full"] as const;
export const guardrailStreamModes = ["sync", "async"] as const;

const cacheConfiguration = object({
  max_cache_anchors: v.optional(
    described(
      v.pipe(v.number("must be a number"), v.integer("must be a whole number"), v.minValue(0, "must be at least 0")),
      "How many cache points a request may have. Default: 4, as many as Bedrock itself takes.",
    ),
  ),
  should_speculate: v.optional(
    switchFor("Accepted for files of other programs; nothing is ever sent before it is asked for."),
  ),
  min_total_token: v.optional(
    described(
      v.pipe(v.number("must be a number of tokens"), v.minValue(0, "must be at least 0")),
      "Estimated tokens that a prompt needs before cache points are set. Default: 0.",
    ),
  ),
});

const thinking = v.union(
  [
    v.boolean(),
    object({
      adaptive: v.optional(switchFor("The model decides itself how much to think, guided by an effort.")),
      has_xhigh: v.optional(switchFor("The effort xhigh is among its efforts.")),
      budget_tokens: v.optional(described(tokens, "The budget to think with where a request names only an effort.")),
    }),
  ],
  "must be true, false, or an object with adaptive, has_xhigh or budget_tokens",
);

const model = object({
  name: described(
    text("the model's id on Bedrock, or an ARN"),
    "Sent as it is: the id of a model or of an inference profile, or an ARN.",
  ),
  display_name: v.optional(described(text("a name for people"), "For people. Default: the name.")),
  max_tokens: described(tokens, "The context window, in tokens."),
  max_output_tokens: v.optional(
    described(tokens, "The most tokens an answer may have, where a request does not say. Default: left to Bedrock."),
  ),
  pricing: v.optional(
    described(pricing, "Prices per million tokens, from which costs are estimated. Default: unknown."),
  ),
  default_temperature: v.optional(
    described(
      v.pipe(
        v.number("must be a number"),
        v.minValue(0, "must be 0 or more"),
        v.maxValue(1, "must be 1 at most, as Bedrock has it"),
      ),
      "Sent where a request names no temperature. Default: left to the model.",
    ),
  ),
  supports_tools: v.optional(switchFor("Takes tools. Default: what is known of the base model, else true.")),
  supports_images: v.optional(switchFor("Takes images. Default: what is known of the base model, else true.")),
  supports_documents: v.optional(switchFor("Takes files. Default: what is known of the base model, else true.")),
  thinking: v.optional(described(thinking, "Whether and how it thinks. Default: what is known of the base model.")),
  mode: v.optional(described(modelMode, "As thinking, and asked for where a request says nothing of reasoning.")),
  cache_configuration: v.optional(described(cacheConfiguration, "That it takes cache points, and how many.")),
  base_model: v.optional(
    described(
      text("the id of the model behind it"),
      "The foundation model behind an ARN, which decides how it is spoken to. Default: asked of AWS where permitted.",
    ),
  ),
  streaming: v.optional(switchFor("Asked through ConverseStream, not Converse. Default: true.")),
  service_tier: v.optional(described(oneOf(serviceTiers), "Default: left to Bedrock.")),
  latency: v.optional(described(oneOf(latencies), "`performanceConfig.latency`. Default: left to Bedrock.")),
  additional_model_request_fields: v.optional(
    described(jsonObject, "Fields of the model's own, sent with each request."),
  ),
});

/** The settings of the gateway: what stands under `language_models.bedrock`. */
const bedrock = object({
  authentication_method: v.optional(
    described(
      oneOf(authenticationMethods),
      "How to authenticate. Default: the bearer token or access keys of the environment or the key store.",
    ),
  ),
  profile: v.optional(
    described(text("the name of a profile of your AWS configuration"), "For named_profile and sso. Default: default."),
  ),
  region: v.optional(
    described(
      v.pipe(
        text("a region, such as eu-west-1"),
        v.check((value) => isRegionName(value.toLowerCase()), "is not the name of a region"),
      ),
      "Default: the profile's region, or us-east-1.",
    ),
  ),
  endpoint_url: v.optional(
    described(
      address("an address, such as https://host/path", { example: "https://host/path" }),
      "In place of AWS's own address. Default: that of the region.",
    ),
  ),
  allow_global: v.optional(switchFor("Use global inference profiles where a model has one."), false),
  guardrail_identifier: v.optional(
    described(text("a guardrail's id or ARN"), "Applied to every request. Default: none."),
  ),
  guardrail_version: v.optional(described(text("a version, such as DRAFT or 3"), "Of the guardrail."), "DRAFT"),
  guardrail_trace: v.optional(
    described(oneOf(guardrailTraces), "Whether the guardrail says what it assessed."),
    "enabled",
  ),
  guardrail_stream_mode: v.optional(
    described(oneOf(guardrailStreamModes), "Whether a stream waits for the guardrail. Default: as Bedrock has it."),
  ),
  custom_headers: v.optional(described(textMap, "Sent, and signed, with each request."), {}),
  auth_refresh_command: v.optional(
    described(
      text("a command"),
      "Run once when credentials have expired, such as `aws sso login --profile dev`; the request is then repeated.",
    ),
  ),
  discover_models: v.optional(
    switchFor("Ask AWS which models and inference profiles there are, where the credentials may."),
    true,
  ),
  use_fips_endpoint: v.optional(switchFor("Use the region's FIPS endpoint."), false),
  use_dualstack_endpoint: v.optional(switchFor("Use the region's dual-stack endpoint."), false),
  available_models: v.optional(
    described(v.array(model, "must be a list of models"), "Further models, and what is special about them."),
    [],
  ),
  mantle_available_models: v.optional(
    described(v.array(v.unknown(), "must be a list of models"), "Not served: see the notice it gives."),
  ),
});

export const settings = toStandardJsonSchema(bedrock);

export type BedrockSettings = v.InferOutput<typeof bedrock>;
export type ModelSettings = BedrockSettings["available_models"][number];
