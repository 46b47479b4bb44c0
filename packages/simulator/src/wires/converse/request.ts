import type { Conversation, Turn } from "../../conversation.ts";
import type { Fields } from "../chat-completions/fields.ts";
import { isAbsent, isFields, readFields, readText, refuse } from "../chat-completions/fields.ts";
import { decodeCachePoint, decodeGuarded, readWords } from "./content.ts";
import type { History } from "./messages.ts";
import { decodeMessages } from "./messages.ts";
import { decodeTools } from "./tools.ts";
import { readList, readUnion, refuseUnknown } from "./union.ts";

/** A conversation with what only Bedrock's answers depend on. */
export interface ConverseConversation extends Conversation {
  readonly converse: {
    /** Identifier of the guardrail that looks at the conversation, and whether it is to tell what it found. */
    readonly guardrail: { readonly identifier: string; readonly traced: boolean } | undefined;
    readonly lastText: string;
    readonly cached: boolean;
    /** Fields that the answer repeats. */
    readonly echoed: Fields;
  };
}

const FIELDS = [
  "messages",
  "system",
  "inferenceConfig",
  "toolConfig",
  "guardrailConfig",
  "additionalModelRequestFields",
  "additionalModelResponseFieldPaths",
  "promptVariables",
  "requestMetadata",
  "performanceConfig",
  "serviceTier",
  "outputConfig",
];

/** Bedrock takes four cache points in one request. */
const MAX_CACHE_POINTS = 4;

/** Reads the body of `POST /model/{modelId}/converse` and of `…/converse-stream`. */
export function decodeRequest(value: unknown, model: string, stream: boolean): ConverseConversation {
  const body = readFields(value, "body");
  refuseUnknown(body, "", FIELDS);
  const history = decodeMessages(body.messages);
  const system = decodeSystem(body.system);
  const tools = decodeTools(body.toolConfig);
  checkTools(body, history);
  const cachePoints = history.cachePoints + system.cachePoints + tools.cachePoints;
  if (cachePoints > MAX_CACHE_POINTS)
    refuse("body", `The request has ${cachePoints} cache points, of ${MAX_CACHE_POINTS} at most.`);
  const extra = isAbsent(body.additionalModelRequestFields)
    ? {}
    : readFields(body.additionalModelRequestFields, "additionalModelRequestFields");
  const limits = decodeLimits(body.inferenceConfig);
  return {
    model,
    turns: [...system.turns, ...history.turns],
    tools: tools.tools,
    toolChoice: tools.toolChoice,
    parallelToolCalls: !(isFields(extra.tool_choice) && extra.tool_choice.disable_parallel_tool_use === true),
    reasoning: decodeReasoning(extra, limits.maxTokens),
    responseFormat: decodeFormat(body.outputConfig),
    ...limits,
    stream,
    includeUsage: true,
    converse: {
      guardrail: decodeGuardrail(body.guardrailConfig, stream),
      lastText: history.lastText,
      cached: cachePoints > 0,
      echoed: pick(body, ["performanceConfig", "serviceTier"]),
    },
  };
}

function decodeSystem(value: unknown): { turns: readonly Turn[]; cachePoints: number } {
  const turns: Turn[] = [];
  let cachePoints = 0;
  for (const [index, entry] of (isAbsent(value) ? [] : readList(value, "system")).entries()) {
    const at = `system[${index}]`;
    const [kind, block] = readUnion(entry, at, ["text", "guardContent", "cachePoint"]);
    if (kind === "text") turns.push({ role: "system", text: readWords(block.text, `${at}.text`) });
    else if (kind === "guardContent") {
      turns.push({ role: "system", text: decodeGuarded(block.guardContent, `${at}.guardContent`) });
    } else {
      decodeCachePoint(block.cachePoint, `${at}.cachePoint`);
      cachePoints += 1;
    }
  }
  return { turns, cachePoints };
}

function checkTools(body: Fields, history: History): void {
  if (history.usesTools && isAbsent(body.toolConfig)) {
    refuse("toolConfig", "'toolConfig' is to be there where toolUse and toolResult blocks are.");
  }
  if (isFields(body.toolConfig) && Array.isArray(body.toolConfig.tools) && body.toolConfig.tools.length === 0) {
    refuse("toolConfig.tools", "'toolConfig.tools' is to have at least one tool.");
  }
}

function decodeLimits(value: unknown): { maxTokens: number; stop: readonly string[] } {
  const config = isAbsent(value) ? {} : readFields(value, "inferenceConfig");
  refuseUnknown(config, "inferenceConfig.", ["maxTokens", "temperature", "topP", "stopSequences"]);
  for (const name of ["temperature", "topP"]) {
    const number = config[name];
    if (isAbsent(number)) continue;
    if (typeof number !== "number" || number < 0 || number > 1) {
      refuse(`inferenceConfig.${name}`, `'inferenceConfig.${name}' is to be a number from 0 to 1.`);
    }
  }
  const { maxTokens } = config;
  if (!isAbsent(maxTokens) && !(typeof maxTokens === "number" && Number.isInteger(maxTokens) && maxTokens >= 1)) {
    refuse("inferenceConfig.maxTokens", "'inferenceConfig.maxTokens' is to be a whole number of at least 1.");
  }
  const stop = isAbsent(config.stopSequences) ? [] : readList(config.stopSequences, "inferenceConfig.stopSequences");
  return {
    maxTokens: typeof maxTokens === "number" ? maxTokens : Number.POSITIVE_INFINITY,
    stop: stop.map((word, index) => readText(word, `inferenceConfig.stopSequences[${index}]`)),
  };
}

/** Whether reasoning is asked for, in any of the ways in which Bedrock's models are asked. */
function decodeReasoning(extra: Fields, maxTokens: number): boolean {
  const at = "additionalModelRequestFields.thinking";
  if (isFields(extra.thinking)) {
    const { type, budget_tokens: budget } = extra.thinking;
    if (type === "enabled" && !(typeof budget === "number" && budget >= 1024 && budget < maxTokens)) {
      refuse(at, `'${at}.budget_tokens' is to be at least 1024 and less than maxTokens.`);
    }
    return type === "enabled" || type === "adaptive";
  }
  if (isFields(extra.reasoningConfig)) return extra.reasoningConfig.type === "enabled";
  return typeof extra.reasoning_effort === "string" && extra.reasoning_effort !== "none";
}

function decodeFormat(value: unknown): Conversation["responseFormat"] {
  const config = isAbsent(value) ? {} : readFields(value, "outputConfig");
  if (isAbsent(config.textFormat)) return { type: "text" };
  const at = "outputConfig.textFormat";
  const format = readFields(config.textFormat, at);
  if (format.type !== "json_schema") refuse(`${at}.type`, `'${at}.type' is to be "json_schema".`);
  const [, structure] = readUnion(format.structure, `${at}.structure`, ["jsonSchema"]);
  const { schema } = readFields(structure.jsonSchema, `${at}.structure.jsonSchema`);
  try {
    return { type: "json", schema: readFields(JSON.parse(readText(schema, `${at}.schema`)), at) };
  } catch {
    return refuse(at, `'${at}.structure.jsonSchema.schema' is to be the text of a JSON Schema.`);
  }
}

function decodeGuardrail(value: unknown, stream: boolean): ConverseConversation["converse"]["guardrail"] {
  if (isAbsent(value)) return undefined;
  const at = "guardrailConfig";
  const config = readFields(value, at);
  const known = ["guardrailIdentifier", "guardrailVersion", "trace", "streamProcessingMode"];
  refuseUnknown(config, `${at}.`, stream ? known : known.slice(0, 3));
  const version = readText(config.guardrailVersion, `${at}.guardrailVersion`);
  if (!/^(DRAFT|[1-9]\d{0,7})$/.test(version)) {
    refuse(`${at}.guardrailVersion`, `'${at}.guardrailVersion' is to be DRAFT or a number.`);
  }
  return {
    identifier: readText(config.guardrailIdentifier, `${at}.guardrailIdentifier`),
    traced: config.trace === "enabled" || config.trace === "enabled_full",
  };
}

function pick(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(names.flatMap((name) => (isAbsent(fields[name]) ? [] : [[name, fields[name]]])));
}
