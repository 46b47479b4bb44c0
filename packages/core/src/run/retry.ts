import { longestTimerMs } from "../contract/deadlines.ts";
import type { GatewayError } from "../contract/error.ts";

/** When a model call that failed before it said anything is made again. */
export interface RetryPolicy {
  /** How often a model is asked, the first time included. Default: 4. With 1, nothing is retried. */
  readonly maxAttempts: number;
  /** The wait before the second attempt, in milliseconds; it doubles with each further one. Default: 500. */
  readonly baseDelayMs: number;
  /** The longest wait of our own choosing, in milliseconds. Default: 20,000. */
  readonly maxDelayMs: number;
  /**
   * The longest wait that a service may ask for, in milliseconds. Where it asks for more, it is not waited for: the
   * call moves on to the next fallback, or fails. Default: 60,000.
   */
  readonly maxRetryAfterMs: number;
}

export const defaultRetryPolicy: RetryPolicy = {
  maxAttempts: 4,
  baseDelayMs: 500,
  maxDelayMs: 20_000,
  maxRetryAfterMs: 60_000,
};

/**
 * How long to wait after the given attempt (1 for the first), in milliseconds; undefined where it was the last. Our own
 * waits are spread between half and all of their length, so that programs which failed together do not return together;
 * a service's own word is never undercut.
 */
export function delayAfter(attempt: number, error: GatewayError, policy: RetryPolicy): number | undefined {
  if (!error.retryable || attempt >= policy.maxAttempts) return undefined;
  const own = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
  if (error.retryAfterMs === undefined) return Math.round(own);
  if (error.retryAfterMs > policy.maxRetryAfterMs) return undefined;
  return Math.round(error.retryAfterMs + own * 0.1);
}

/** Waits. Rejects with the signal's reason as soon as it is aborted. */
export function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(
      () => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      },
      Math.min(milliseconds, longestTimerMs),
    );
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
