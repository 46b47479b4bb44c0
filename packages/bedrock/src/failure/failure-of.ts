import { type ErrorCode, GatewayError, isObject } from "@waygate/core/plugin";
import { codeOfStatus, isContextOverflow, redact, retryAfterMs, shorten } from "@waygate/plugin-kit";
import type { FailureContext } from "./failure-context.ts";
import { remedy } from "./remedy.ts";
import { isClockSkew, isOfAccount, type ServiceFailure } from "./service-error.ts";

/** The error of a refusal, or of an exception in the middle of an answer. */
export function failureOf(context: FailureContext, failure: ServiceFailure): GatewayError {
  const { gateway } = context;
  const detail = redact(failure.message, context.secrets);
  const code = codeOf(failure);
  const name = failure.name === "" ? `status ${failure.status ?? "unknown"}` : failure.name;
  const words = [`Gateway "${gateway}": AWS answered ${name}: ${shorten(detail)}`, remedy(code, failure, context)];
  return new GatewayError(words.filter((part) => part !== "").join(" "), {
    gateway,
    code,
    upstream: "Amazon Bedrock",
    status: failure.status,
    retryable: mayBeRepeated(code, failure),
    retryAfterMs: retryAfterMs(failure.headers),
    detail,
  });
}

/** The error of an exception frame: such as `throttlingException`, with its JSON. */
export function failureOfFrame(
  context: FailureContext,
  type: string,
  fields: Readonly<Record<string, unknown>>,
): GatewayError {
  const name = type.charAt(0).toUpperCase() + type.slice(1);
  const original = typeof fields.originalMessage === "string" ? ` (${fields.originalMessage})` : "";
  const said = fields.message ?? fields.Message;
  const message = `${typeof said === "string" ? said : ""}${original}`;
  return failureOf(context, { name, message, status: 200, headers: {} });
}

/** What the payload of an exception says. Its type is in its headers: words that are no JSON object are its message. */
export function exceptionFields(payload: string): Readonly<Record<string, unknown>> {
  let value: unknown = payload;
  try {
    value = JSON.parse(payload);
  } catch {
    // Words.
  }
  if (isObject(value)) return value;
  return { message: typeof value === "string" ? value : payload };
}

const limiting = new Set([
  "ThrottlingException",
  "TooManyRequestsException",
  "ServiceQuotaExceededException",
  "LimitExceededException",
]);

/** Returns the code of a refusal. */
export function codeOf({ name, message, status }: ServiceFailure): ErrorCode {
  // Before what the message says: too many tokens may also be too many in a span of time.
  if (limiting.has(name)) return "rate-limited";
  if (isContextOverflow(message)) return "context-overflow";
  switch (name) {
    case "AccessDeniedException":
      return isBadKey(message) ? "authentication" : "permission";
    case "UnrecognizedClientException":
    case "InvalidSignatureException":
    case "IncompleteSignatureException":
    case "SignatureDoesNotMatch":
    case "MissingAuthenticationTokenException":
    case "MissingAuthenticationToken":
    case "ExpiredTokenException":
    case "ExpiredToken":
    case "InvalidClientTokenId":
    case "RequestTimeTooSkewed":
      return "authentication";
    case "ResourceNotFoundException":
      return /use case details/i.test(message) ? "permission" : "model-not-found";
    case "UnknownOperationException":
      return "settings";
    case "ModelNotReadyException":
    case "ServiceUnavailableException":
      return "overloaded";
    case "ModelTimeoutException":
      return "timeout";
    case "ModelErrorException":
    case "ModelStreamErrorException":
    case "InternalServerException":
    case "InternalFailure":
      return "server-error";
    case "ValidationException":
      return codeOfValidation(message);
    default:
      if (status === 400) return codeOfValidation(message);
      // The address of a request holds the model.
      if (status === 404) return "model-not-found";
      // An exception in the middle of an answer, of a kind that is not known yet.
      return status === undefined || status === 200 ? "server-error" : codeOfStatus(status, message);
  }
}

function codeOfValidation(message: string): ErrorCode {
  if (/model identifier is invalid/i.test(message)) return "model-not-found";
  if (/on-demand throughput isn.?t supported|doesn.?t support on-demand throughput/i.test(message))
    return "model-unavailable-in-region";
  if (/guardrail (identifier|version)|guardrail .*(not exist|not found|invalid)/i.test(message)) return "settings";
  if (isOfAccount(message)) return "permission";
  return "invalid-request";
}

function isBadKey(message: string): boolean {
  return /api key|bearer token|token has expired|token is invalid/i.test(message);
}

function mayBeRepeated(code: ErrorCode, failure: ServiceFailure): boolean | undefined {
  // A day's quota, or one that the account has at all, is not there again after a pause.
  if (failure.name === "ServiceQuotaExceededException" || /per day/i.test(failure.message)) return false;
  // The SDK has learnt from the refusal by how much the clock is wrong: the next request is signed with the right time.
  return code === "authentication" && isClockSkew(failure) ? true : undefined;
}
