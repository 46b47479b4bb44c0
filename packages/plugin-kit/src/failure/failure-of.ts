import { type ErrorCode, GatewayError } from "@waygate/core/plugin";
import { parseJson } from "../json/parse-json.ts";
import { codeOfStatus, isContextOverflow } from "./code-of-status.ts";
import { pageTitle } from "./page-title.ts";
import { redact, type Secret } from "./redact.ts";
import { retryAfterInBody, retryAfterMs } from "./retry-after-ms.ts";
import { readServiceWords, type ServiceWords } from "./service-words.ts";
import { shorten } from "./shorten.ts";

/** What is known of a request, for the error of its failure. */
export interface FailureContext {
  /** The id of the gateway. */
  readonly gateway: string;
  /** The model, as the request named it. Default: none. */
  readonly model?: string | undefined;
  /** What to do if the service rejects the credentials, such as `Check the key in ACME_API_KEY.` Default: nothing. */
  readonly keyHint?: string | undefined;
  /** The secrets that the request carried. The service may repeat them: in the error they are replaced by `***`. */
  readonly secret?: Secret;
  /** Reads what the errors of this service mean beyond what all services have in common. */
  readonly readFailure?: FailureReader | undefined;
}

/** A failed answer, as it is understood without knowing the service. */
export interface FailedAnswer {
  /** The HTTP status. `undefined` for an error within an answer that does not name one. */
  readonly status: number | undefined;
  /** Parsed if it is JSON, else text. */
  readonly body: unknown;
  readonly code: ErrorCode;
  /** The service's own words. */
  readonly detail: string;
  /** The service behind a gateway that failed. */
  readonly upstream: string | undefined;
}

/** Reads an error of one service. What the result leaves out stays as it was understood; `undefined`: all of it. */
export type FailureReader = (failed: FailedAnswer) => FailureReading | undefined;

export interface FailureReading {
  readonly code?: ErrorCode | undefined;
  readonly detail?: string | undefined;
  readonly upstream?: string | undefined;
  /** A sentence on what to do, in place of that of the code. */
  readonly remedy?: string | undefined;
  readonly retryable?: boolean | undefined;
  /** How long to wait, in milliseconds. Headers come first. */
  readonly retryAfterMs?: number | undefined;
}

/** What a service answered in place of an answer. */
export interface Failed {
  /** The HTTP status. Leave it out for an error within an answer. */
  readonly status?: number | undefined;
  /** By names in lower case. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  /** Text as it came, or what was parsed of it. */
  readonly body: unknown;
}

/**
 * Returns the error of a failed answer: its code, how long to wait, the service's own words without secrets, and what to do.
 */
export function failureOf(context: FailureContext, failed: Failed): GatewayError {
  const body = typeof failed.body === "string" ? readBody(failed.body) : failed.body;
  const words = readServiceWords(body);
  const status = failed.status ?? words.status;
  const plain = { status, body, code: codeOf(status, words), detail: words.message, upstream: words.upstream };
  const reading = context.readFailure?.(plain) ?? {};
  const code = reading.code ?? plain.code;
  const upstream = reading.upstream ?? plain.upstream;
  const detail = redact(reading.detail ?? plain.detail, context.secret);
  const { gateway } = context;
  const who = upstream === undefined ? `Gateway "${gateway}"` : `"${upstream}" behind gateway "${gateway}"`;
  const answered = status === undefined ? "reported an error" : `answered ${status}`;
  const advice = reading.remedy ?? remedy(code, context);
  return new GatewayError(`${who} ${answered}: ${shorten(detail)} ${advice}`.trim(), {
    gateway,
    code,
    upstream,
    status,
    retryable: reading.retryable,
    retryAfterMs: retryAfterMs(failed.headers ?? {}) ?? reading.retryAfterMs ?? retryAfterInBody(body),
    detail,
  });
}

function readBody(text: string): unknown {
  return parseJson(text) ?? pageTitle(text) ?? text;
}

function codeOf(status: number | undefined, { kind, message }: ServiceWords): ErrorCode {
  if (
    /content_?filter|content_policy|moderation|responsible_?ai/.test(kind) ||
    /content management policy/i.test(message)
  ) {
    return "content-filter";
  }
  if (/insufficient_quota|insufficient_balance|billing|payment/.test(kind)) return "payment-required";
  if (/context_length|context_window/.test(kind)) return "context-overflow";
  if (/model_not_found|unknown_model|model_decommissioned/.test(kind)) return "model-not-found";
  if (/overloaded/.test(kind)) return "overloaded";
  if (/rate_?limit|too_many_requests/.test(kind)) return "rate-limited";
  if (/authentication|invalid_api_key/.test(kind)) return "authentication";
  if (status !== undefined) return codeOfStatus(status, message);
  if (isContextOverflow(message)) return "context-overflow";
  return /invalid_request/.test(kind) ? "invalid-request" : "server-error";
}

function remedy(code: ErrorCode, { model = "", keyHint = "" }: FailureContext): string {
  switch (code) {
    case "authentication":
      return keyHint;
    case "permission":
      return "The key is valid, but it is not allowed to do this.";
    case "payment-required":
      return "Add credits at the service that answered, or raise its spending limit.";
    case "model-not-found":
      return model === "" ? "" : `Check the name of the model, "${model}".`;
    case "context-overflow":
      return "Start a new conversation, or choose a model with a larger context window.";
    case "rate-limited":
    case "overloaded":
      return "Try again later, or choose another model.";
    default:
      return "";
  }
}
