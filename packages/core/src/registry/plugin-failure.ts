import { GatewayError, isGatewayError } from "../contract/error.ts";

/**
 * Returns what is thrown to the caller in place of what a plugin threw: the reason of the abort if there was one, a
 * `GatewayError` as it is, and anything else as one that names the gateway.
 */
export function pluginFailure(id: string, signal: AbortSignal | undefined, error: unknown): unknown {
  if (signal?.aborted === true) return signal.reason;
  if (isGatewayError(error)) return error;
  const words = error instanceof Error ? error.message : String(error);
  return new GatewayError(`The plugin of gateway "${id}" failed: ${words}. Report this to the plugin's author.`, {
    gateway: id,
    code: "protocol",
    cause: error,
  });
}
