import { GatewayError } from "../contract/error.ts";
import { pluginFailure } from "./plugin-failure.ts";

/** How long a plugin may take for its list of models or its check, in milliseconds. Sign-in commands take a while. */
export const pluginCallMs = 60_000;

/** How long a plugin may take to close, in milliseconds. */
export const pluginCloseMs = 10_000;

export interface PluginCall {
  readonly gateway: string;
  /** As the author named the function: `models()`. */
  readonly name: string;
  readonly limitMs: number;
}

/**
 * Calls a function of a plugin. Settles when the function does, when the signal is aborted, or when the time is up: a plugin
 * that never settles must not hold up its caller. Failures are `GatewayError`s that name the gateway.
 */
export async function callPlugin<Result>(
  { gateway, name, limitMs }: PluginCall,
  signal: AbortSignal | undefined,
  call: (signal: AbortSignal) => Promise<Result> | Result,
): Promise<Result> {
  const own = new AbortController();
  const { promise: given, reject } = Promise.withResolvers<never>();
  const giveUp = (reason: unknown) => {
    own.abort(reason);
    reject(reason);
  };
  const onAbort = () => giveUp(signal?.reason);
  const timer = setTimeout(() => giveUp(tooLate(gateway, name, limitMs)), limitMs);
  try {
    signal?.throwIfAborted();
    signal?.addEventListener("abort", onAbort, { once: true });
    const called = Promise.resolve(call(own.signal));
    // A rejection after the time is up has no other listener.
    called.catch(() => undefined);
    return await Promise.race([called, given]);
  } catch (error) {
    throw own.signal.aborted ? own.signal.reason : pluginFailure(gateway, signal, error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

function tooLate(gateway: string, name: string, limitMs: number): GatewayError {
  const words = `The plugin of gateway "${gateway}" did not finish ${name} within ${limitMs / 1000} s.`;
  return new GatewayError(`${words} Try again, or report this to the plugin's author.`, {
    gateway,
    code: "timeout",
    phase: "total",
  });
}
