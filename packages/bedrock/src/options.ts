import { toStandardJsonSchema } from "@valibot/to-json-schema";
import type { JsonObject } from "@waygate/core/plugin";
import * as v from "valibot";
import { guardrailStreamModes, guardrailTraces, latencies, serviceTiers } from "./settings.ts";

const text = v.pipe(v.string("must be text"), v.nonEmpty("must not be empty"));

/** What a request can ask of Bedrock alone: `ModelRequest.options`. */
const bedrockOptions = v.object({
  /** Fields of the model's own. They win over those that this plugin sets itself. */
  additionalModelRequestFields: v.optional(v.record(v.string(), v.unknown())),
  /** JSON pointers of fields to have sent back; they come as a notice `additional-response-fields`. */
  additionalModelResponseFieldPaths: v.optional(v.array(text)),
  serviceTier: v.optional(v.picklist(serviceTiers)),
  /** `performanceConfig.latency`. */
  latency: v.optional(v.picklist(latencies)),
  /** For the invocation logs. Up to 16 pairs. */
  requestMetadata: v.optional(v.record(v.string(), v.string())),
  /** How long cache points hold. Default: 5 minutes, as Bedrock has it. */
  cacheTtl: v.optional(v.picklist(["5m", "1h"])),
  /** Whether answers cite the documents that they rest on. Default: false. */
  citations: v.optional(v.boolean()),
  /** Tools that run on the service, such as `nova_grounding`. */
  systemTools: v.optional(v.array(text)),
  /** Applied to this request. Refused where the settings name another one: a request cannot lift a guardrail. */
  guardrail: v.optional(
    v.object({
      identifier: text,
      version: v.optional(text, "DRAFT"),
      trace: v.optional(v.picklist(guardrailTraces)),
      streamMode: v.optional(v.picklist(guardrailStreamModes)),
    }),
  ),
  /** Anthropic's beta features, such as `context-1m-2025-08-07`. */
  anthropicBeta: v.optional(v.array(text)),
  /** False: ask through Converse, which needs `bedrock:InvokeModel` alone. Default: the model's setting, else true. */
  streaming: v.optional(v.boolean()),
});

export type BedrockOptions = v.InferOutput<typeof bedrockOptions>;

export const options = toStandardJsonSchema(bedrockOptions as v.GenericSchema<unknown, BedrockOptions & JsonObject>);
