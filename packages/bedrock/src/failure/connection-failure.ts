import { GatewayError } from "@waygate/core/plugin";
import { type HttpPhase, HttpTimeout, networkCode } from "@waygate/http";

/** Who could not be reached. */
export interface Unreached {
  /** The id of the gateway. */
  readonly gateway: string;
  /** For people. */
  readonly host: string;
  /** What that prevents, where the host is another than that of the requests; a colon completes it. */
  readonly whose?: string;
  /** For a host that there is not, what was probably meant. */
  readonly meant?: string;
}

/** The error of an exchange that failed below HTTP: no address, no connection, no answer in time. */
export function connectionFailure(unreached: Unreached, error: unknown): GatewayError {
  const { gateway, whose } = unreached;
  const before = `Gateway "${gateway}": ${whose === undefined ? "" : `${whose}: `}`;
  if (error instanceof HttpTimeout) return timeout(before, unreached, error);
  const { words, retryable } = describe(unreached, error);
  return new GatewayError(`${before}${words}`, { gateway, code: "connection", retryable, cause: error });
}

const phases: Readonly<Record<HttpPhase, string>> = {
  connect: "did not accept a connection",
  headers: "did not begin to answer",
  "first-byte": "sent headers, but no answer",
  idle: "fell silent in the middle of its answer",
};

function timeout(before: string, { gateway, host }: Unreached, { phase, milliseconds }: HttpTimeout): GatewayError {
  const time = milliseconds === undefined ? " in time" : `: nothing came for ${milliseconds / 1000} s`;
  const words = `${host} ${phases[phase]}${time}.`;
  const advice = "Try again, choose another model, or allow more time.";
  return new GatewayError(`${before}${words} ${advice}`, { gateway, code: "timeout", phase });
}

function describe(
  { host, whose, meant = "" }: Unreached,
  error: unknown,
): { readonly words: string; readonly retryable?: boolean } {
  const isOurs = whose === undefined;
  const code = networkCode(error);
  switch (code) {
    case "ECONNREFUSED":
      // Asking again at once would only keep a person waiting.
      return {
        words: `Nothing answers at ${host}. Check ${isOurs ? "endpoint_url and " : ""}the network.`,
        retryable: false,
      };
    case "ENOTFOUND":
      return {
        words: `The host ${hostOf(error) ?? host} is not known. Check the region${isOurs ? ", endpoint_url" : ""} and the network.${meant}`,
        retryable: false,
      };
    case "EAI_AGAIN":
      return {
        words: `The host ${hostOf(error) ?? host} could not be looked up. Check the network, or try again.${meant}`,
      };
    case "ETIMEDOUT":
      return { words: `${host} did not accept a connection. Check the network, or try again.` };
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
function hostOf(error: unknown): string | undefined {
  const host = typeof error === "object" && error !== null && "hostname" in error ? error.hostname : undefined;
  return typeof host === "string" ? host : undefined;
}
