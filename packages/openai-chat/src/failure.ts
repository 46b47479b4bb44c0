import { type ErrorCode, GatewayError, isObject } from "@waygate/core/plugin";

/** What is known of who failed, for messages. */
export interface FailureContext {
  readonly gateway: string;
  readonly model: string;
  /** What to do about a key that is refused: such as `Check MY_GATEWAY_API_KEY.` */
  readonly keyHint: string;
  /** Blotted out wherever a service's words repeat it, or one of them. */
  readonly secret: Secret;
  /** What the service's errors mean beyond what all services have in common. */
  readonly readFailure?: FailureReader | undefined;
}

/** A key, several, or none. */
export type Secret = string | readonly string[] | undefined;

/** A failed answer, as it is understood without knowing the service. */
export interface FailedAnswer {
  readonly status: number | undefined;
  /** Parsed where it is JSON; text otherwise. */
  readonly body: unknown;
  readonly code: ErrorCode;
  /** The service's own words. */
  readonly detail: string;
  readonly upstream: string | undefined;
}

/** Reads a service's errors. What it leaves out stays as it was understood; undefined: all of it does. */
export type FailureReader = (failed: FailedAnswer) => FailureReading | undefined;

export interface FailureReading {
  readonly code?: ErrorCode | undefined;
  readonly detail?: string | undefined;
  readonly upstream?: string | undefined;
  /** A sentence on what to do, in place of the code's. */
  readonly remedy?: string | undefined;
  readonly retryable?: boolean | undefined;
  /** Used where the headers name no wait. */
  readonly retryAfterMs?: number | undefined;
}

/** The error of an HTTP status above 399, from its body and headers. */
export function failureOfStatus(
  context: FailureContext,
  status: number,
  headers: Readonly<Record<string, string | undefined>>,
  body: string,
): GatewayError {
  const raw = parse(body) ?? pageTitle(body) ?? body;
  return failure(context, status, raw, readWords(raw), retryAfterMs(headers, Date.now()));
}

/** The error that stands in an answer itself: in a 200, or in the middle of a stream. */
export function failureOfBody(context: FailureContext, error: unknown): GatewayError {
  const words = readWords(error);
  return failure(context, words.status, error, words, undefined);
}

interface Words {
  readonly message: string;
  /** Codes and types, lower case, joined: only ever searched. */
  readonly kind: string;
  readonly status: number | undefined;
  readonly upstream: string | undefined;
}

function failure(
  context: FailureContext,
  status: number | undefined,
  body: unknown,
  words: Words,
  wait: number | undefined,
): GatewayError {
  const plain: FailedAnswer = {
    status,
    body,
    code: codeOf(status, words),
    detail: words.message,
    upstream: words.upstream,
  };
  const reading = context.readFailure?.(plain) ?? {};
  const code = reading.code ?? plain.code;
  const upstream = reading.upstream ?? plain.upstream;
  const detail = blot(reading.detail ?? plain.detail, context.secret);
  const who =
    upstream === undefined ? `Gateway "${context.gateway}"` : `"${upstream}" behind gateway "${context.gateway}"`;
  const answered = status === undefined ? "reported an error" : `answered ${status}`;
  const advice = reading.remedy ?? remedy(code, context);
  return new GatewayError(`${who} ${answered}: ${shorten(detail)} ${advice}`.trim(), {
    gateway: context.gateway,
    code,
    upstream,
    status,
    retryable: reading.retryable,
    retryAfterMs: wait ?? reading.retryAfterMs,
    detail,
  });
}

/** The service's own words, wherever it put them: OpenAI's, vLLM's, FastAPI's, OpenRouter's and plainer shapes. */
function readWords(raw: unknown): Words {
  const outer = isObject(raw) ? raw : {};
  const inner = isObject(outer.error)
    ? outer.error
    : Array.isArray(raw) && isObject(raw[0])
      ? readInner(raw[0])
      : outer;
  const metadata = isObject(inner.metadata) ? inner.metadata : {};
  const candidates = [
    inner.message,
    typeof outer.error === "string" ? outer.error : undefined,
    outer.message,
    outer.detail,
    inner.detail,
    typeof raw === "string" ? raw : undefined,
  ];
  const message = candidates.find((candidate) => typeof candidate === "string" && candidate.trim() !== "");
  const rawWords = typeof metadata.raw === "string" && metadata.raw !== message ? ` (${metadata.raw})` : "";
  const fallback = raw === undefined || raw === "" ? "nothing more was said" : JSON.stringify(raw);
  return {
    message: `${message === undefined ? fallback : String(message).trim()}${rawWords}`,
    kind: [inner.code, inner.type, outer.code, outer.type]
      .map((part) => String(part ?? ""))
      .join(" ")
      .toLowerCase(),
    status: httpStatus(inner.code) ?? httpStatus(inner.status) ?? httpStatus(outer.code),
    upstream: typeof metadata.provider_name === "string" ? metadata.provider_name : undefined,
  };
}

function readInner(entry: Record<string, unknown>): Record<string, unknown> {
  return isObject(entry.error) ? entry.error : entry;
}

function httpStatus(value: unknown): number | undefined {
  const status = typeof value === "string" ? Number(value) : value;
  return typeof status === "number" && Number.isInteger(status) && status >= 400 && status <= 599 ? status : undefined;
}

const overflow =
  /context[ _-]?(length|window|size)|maximum context|prompt (is )?too long|too many (input )?tokens|input is too long|max(imum)? (prompt|input) (length|tokens)|reduce the length/i;

function codeOf(status: number | undefined, { kind, message }: Words): ErrorCode {
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
  if (overflow.test(message)) return "context-overflow";
  return /invalid_request/.test(kind) ? "invalid-request" : "server-error";
}

function codeOfStatus(status: number, message: string): ErrorCode {
  switch (status) {
    case 401:
      return "authentication";
    case 402:
      return "payment-required";
    case 403:
      return "permission";
    case 404:
      return /model/i.test(message) ? "model-not-found" : "invalid-request";
    case 408:
    case 504:
      return "timeout";
    case 413:
      return "context-overflow";
    case 429:
      return "rate-limited";
    case 503:
    case 529:
      return "overloaded";
  }
  if (status >= 500) return "server-error";
  return overflow.test(message) ? "context-overflow" : "invalid-request";
}

function remedy(code: ErrorCode, context: FailureContext): string {
  switch (code) {
    case "authentication":
      return context.keyHint;
    case "permission":
      return "The key is valid, but may not do this.";
    case "payment-required":
      return "Add credit with the service that answered, or raise its limit.";
    case "model-not-found":
      return `Check the model's name, "${context.model}".`;
    case "context-overflow":
      return "Start a new conversation, or choose a model with a larger context window.";
    case "rate-limited":
    case "overloaded":
      return "Try again later, or choose another model.";
    default:
      return "";
  }
}

/** `retry-after-ms`, `Retry-After` in seconds or as a date, or the reset time that OpenRouter sends. */
function retryAfterMs(headers: Readonly<Record<string, string | undefined>>, now: number): number | undefined {
  const milliseconds = positive(headers["retry-after-ms"]);
  if (milliseconds !== undefined) return milliseconds;
  const after = headers["retry-after"];
  const seconds = positive(after);
  if (seconds !== undefined) return seconds * 1000;
  const date = after === undefined ? Number.NaN : Date.parse(after);
  if (!Number.isNaN(date)) return Math.max(0, date - now);
  const reset = positive(headers["x-ratelimit-reset"]);
  // Elsewhere the header counts seconds, or is a span: only a moment in milliseconds is understood.
  return reset !== undefined && reset > 1e12 ? Math.max(0, reset - now) : undefined;
}

function positive(value: string | undefined): number | undefined {
  // A header that came several times is joined with commas.
  const first = value?.split(",", 1)[0]?.trim() ?? "";
  const number = first === "" ? Number.NaN : Number(first);
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** What a person would read of an error page of a proxy; undefined for what is no page. */
function pageTitle(body: string): string | undefined {
  if (!/^\s*</.test(body)) return undefined;
  return body.match(/<title[^>]*>([^<]*)</i)?.[1]?.trim() || "a page of HTML, not an answer of a model";
}

function blot(text: string, secret: Secret): string {
  const secrets = typeof secret === "string" ? [secret] : (secret ?? []);
  return secrets.reduce((blotted, each) => (each === "" ? blotted : blotted.replaceAll(each, "***")), text);
}

/** Returns one line of a reasonable length. The whole stands in `detail`. */
export function shorten(text: string): string {
  if (isBinary(text)) return "bytes that are not text.";
  const line = text.replace(/\s+/g, " ").trim();
  const cut = line.length <= 400 ? line : `${line.slice(0, 400)}…`;
  return /[.!?…)]$/.test(cut) ? cut : `${cut}.`;
}

/** Whether a text was read from bytes that are none, such as a compressed body whose headers do not say so. */
function isBinary(text: string): boolean {
  // Escapes colour the text of some services.
  const odd = [...text.matchAll(/(?!\s)\p{Cc}|\ufffd/gu)].filter(([sign]) => sign !== "\u001b");
  return odd.length * 10 > text.length || (odd[0]?.index ?? 4) < 4;
}
