/** Waits no longer than the signal allows: rejects with its reason. What is waited for goes on. */
export async function unlessAborted<Value>(result: Promise<Value>, signal: AbortSignal): Promise<Value> {
  // Nobody may be left to hear of a failure.
  result.catch(() => undefined);
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([result, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
