export const limits = {
  /** Bytes that are kept for a slow reader before the socket is paused. */
  queue: 256 * 1024,
  /** Milliseconds that an unused connection is kept, unless the service says how long. */
  keepAliveMs: 30_000,
  /** Milliseconds that a request waits for the end of a released answer: less than a new connection takes. */
  patienceMs: 10,
  /** Milliseconds that a released answer may take to end before its connection is closed. */
  graceMs: 250,
} as const;
