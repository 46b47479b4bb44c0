import { GatewayError } from "@waygate/core/plugin";

/** The error of an exchange that failed below HTTP: no address, no connection, no answer in time. */
export function connectionFailure(gateway: string, url: URL, error: unknown): GatewayError {
  const code = codeOf(error);
  const known = knownFailure(code, url);
  const words =
    known?.words ?? `The connection to ${url.host} failed: ${error instanceof Error ? error.message : String(error)}.`;
  return new GatewayError(`Gateway "${gateway}": ${words}`, {
    gateway,
    code: known?.timeout === true ? "timeout" : "connection",
    retryable: known?.retryable,
    cause: error,
  });
}

interface Known {
  readonly words: string;
  readonly timeout?: boolean;
  readonly retryable?: boolean;
}

function knownFailure(code: string | undefined, url: URL): Known | undefined {
  switch (code) {
    case "ECONNREFUSED":
      return { words: `Nothing answers at ${url.origin}. Start the service, or correct its address in the settings.` };
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return { words: `The host ${url.hostname} is not known. Check the address in the settings and the network.` };
    case "UND_ERR_CONNECT_TIMEOUT":
    case "ETIMEDOUT":
      return {
        words: `${url.origin} did not accept a connection in time. Check the network, or try again.`,
        timeout: true,
      };
    case "UND_ERR_HEADERS_TIMEOUT":
      return {
        words: `${url.origin} did not begin to answer in time. Try again, or choose another model.`,
        timeout: true,
      };
    case "UND_ERR_BODY_TIMEOUT":
      return { words: `${url.origin} fell silent in the middle of its answer. Try again.`, timeout: true };
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

function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  // Several addresses of one host that all refuse come as one error of many.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const code = (first as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}
