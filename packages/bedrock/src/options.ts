import { toStandardJsonSchema } from "@valibot/to-json-schema";
import type { JsonObject } from "@waygate/core/plugin";
import { flag, jsonObject, listOf, mapOf, object, oneOf, text } from "@waygate/plugin-kit/settings";
import * as v from "valibot";
import { guardrailStreamModes, guardrailTraces, latencies, serviceTiers } from "./settings.ts";

/** What a request can ask of Bedrock alone: `ModelRequest.options`. */
const bedrockOptions = object({
  /** Fields of the model's own. They win over those that this plugin sets itself. */
  additionalModelRequestFields: v.optional(jsonObject),
  /** JSON pointers of fields to have sent back; they come as a notice `additional-response-fields`. */
  additionalModelResponseFieldPaths: v.optional(listOf("a JSON pointer", "JSON pointers")),
  serviceTier: v.optional(oneOf(serviceTiers)),
  /** `performanceConfig.latency`. */
  latency: v.optional(oneOf(latencies)),
  /** For the invocation logs. Up to 16 pairs. */
  requestMetadata: v.optional(mapOf(v.string("must be text"), "must be an object of texts")),
  /** How long cache points hold. Default: 5 minutes, as Bedrock has it. */
  cacheTtl: v.optional(oneOf(["5m", "1h"])),
  /** Whether answers cite the documents that they rest on. Default: false. */
  citations: v.optional(flag),
  /** Tools that run on the service, such as `nova_grounding`. */
  systemTools: v.optional(listOf("a system tool", "system tools")),
  /** Applied to this request. Refused where the settings name another one: a request cannot lift a guardrail. */
  guardrail: v.optional(
    object({
      identifier: text("a guardrail's id or ARN"),
      version: v.optional(text("a version, such as DRAFT or 3"), "DRAFT"),
      trace: v.optional(oneOf(guardrailTraces)),
      streamMode: v.optional(oneOf(guardrailStreamModes)),
    }),
  ),
  /** Anthropic's beta features, such as `context-1m-2025-08-07`. */
  anthropicBeta: v.optional(listOf("a beta feature", "beta features")),
  /** False: ask through Converse, which needs `bedrock:InvokeModel` alone. Default: the model's setting, else true. */
  streaming: v.optional(flag),
});

export type BedrockOptions = v.InferOutput<typeof bedrockOptions>;

export const options = toStandardJsonSchema(bedrockOptions as v.GenericSchema<unknown, BedrockOptions & JsonObject>);
