import { GatewayError } from "@waygate/core/plugin";
import { type HttpPhase, HttpTimeout, networkCode } from "@waygate/http";

/** The error of an exchange that failed below HTTP: no address, no connection, no answer in time. */
export function connectionFailure(gateway: string, url: URL, error: unknown): GatewayError {
  if (error instanceof HttpTimeout) return timeout(gateway, url, error);
  const known = knownFailure(networkCode(error), url);
  const words =
    known?.words ?? `The connection to ${url.host} failed: ${error instanceof Error ? error.message : String(error)}.`;
  return new GatewayError(`Gateway "${gateway}": ${words}`, {
    gateway,
    code: "connection",
    retryable: known?.retryable,
    cause: error,
  });
}

const phases: Readonly<Record<HttpPhase, string>> = {
  connect: "did not accept a connection",
  headers: "did not begin to answer",
  "first-byte": "sent headers, but no answer",
  idle: "fell silent in the middle of its answer",
};

function timeout(gateway: string, url: URL, { phase, milliseconds }: HttpTimeout): GatewayError {
  const time = milliseconds === undefined ? " in time" : `: nothing came for ${milliseconds / 1000} s`;
  const words = `${url.origin} ${phases[phase]}${time}.`;
  const advice = "Try again, choose another model, or allow more time.";
  return new GatewayError(`Gateway "${gateway}": ${words} ${advice}`, { gateway, code: "timeout", phase });
}

interface Known {
  readonly words: string;
  readonly retryable?: boolean;
}

function knownFailure(code: string | undefined, url: URL): Known | undefined {
  switch (code) {
    // Nobody is there, or nobody of that name: asking again at once would only keep a person waiting.
    case "ECONNREFUSED":
      return {
        words: `Nothing answers at ${url.origin}. Start the service, or correct its address in the settings.`,
        retryable: false,
      };
    case "ENOTFOUND":
      return {
        words: `The host ${url.hostname} is not known. Check the address in the settings and the network.`,
        retryable: false,
      };
    case "EAI_AGAIN":
      return { words: `The host ${url.hostname} could not be looked up. Check the network, or try again.` };
    case "ETIMEDOUT":
      return { words: `${url.origin} did not accept a connection. Check the network, or try again.` };
    case "ECONNRESET":
    case "EPIPE":
    case "UND_ERR_SOCKET":
      return { words: `${url.origin} closed the connection before its answer was complete. Try again.` };
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "CERT_HAS_EXPIRED":
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return { words: `The certificate of ${url.host} is not trusted (${code}).`, retryable: false };
    default:
      return undefined;
  }
}
