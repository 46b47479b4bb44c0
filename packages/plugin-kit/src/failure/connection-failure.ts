import { GatewayError } from "@waygate/core/plugin";
import { type HttpPhase, HttpTimeout, networkCode } from "@waygate/http";

/** The service that could not be reached. */
export interface Unreached {
  /** The id of the gateway. */
  readonly gateway: string;
  /** What was asked, for people, such as `https://api.example.com`. */
  readonly host: string;
  /** What does not work now, if the host is not that of the requests. It stands before the rest, with a colon. */
  readonly purpose?: string | undefined;
  /** What to do if nothing listens there. */
  readonly ifRefused: string;
  /** What to do if there is no such host. */
  readonly ifUnknown: string;
}

/**
 * Returns the error of an exchange that failed below HTTP: no such host, no connection, no answer in time, an untrusted
 * certificate.
 *
 * @param error What `Http.send` rejected with, or what broke the body.
 */
export function connectionFailure(unreached: Unreached, error: unknown): GatewayError {
  const { gateway, purpose } = unreached;
  const before = `Gateway "${gateway}": ${purpose === undefined ? "" : `${purpose}: `}`;
  if (error instanceof HttpTimeout) return timeout(before, unreached, error);
  const { words, retryable } = describe(unreached, error);
  return new GatewayError(`${before}${words}`, { gateway, code: "connection", retryable, cause: error });
}

const phases = {
  connect: { deadline: "connectMs", words: "did not accept a connection" },
  headers: { deadline: "headersMs", words: "did not begin to answer" },
  "first-byte": { deadline: "firstByteMs", words: "sent headers, but no content" },
  idle: { deadline: "idleMs", words: "sent nothing more in the middle of its answer" },
} as const satisfies Record<HttpPhase, { readonly deadline: string; readonly words: string }>;

function timeout(before: string, { gateway, host }: Unreached, { phase, milliseconds }: HttpTimeout): GatewayError {
  const { deadline, words } = phases[phase];
  const time = milliseconds === undefined ? "" : ` after ${milliseconds / 1000} s`;
  const message =
    `${before}request timed out${time} (${phase}): ${host} ${words}. ` +
    `Try again, choose another model, or increase "deadlines.${deadline}".`;
  return new GatewayError(message, { gateway, code: "timeout", phase });
}

interface Description {
  readonly words: string;
  /** Default: as the code is. */
  readonly retryable?: boolean;
}

function describe({ host, ifRefused, ifUnknown }: Unreached, error: unknown): Description {
  const code = networkCode(error);
  const name = lookedUp(error) ?? host;
  switch (code) {
    // Another attempt at once would only keep people waiting.
    case "ECONNREFUSED":
      return { words: `${host} refused the connection. ${ifRefused}`, retryable: false };
    case "ENOTFOUND":
      return { words: `The host ${name} is unknown. ${ifUnknown}`, retryable: false };
    case "EAI_AGAIN":
      return { words: `The host ${name} could not be looked up. Try again. ${ifUnknown}` };
    case "ETIMEDOUT":
      return { words: `The connection to ${host} timed out. Check the network, or try again.` };
    case "ECONNRESET":
    case "EPIPE":
    case "UND_ERR_SOCKET":
      return { words: `${host} closed the connection before its answer was complete. Try again.` };
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "CERT_HAS_EXPIRED":
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return { words: `The certificate of ${host} is not trusted (${code}).`, retryable: false };
    default:
      return { words: `The connection to ${host} failed: ${error instanceof Error ? error.message : String(error)}.` };
  }
}

/** The host that was looked up in vain. */
function lookedUp(error: unknown): string | undefined {
  const host = typeof error === "object" && error !== null && "hostname" in error ? error.hostname : undefined;
  return typeof host === "string" ? host : undefined;
}
