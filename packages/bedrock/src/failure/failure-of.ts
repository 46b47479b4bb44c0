import { type ErrorCode, GatewayError, isObject } from "@waygate/core/plugin";
import type { FailureContext } from "./failure-context.ts";
import { remedy } from "./remedy.ts";
import { isClockSkew, isOfAccount, type ServiceFailure } from "./service-error.ts";

/** The error of a refusal, or of an exception in the middle of an answer. */
export function failureOf(context: FailureContext, failure: ServiceFailure): GatewayError {
  const { gateway } = context;
  const detail = blot(failure.message, context.secrets);
  const code = codeOf(failure);
  const name = failure.name === "" ? `status ${failure.status ?? "unknown"}` : failure.name;
  const words = [`Gateway "${gateway}": AWS answered ${name}: ${shorten(detail)}`, remedy(code, failure, context)];
  return new GatewayError(words.filter((part) => part !== "").join(" "), {
    gateway,
    code,
    upstream: "Amazon Bedrock",
    status: failure.status,
    retryable: mayBeRepeated(code, failure),
    retryAfterMs: retryAfterMs(failure.headers, Date.now()),
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

const tooLong =
  /input is too long|input tokens? exceed|too many (input|total) (text )?tokens|prompt is too long|maximum context length|exceeds? the (model'?s )?(maximum )?context|context (window|length) (is )?exceeded|input length and .?max_tokens.? exceed/i;

/** What kind of failure a refusal is. */
export function codeOf({ name, message, status }: ServiceFailure): ErrorCode {
  if (tooLong.test(message)) return "context-overflow";
  switch (name) {
    case "ThrottlingException":
    case "TooManyRequestsException":
    case "ServiceQuotaExceededException":
    case "LimitExceededException":
      return "rate-limited";
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
      return status === 400 ? codeOfValidation(message) : codeOfStatus(status);
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

function codeOfStatus(status: number | undefined): ErrorCode {
  switch (status) {
    case 401:
      return "authentication";
    case 402:
      return "payment-required";
    case 403:
      return "permission";
    case 404:
      return "model-not-found";
    case 408:
    case 504:
      return "timeout";
    case 413:
      return "context-overflow";
    case 424:
      return "server-error";
    case 429:
      return "rate-limited";
    case 503:
    case 529:
      return "overloaded";
    // An exception in the middle of an answer that nobody has named yet.
    case 200:
    case undefined:
      return "server-error";
    default:
      if (status >= 300 && status < 400) return "protocol";
      return status >= 500 ? "server-error" : "invalid-request";
  }
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

/** `retry-after-ms`, or `retry-after` in seconds or as a date. */
export function retryAfterMs(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const milliseconds = positive(headers["retry-after-ms"]);
  if (milliseconds !== undefined) return milliseconds;
  const after = headers["retry-after"];
  const seconds = positive(after);
  if (seconds !== undefined) return seconds * 1000;
  const date = after === undefined ? Number.NaN : Date.parse(after);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function positive(value: string | undefined): number | undefined {
  const number = value === undefined || value.trim() === "" ? Number.NaN : Number(value);
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}

export function blot(text: string, secrets: readonly string[]): string {
  return secrets.reduce((words, secret) => (secret === "" ? words : words.replaceAll(secret, "***")), text);
}

/** A word of the service within a sentence of ours. */
export function quote(word: string): string {
  return JSON.stringify(word.length <= 100 ? word : `${word.slice(0, 100)}…`);
}

/** Returns one line of a reasonable length. The whole stands in `detail`. */
export function shorten(text: string): string {
  if (isBinary(text)) return "bytes that are not text.";
  const line = text.replace(/\s+/g, " ").trim();
  if (line === "") return "it gave no reason.";
  const cut = line.length <= 400 ? line : `${line.slice(0, 400)}…`;
  return /[.!?…)]$/.test(cut) ? cut : `${cut}.`;
}

/** Whether a text was read from bytes that are none, such as a compressed body whose headers do not say so. */
function isBinary(text: string): boolean {
  // Escapes colour the text of some services.
  const odd = [...text.matchAll(/(?!\s)\p{Cc}|\ufffd/gu)].filter(([sign]) => sign !== "\u001b");
  return odd.length * 10 > text.length || (odd[0]?.index ?? 4) < 4;
}
