export const limits = {
  /** Bytes that wait for a slow reader before the socket is held up. */
  queue: 256 * 1024,
  /** Milliseconds that a connection nobody uses is kept, unless the service says how long. */
  keepAliveMs: 30_000,
  /** Milliseconds that the end of a released answer is waited for before a request: less than a new connection takes. */
  patienceMs: 10,
  /** Milliseconds that a released answer may take to reach its end before its connection is given up. */
  graceMs: 250,
} as const;
