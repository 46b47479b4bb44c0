import type { Phase } from "./deadlines.ts";
import type { AssistantMessage } from "./message.ts";

/**
 * Every way in which a gateway can fail. Codes are API; messages are for people. `retryable` says whether the same request
 * may succeed later, unless the error itself says otherwise. Later versions may add codes.
 */
export const errorCodes = {
  authentication: { retryable: false, meaning: "The key or credential was missing from the request or not accepted." },
  permission: { retryable: false, meaning: "The credential is valid but may not do this." },
  "payment-required": { retryable: false, meaning: "Credits or a spending limit are used up at the service named." },
  "model-not-found": { retryable: false, meaning: "The gateway has no model of this name." },
  "model-unavailable-in-region": { retryable: false, meaning: "The model exists, but not in the configured region." },
  "invalid-request": { retryable: false, meaning: "The service refused the request as it stands." },
  "context-overflow": { retryable: false, meaning: "The conversation is longer than the model's context window." },
  "content-filter": { retryable: false, meaning: "A moderation rule refused the request or the answer." },
  "rate-limited": { retryable: true, meaning: "Too many requests or tokens in a span of time." },
  overloaded: { retryable: true, meaning: "The service has no capacity at the moment." },
  "server-error": { retryable: true, meaning: "The service failed on its side (5xx)." },
  timeout: { retryable: true, meaning: "A phase of the exchange took longer than its deadline." },
  connection: { retryable: true, meaning: "The service could not be reached, or the connection broke." },
  protocol: { retryable: false, meaning: "The answer, or a plugin, broke the rules of its protocol." },
  unsupported: { retryable: false, meaning: "The request asks for what the gateway or model declared it cannot do." },
  settings: { retryable: false, meaning: "The gateway's settings are missing or wrong." },
  credentials: { retryable: false, meaning: "No credential is configured where one is needed." },
  budget: { retryable: false, meaning: "The cost limit of the run cannot be enforced for the model." },
  closed: { retryable: false, meaning: "The program closed the gateway or its registry, or removed the gateway." },
} as const satisfies Record<string, { retryable: boolean; meaning: string }>;

/** The codes of this version. */
export type ErrorCode = keyof typeof errorCodes;

/** A code as errors carry it: a plugin made for a later version may fail with one that this version does not list. */
export type AnyErrorCode = ErrorCode | (string & {});

/** The fields of a `GatewayError`. The message is apart. */
export interface GatewayErrorInit {
  /** The gateway's id. */
  readonly gateway: string;
  /** A code that this version does not list counts as not retryable. */
  readonly code: AnyErrorCode;
  /** The service behind the gateway that failed, if the gateway names it. */
  readonly upstream?: string | undefined;
  /** The HTTP status. */
  readonly status?: number | undefined;
  /** Whether the same request may succeed later. The default is the code's entry in `errorCodes`. */
  readonly retryable?: boolean | undefined;
  /** How long the service asked to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** The phase that took too long, for the code `timeout`. */
  readonly phase?: Phase | undefined;
  /** The service's own words, unchanged but for secrets. */
  readonly detail?: string | undefined;
  /** The error that lies beneath. */
  readonly cause?: unknown;
}

type Field = Exclude<keyof GatewayErrorInit, "cause">;

/** Checked to be complete: what is missing here would be lost when an error is reworded. */
const fields = Object.keys({
  code: true,
  gateway: true,
  upstream: true,
  status: true,
  retryable: true,
  retryAfterMs: true,
  phase: true,
  detail: true,
} satisfies Record<Field, true>) as readonly Field[];

// A symbol of the global registry: two copies of core in one program recognise each other's errors.
const brand = Symbol.for("waygate.GatewayError");

/** The one error that a gateway, a registry or a run fails with. Recognise it with `isGatewayError`. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly gateway: string;
  readonly code: AnyErrorCode;
  readonly upstream: string | undefined;
  readonly status: number | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly phase: Phase | undefined;
  readonly detail: string | undefined;
  /** The part of the answer that had arrived before the error; set by the run. */
  partial: AssistantMessage | undefined;

  constructor(message: string, init: GatewayErrorInit) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause });
    this.gateway = init.gateway;
    this.code = init.code;
    this.upstream = init.upstream;
    this.status = init.status;
    this.retryable = init.retryable ?? isRetryable(init.code);
    this.retryAfterMs = init.retryAfterMs;
    this.phase = init.phase;
    this.detail = init.detail;
    Object.defineProperty(this, brand, { value: true });
  }

  /** Returns the error as plain data: message and fields, the cause as its name and message, and no stack. */
  toJSON(): GatewayErrorData {
    return errorData(this);
  }
}

/** A `GatewayError` as plain data. Fields that the error does not have are absent. */
export interface GatewayErrorData extends Omit<GatewayErrorInit, "cause" | "retryable"> {
  readonly name: "GatewayError";
  readonly message: string;
  readonly retryable: boolean;
  readonly partial?: AssistantMessage;
  readonly cause?: { readonly name?: string; readonly message: string };
}

/** Returns an error as plain data, as `toJSON` does, also for errors of another copy of core. */
export function errorData(error: GatewayError): GatewayErrorData {
  const data: Record<string, unknown> = { name: "GatewayError", message: error.message };
  for (const field of [...fields, "partial" as const]) {
    if (error[field] !== undefined) data[field] = error[field];
  }
  if (error.cause !== undefined) data.cause = summaryOf(error.cause);
  return data as unknown as GatewayErrorData;
}

function summaryOf(cause: unknown): GatewayErrorData["cause"] {
  const { name, message } = Object(cause) as { readonly name?: unknown; readonly message?: unknown };
  if (typeof message !== "string") return { message: String(cause) };
  return { ...(typeof name === "string" && { name }), message };
}

/**
 * Returns an error with another message. It keeps all fields but those in `changes`, and has the first error as its cause.
 * Errors are reworded where more is known about them than where they were made.
 */
export function reworded(
  error: GatewayError,
  message: string,
  changes: Partial<Omit<GatewayErrorInit, "cause">> = {},
): GatewayError {
  const { gateway, code } = error;
  const kept = Object.fromEntries(fields.map((field) => [field, error[field]]));
  const next = new GatewayError(message, { gateway, code, ...kept, ...changes, cause: error });
  next.partial = error.partial;
  return next;
}

/** Whether a value is a `GatewayError`, of this copy of core or of another one in the same program. */
export function isGatewayError(value: unknown): value is GatewayError {
  return typeof value === "object" && value !== null && brand in value;
}

function isRetryable(code: string): boolean {
  return Object.hasOwn(errorCodes, code) && errorCodes[code as ErrorCode].retryable;
}
