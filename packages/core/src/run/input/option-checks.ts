import type { Deadlines } from "../../contract/deadlines.ts";
import { nearest } from "../../contract/did-you-mean.ts";
import { errorCodes } from "../../contract/error.ts";
import {
  amount,
  callable,
  count,
  fieldsOf,
  flag,
  listOf,
  milliseconds,
  name,
  number,
  oneOf,
  text,
} from "../../contract/input/checks.ts";
import { type Check, type Fault, fault, mismatch, under } from "../../contract/input/fault.ts";
import { jsonFault } from "../../contract/input/json-fault.ts";
import { isObject } from "../../contract/json.ts";
import type { PrivacyDemand } from "../../contract/privacy.ts";
import { reasoningEfforts } from "../../contract/request.ts";
import { isStandardSchema } from "../../contract/standard-schema.ts";
import type { Budget } from "../limits.ts";
import type { RetryPolicy } from "../retry.ts";
import { messageInputs } from "./check-messages.ts";
import { toolInputs } from "./check-tools.ts";

/** A gateway as registries hand it out. No getter of it is asked: a gateway that is closed throws from them. */
export const gateway: Check = (value) => {
  if (typeof value === "string") {
    return mismatch(value, "a gateway", `Pass registry.gateway(${JSON.stringify(value)}).`);
  }
  const methods = Object(value) as Readonly<Record<string, unknown>>;
  if (typeof methods.stream === "function" && typeof methods.capabilitiesOf === "function") return undefined;
  return mismatch(value, "a gateway", adviceForGateway(methods));
};

function adviceForGateway(value: Readonly<Record<string, unknown>>): string {
  if (typeof value.gateway === "function") return "Pass registry.gateway(id) instead of the registry.";
  if (isObject(value.gateway)) return "Pass its gateway and its model: run({ ...selection, messages }).";
  if (typeof value.stream === "function") return "Pass it as a registry hands it out: registry.gateway(id).";
  return "Pass registry.gateway(id).";
}

export const model: Check = (value) =>
  name(value) === undefined ? undefined : mismatch(value, "the id of a model, as gateway.models() lists it");

const gatewayOptions: Check = (value) => (isObject(value) ? jsonFault(value) : mismatch(value, "an object"));

const modelRefFields = { gateway, model, gatewayOptions };

const modelRef: Check = (value) => {
  if (!isObject(value)) return mismatch(value, "an object with gateway and model");
  return (
    fieldsOf(modelRefFields, { options: 'Use "gatewayOptions".' })(value) ??
    under("gateway", gateway(value.gateway)) ??
    under("model", model(value.model))
  );
};

const reasoning: Check = (value) => {
  if (value === "off") return undefined;
  if (!isObject(value)) return mismatch(value, '"off", { effort } or { budgetTokens }', adviceForReasoning(value));
  const found = fieldsOf(
    { effort: oneOf(reasoningEfforts), budgetTokens: count },
    { budget_tokens: 'Use "budgetTokens".', max_tokens: 'Use "budgetTokens".', maxTokens: 'Use "budgetTokens".' },
  )(value);
  if (found !== undefined) return found;
  return (value.effort === undefined) === (value.budgetTokens === undefined)
    ? fault("must have one of effort and budgetTokens")
    : undefined;
};

function adviceForReasoning(value: unknown): string {
  if (typeof value === "boolean") return value ? 'Write { effort: "medium" }.' : 'Write "off".';
  return (reasoningEfforts as readonly unknown[]).includes(value) ? `Write { effort: ${JSON.stringify(value)} }.` : "";
}

const toolChoice: Check = (value) => {
  if (value === "auto" || value === "required" || value === "none") return undefined;
  if (isObject(value) && name(value.tool) === undefined) return undefined;
  return mismatch(value, '"auto", "required", "none" or { tool: name }', adviceForToolChoice(value));
};

function adviceForToolChoice(value: unknown): string {
  if (value === "any") return 'Write "required".';
  if (!isObject(value)) return "";
  const named = isObject(value.function) ? value.function.name : (value.toolName ?? value.name);
  return typeof named === "string" ? `Write { tool: ${JSON.stringify(named)} }.` : "";
}

/** A schema in it is checked when it is read. */
const responseFormat: Check = (value) => {
  if (isStandardSchema(value)) return undefined;
  const type = isObject(value) ? value.type : undefined;
  if (type === "text" || type === "json") return undefined;
  const expected = 'a schema, { type: "json-schema", schema }, { type: "json" } or { type: "text" }';
  if (type !== "json-schema") return mismatch(value, expected, adviceForFormat(value));
  return under("name", checkFormatName(Object(value).name));
};

function checkFormatName(value: unknown): Fault | undefined {
  if (value === undefined || (typeof value === "string" && /^[\w-]{1,64}$/.test(value))) return undefined;
  return mismatch(value, "at most 64 letters, digits, _ and -");
}

function adviceForFormat(value: unknown): string {
  const type = isObject(value) ? value.type : value;
  if (type === "json_object" || type === "json") return 'Write { type: "json" }.';
  if (type === "json_schema") return 'Write { type: "json-schema", name, schema }.';
  if (type === "object" || (isObject(value) && "properties" in value)) {
    return 'For a JSON Schema write { type: "json-schema", schema }.';
  }
  return "";
}

const privacy = fieldsOf({
  zeroDataRetention: flag,
  denyDataCollection: flag,
  onlyUpstreams: listOf(name, (value) => (typeof value === "string" ? `Write [${JSON.stringify(value)}].` : "")),
} satisfies Record<PrivacyDemand, Check>);

const phases: Readonly<Record<keyof Deadlines, Check>> = {
  queueMs: milliseconds,
  connectMs: milliseconds,
  headersMs: milliseconds,
  firstByteMs: milliseconds,
  idleMs: milliseconds,
  contentMs: milliseconds,
};

const retryFields: Readonly<Record<keyof RetryPolicy, Check>> = {
  maxAttempts: count,
  baseDelayMs: amount,
  maxDelayMs: amount,
  maxRetryAfterMs: amount,
};

const retry: Check = (value) => {
  if (value === false) return undefined;
  if (isObject(value)) return fieldsOf(retryFields)(value);
  const advice =
    typeof value === "number" ? `Write { maxAttempts: ${value + 1} } for one request and ${value} retries.` : "";
  return mismatch(value, "an object or false", advice);
};

/** The set of codes is open, so only a code that is nearly one of ours is a mistake. */
const failureCode: Check = (value) => {
  if (typeof value !== "string") return mismatch(value, "an error code");
  if (Object.hasOwn(errorCodes, value)) return undefined;
  const near = nearest(value.replaceAll("_", "-"), Object.keys(errorCodes));
  return near === undefined ? undefined : mismatch(value, "an error code", `Did you mean "${near}"?`);
};

const middlewareList = listOf(callable, (value) =>
  typeof value === "function" ? "Put the function into a list." : "",
);
const middlewareFields = fieldsOf({ model: middlewareList, run: middlewareList });
const middleware: Check = (value) =>
  typeof value === "function" || Array.isArray(value)
    ? mismatch(value, "an object", "Write { model: [around each request] } or { run: [around the run] }.")
    : middlewareFields(value);

const signal: Check = (value) => {
  const { aborted, addEventListener, signal: own } = Object(value) as Readonly<Record<string, unknown>>;
  if (typeof aborted === "boolean" && typeof addEventListener === "function") return undefined;
  return mismatch(value, "an AbortSignal", own === undefined ? "" : "Pass controller.signal.");
};

const stopSequences = listOf(name, (value) => (typeof value === "string" ? `Write [${JSON.stringify(value)}].` : ""));

export const modelRefs: Check = listOf(modelRef, (value) => (isObject(value) ? "Put it into a list." : ""));

/** The options that a step may change, too. */
export const stepOptionChecks = {
  toolChoice,
  parallelToolCalls: flag,
  reasoning,
  temperature: number,
  topP: number,
  stopSequences,
  maxOutputTokens: count,
  messages: messageInputs,
  tools: toolInputs,
} as const;

const budgetFields: Readonly<Record<keyof Budget, Check>> = {
  tokens: amount,
  cost: amount,
  unknown: oneOf(["reject", "allow"]),
};

/** The check of each option of a run. */
export const runOptionChecks = {
  ...modelRefFields,
  ...stepOptionChecks,
  prompt: name,
  responseFormat,
  fallbacks: modelRefs,
  failoverOn: listOf(failureCode),
  retry,
  onInterrupted: oneOf(["fail", "continue"]),
  deadlines: fieldsOf({ ...phases, totalMs: milliseconds }),
  maxSteps: count,
  maxToolCalls: count,
  budget: fieldsOf(budgetFields),
  maxParallelTools: count,
  toolTimeoutMs: milliseconds,
  approve: callable,
  prepareStep: callable,
  middleware,
  privacy,
  cache: oneOf(["auto"]),
  sessionId: text,
  signal,
} as const;

/** A format without a schema that checks: the run has read its own before the first step. */
export const stepFormat: Check = (value) => {
  const schema = isObject(value) && value.type === "json-schema" ? value.schema : value;
  if (isStandardSchema(schema)) return fault("is a schema", 'Set it in the option "responseFormat" of the run.');
  return responseFormat(value);
};
