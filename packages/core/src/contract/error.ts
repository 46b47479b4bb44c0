import type { Phase } from "./deadlines.ts";
import type { AssistantMessage } from "./message.ts";

/**
 * Every way a gateway can fail. Codes are API; messages are for people. `retryable` says whether the same request may
 * succeed later, unless the error itself says otherwise.
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
  budget: { retryable: false, meaning: "A limit that the program set itself is reached." },
} as const satisfies Record<string, { retryable: boolean; meaning: string }>;

export type ErrorCode = keyof typeof errorCodes;

export interface GatewayErrorInit {
  /** The gateway's id. */
  readonly gateway: string;
  readonly code: ErrorCode;
  /** The service behind the gateway that failed, where the gateway names it. */
  readonly upstream?: string | undefined;
  /** The HTTP status. */
  readonly status?: number | undefined;
  /** Default: what the code's table entry says. */
  readonly retryable?: boolean | undefined;
  /** How long the service asked to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Which phase took too long, for the code `timeout`. */
  readonly phase?: Phase | undefined;
  /** The service's own words, unchanged. */
  readonly detail?: string | undefined;
  readonly cause?: unknown;
}

// A symbol of the global registry: two copies of core in one program recognise each other's errors.
const brand = Symbol.for("waygate.GatewayError");

/** The one error that a gateway, a registry or a run fails with. Recognise it with `isGatewayError`. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly gateway: string;
  readonly code: ErrorCode;
  readonly upstream: string | undefined;
  readonly status: number | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly phase: Phase | undefined;
  readonly detail: string | undefined;
  /** What the model had said when the error struck; set by the run. */
  partial: AssistantMessage | undefined;

  constructor(message: string, init: GatewayErrorInit) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause });
    this.gateway = init.gateway;
    this.code = init.code;
    this.upstream = init.upstream;
    this.status = init.status;
    this.retryable = init.retryable ?? errorCodes[init.code].retryable;
    this.retryAfterMs = init.retryAfterMs;
    this.phase = init.phase;
    this.detail = init.detail;
    Object.defineProperty(this, brand, { value: true });
  }
}

/** Whether a value is a `GatewayError`, of this copy of core or of another one in the same program. */
export function isGatewayError(value: unknown): value is GatewayError {
  return typeof value === "object" && value !== null && brand in value;
}
