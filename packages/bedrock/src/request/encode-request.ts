import {
  GatewayError,
  isObject,
  type JsonObject,
  type JsonValue,
  type ModelEvent,
  type ModelRequest,
} from "@waygate/core/plugin";
import { mergeJson } from "@waygate/plugin-kit";
import type { Operation } from "../aws/signed-requests.ts";
import type { Family } from "../models/family.ts";
import { knownModel } from "../models/inference-id.ts";
import { Notices } from "../notices.ts";
import type { BedrockOptions } from "../options.ts";
import type { BedrockSettings, ModelSettings } from "../settings.ts";
import type { ConverseInput, GuardrailStreamConfiguration } from "./converse-input.ts";
import { document } from "./document.ts";
import { encodeFormat } from "./encode-format.ts";
import { type Encoding, encodeMessages } from "./encode-messages.ts";
import { encodeReasoning } from "./encode-reasoning.ts";
import { encodeSampling } from "./encode-sampling.ts";
import { encodeTools, isForced } from "./encode-tools.ts";
import { type CachePlan, setCachePoints } from "./set-cache-points.ts";

export interface RequestQuestion {
  readonly gateway: string;
  readonly request: ModelRequest;
  readonly options: BedrockOptions;
  readonly settings: BedrockSettings;
  readonly model: ModelSettings | undefined;
  /** As it is sent: an id or an ARN. */
  readonly modelId: string;
  /** The model behind it. */
  readonly foundation: string;
  readonly family: Family;
  readonly region: string;
}

export interface EncodedRequest {
  readonly operation: Operation;
  readonly input: ConverseInput;
  readonly callsWanted: boolean;
  /** What was changed or left out. */
  readonly notices: readonly ModelEvent[];
}

/** A request as Converse takes it. The same request gives the same bytes, so that the service finds its cache again. */
export function encodeRequest(question: RequestQuestion): EncodedRequest {
  const { gateway, request, options, model, family, modelId } = question;
  const events: ModelEvent[] = [];
  const encoding: Encoding = {
    gateway,
    family,
    citations: options.citations === true,
    notices: new Notices(),
    events,
  };
  const maxOutputTokens = request.maxOutputTokens ?? model?.max_output_tokens;
  const tools = encodeTools(request, options.systemTools ?? [], encoding);
  const reasoning = encodeReasoning({
    asked: request.reasoning ?? defaultReasoning(model),
    style: family.reasoning,
    maxOutputTokens,
    outputLimit: knownModel(question.foundation)?.output,
    forced: isForced(request),
    messages: request.messages,
    govCloud: question.region.startsWith("us-gov-"),
  });
  for (const [code, message] of reasoning.notices) encoding.notices.say(code, message, events);
  const given = givenFields(question);
  const told = isObject(given.thinking) ? given.thinking.type : undefined;
  const thinking = told === undefined ? reasoning.on : told !== "disabled";
  const { topP, stopSequences } = request;
  // A default gives way to what the request itself asks for.
  const yields = family.sampling === "one" && topP !== undefined;
  const temperature = request.temperature ?? (yields ? undefined : model?.default_temperature);
  const inferenceConfig = encodeSampling(
    { temperature, topP, maxOutputTokens, stop: stopSequences, reasoning, thinking },
    encoding,
  );
  const conversation = encodeMessages(request.messages, encoding);
  const { fields, outputConfig, instruction, told: bounds } = encodeFormat(request.responseFormat, reasoning.fields);
  if (bounds.length > 0) {
    const words = `Bedrock does not hold an answer to bounds: ${bounds.join(", ")} went out as words in the schema.`;
    encoding.notices.say("schema-bounds-told", words, events);
  }
  const texts = [...conversation.system, tools.instruction, instruction].filter((text) => text !== undefined);
  const system = texts.map((text) => ({ text }));
  const prompt = { system, messages: conversation.messages, tools: tools.config };
  const cached = request.cache === "auto" ? setCachePoints(prompt, cachePlan(question, encoding)) : prompt;
  const additional = [tools.fields, given].reduce(
    (below, above) => mergeJson(below, above, "stay"),
    besides(given, fields),
  );
  const guardrailConfig = guardrail(question);
  const tier = options.serviceTier ?? model?.service_tier;
  const latency = options.latency ?? model?.latency;
  const operation = operationOf(question, tools.config !== undefined);
  const input: ConverseInput = {
    modelId,
    messages: [...cached.messages],
    ...(cached.system.length > 0 && { system: [...cached.system] }),
    ...(inferenceConfig !== undefined && { inferenceConfig }),
    ...(cached.tools !== undefined && { toolConfig: cached.tools }),
    ...(guardrailConfig !== undefined && { guardrailConfig: guardrailFor(operation, guardrailConfig) }),
    ...(Object.keys(additional).length > 0 && { additionalModelRequestFields: document(additional) }),
    ...(options.additionalModelResponseFieldPaths !== undefined && {
      additionalModelResponseFieldPaths: options.additionalModelResponseFieldPaths,
    }),
    ...(options.requestMetadata !== undefined && { requestMetadata: options.requestMetadata }),
    ...(latency !== undefined && { performanceConfig: { latency } }),
    ...(tier !== undefined && { serviceTier: { type: tier } }),
    ...(outputConfig !== undefined && { outputConfig }),
  };
  return { operation, input, callsWanted: tools.callsWanted, notices: events };
}

/** The model's own fields, as the settings and the request give them: the request's win, but betas are put together. */
function givenFields({ options, model }: RequestQuestion): JsonObject {
  const fields = mergeJson(
    model?.additional_model_request_fields ?? {},
    options.additionalModelRequestFields ?? {},
    "stay",
  );
  const { anthropicBeta } = options;
  if (anthropicBeta === undefined) return fields;
  const others: JsonValue = fields.anthropic_beta ?? [];
  const betas: readonly JsonValue[] = Array.isArray(others) ? others : [others];
  return { ...fields, anthropic_beta: [...new Set([...anthropicBeta, ...betas])] };
}

/** What the settings ask of a model whenever a request says nothing. */
function defaultReasoning(model: ModelSettings | undefined): ModelRequest["reasoning"] {
  const mode = model?.mode;
  if (mode?.type === "adaptive") return { effort: "high" };
  if (mode?.type === "thinking") return { budgetTokens: mode.budget_tokens ?? 4_096 };
  return undefined;
}

function cachePlan({ family, model, options }: RequestQuestion, { notices, events }: Encoding): CachePlan {
  const declared = model?.cache_configuration;
  const short = family.cache?.hour === false;
  if (short && options.cacheTtl === "1h") {
    notices.say("cache-ttl-dropped", "This model keeps its cache for 5 minutes: cacheTtl was left out.", events);
  }
  return {
    points: Math.min(declared?.max_cache_anchors ?? 4, family.cache?.points ?? 0),
    tools: family.cache?.tools ?? false,
    leastTokens: declared?.min_total_token ?? 0,
    ttl: short ? undefined : options.cacheTtl,
  };
}

function guardrail({ gateway, settings, options }: RequestQuestion): GuardrailStreamConfiguration | undefined {
  const own = options.guardrail;
  const set = settings.guardrail_identifier;
  if (own !== undefined && set !== undefined && own.identifier !== set) {
    const words = `Gateway "${gateway}": the settings apply a guardrail to every request; a request cannot choose another.`;
    throw new GatewayError(words, { gateway, code: "invalid-request" });
  }
  const guardrailIdentifier = set ?? own?.identifier;
  if (guardrailIdentifier === undefined) return undefined;
  // What the settings say of the guardrail holds: a request must not have it look away.
  const streamProcessingMode = settings.guardrail_stream_mode ?? own?.streamMode;
  return {
    guardrailIdentifier,
    guardrailVersion: set === undefined ? (own?.version ?? "DRAFT") : settings.guardrail_version,
    trace: own?.trace ?? settings.guardrail_trace,
    ...(streamProcessingMode !== undefined && { streamProcessingMode }),
  };
}

/** An answer of one piece has no stream to process. */
function guardrailFor(operation: Operation, config: GuardrailStreamConfiguration): GuardrailStreamConfiguration {
  if (operation === "converse-stream") return config;
  const { streamProcessingMode: _, ...rest } = config;
  return rest;
}

/** A model that streams no calls refuses a stream wherever tools are declared, wanted or not. */
function operationOf({ options, model, family }: RequestQuestion, hasTools: boolean): Operation {
  const streaming = options.streaming ?? model?.streaming ?? true;
  return streaming && (family.streamsCalls || !hasTools) ? "converse-stream" : "converse";
}

/** What the plugin says of thinking goes with the way to think that it says, and not with another one. */
function besides(given: JsonObject, fields: JsonObject): JsonObject {
  const { thinking, ...others } = fields;
  if (!isObject(thinking) || !isObject(given.thinking) || given.thinking.type === undefined) return fields;
  if (given.thinking.type === "disabled") return others;
  const { budget_tokens: _, ...rest } = thinking as JsonObject;
  return given.thinking.type === "enabled" ? fields : { ...others, thinking: rest };
}
