/** Bounds on what a service may send. Generous: they are there for services that have gone wrong. */
export const limits = {
  /** Characters of one server-sent event. */
  event: 16 * 1024 * 1024,
  /** Bytes of an answer that comes whole. */
  body: 64 * 1024 * 1024,
} as const;
