import type { ErrorCode } from "@waygate/core/plugin";
import { foundationOf, isExact, knownModel, modelMeant } from "../models/inference-id.ts";
import type { FailureContext } from "./failure-context.ts";
import {
  isClockSkew,
  isExpired,
  isOfAccount,
  isUnknownKey,
  isUnknownOperation,
  type ServiceFailure,
} from "./service-error.ts";

/** What a person can do about a failure; empty where there is nothing to say. */
export function remedy(code: ErrorCode, failure: ServiceFailure, context: FailureContext): string {
  switch (code) {
    case "permission":
      return permission(failure, context);
    case "authentication":
      return authentication(failure, context);
    case "rate-limited":
      return rateLimit(failure, context);
    case "model-not-found":
      return wrongModel(failure, context);
    case "model-unavailable-in-region":
      return profileNeeded(context);
    case "context-overflow":
      return "Start a new conversation, or choose a model with a larger context window.";
    case "settings":
      return isUnknownOperation(failure)
        ? "What answers there is not the runtime service of Bedrock: check endpoint_url."
        : guardrailNeeded(context);
    case "invalid-request":
      return isUnservedCountry(failure.message) ? unservedCountry : "";
    case "overloaded":
    case "server-error":
    case "timeout":
      return "Try again later, or choose another model or region.";
    case "protocol":
      return "Redirects are not followed with a signature: put the final address into endpoint_url.";
    default:
      return "";
  }
}

function guardrailNeeded({ region }: FailureContext): string {
  return `Check guardrail_identifier and guardrail_version: the guardrail has to exist in ${region}.`;
}

function permission({ name, message }: ServiceFailure, { action, region, modelId, guardrail }: FailureContext): string {
  if (/use case details/i.test(message)) {
    return "Fill in the provider's use case form under Model access in the Amazon Bedrock console, then wait some minutes.";
  }
  if (isUnservedCountry(message)) return unservedCountry;
  if (/invalid_payment_instrument|payment (instrument|method)/i.test(message)) {
    return "The account has no payment method that AWS Marketplace takes: set a valid one in the AWS Billing console, then wait some minutes.";
  }
  if (isLegacy(message)) return legacy;
  if (isOfAccount(message)) {
    return `The account itself may not do this in ${region}, whatever its permissions: check Model access there in the Amazon Bedrock console, or ask AWS Support.`;
  }
  // AWS gives its refusals names.
  if (name === "")
    return "It does not look like AWS's own: check what stands between, such as a proxy or endpoint_url.";
  const subscribing = [...new Set(message.match(/aws-marketplace:\w+/g))];
  if (subscribing.length > 0) {
    return `The missing permissions are ${subscribing.join(" and ")}: allow them, or have somebody who has them call the model once.`;
  }
  if (/access to the model|model access|marketplace|subscri/i.test(message)) {
    return `Model access is not granted: ask for "${modelId}" under Model access in the Amazon Bedrock console (${region}).`;
  }
  const missing = /not authorized to perform:? ([\w:*-]+)/i.exec(message)?.[1] ?? action;
  if (missing === "") return "";
  const where = /service control policy|scp/i.test(message)
    ? "A service control policy of the organisation denies it, for this region or for one that the inference profile routes to."
    : `Allow ${missing}${resourceOf(missing)}.`;
  const guarded =
    guardrail === undefined && /explicit deny/i.test(message)
      ? " If the account demands a guardrail, set guardrail_identifier."
      : "";
  return `The missing permission is ${missing}. ${where}${guarded}`;
}

function resourceOf(action: string): string {
  if (action.endsWith("Guardrail")) return " on the guardrail";
  return /^bedrock:Invoke/.test(action)
    ? " on the model and on its inference profile, in every region that the profile routes to"
    : "";
}

const unservedCountry =
  "The model's provider does not serve the country that the request or the account comes from: choose another provider's model.";

function isUnservedCountry(message: string): boolean {
  return /unsupported countr/i.test(message);
}

const legacy = "AWS keeps this version for those who have used it lately, until it is retired: choose a newer one.";

function isLegacy(message: string): boolean {
  return /marked\b.*\blegacy\b/is.test(message);
}

export const clockAdvice = "This machine's clock is wrong: set it right. The next attempt allows for it.";

function authentication(failure: ServiceFailure, { refresh, region }: FailureContext): string {
  if (isClockSkew(failure)) return clockAdvice;
  if (isExpired(failure)) {
    const command = refresh();
    return command === undefined ? "Renew the credentials." : `Run: ${command}`;
  }
  if (/region|credential should be scoped/i.test(failure.message)) {
    return `The request was signed for ${region}: set region to the one that the endpoint is in.`;
  }
  const enabled = isUnknownKey(failure) ? `, and whether that account has ${region} enabled` : "";
  return `Check the credentials: whether they are whole, active, and of the account that is meant${enabled}.`;
}

function rateLimit({ name, message }: ServiceFailure, { region }: FailureContext): string {
  if (name === "ServiceQuotaExceededException" || /per day/i.test(message)) {
    return `A quota of the account is used up: raise it under Service Quotas (${region}), or choose another model.`;
  }
  return "Try again later, or allow more capacity with a cross-region inference profile.";
}

function wrongModel({ message }: ServiceFailure, context: FailureContext): string {
  const { model, modelId, region, regions, guardrail } = context;
  if (model === "") return guardrail === undefined ? "" : guardrailNeeded(context);
  if (/end of (its )?life/i.test(message)) return "AWS has retired this version: choose a newer one.";
  if (isLegacy(message)) return legacy;
  const [, elsewhere = ""] = /^arn:[^:]*:bedrock:([^:]*):/.exec(modelId) ?? [];
  if (elsewhere !== "" && elsewhere !== region) {
    return `"${modelId}" is in ${elsewhere}, and was looked for in ${region}: set region to ${elsewhere}.`;
  }
  const sent = model === modelId ? `"${model}"` : `"${model}", sent as "${modelId}",`;
  const known = regions.length === 0 ? modelMeant(model) : ` It is known to be callable from ${regions.join(", ")}.`;
  return `${sent} is not there in ${region}: check its name and the region.${known}`;
}

function profileNeeded({ model, modelId, region, regions }: FailureContext): string {
  const needed = "This model is called through an inference profile:";
  const known = knownModel(modelId);
  const profiles = Object.entries(known?.profiles ?? {}).flatMap(([geography, from]) =>
    from.split(" ").includes(region) ? [`${geography}.${foundationOf(modelId)}`] : [],
  );
  const regional = profiles.find((id) => !id.startsWith("global.") && id !== modelId);
  const global = profiles.find((id) => id.startsWith("global.") && id !== modelId);
  // The setting has no say in a name that is sent as it is.
  const worldly = isExact(model) ? `name the global one, "${global}"` : `set "allow_global" to true for a global one`;
  const choices = [
    ...(regional === undefined ? [] : [`name one, such as "${regional}"`]),
    ...(global === undefined ? [] : [worldly]),
  ];
  if (choices.length > 0) return `${needed} ${choices.join(", or ")}.`;
  const elsewhere = regions.filter((one) => one !== region);
  const callable = elsewhere.length === 0 ? "" : ` It is known to be callable from ${elsewhere.join(", ")}.`;
  const listed = `name one that the Amazon Bedrock console lists under Cross-region inference (${region}).`;
  return `${needed} ${listed}${callable}`;
}
