/** Limits on what a service may send. They are for services that have gone wrong, and far above what an answer needs. */
export const limits = {
  /** Characters of one server-sent event. */
  event: 16 * 1024 * 1024,
  /** Bytes of an answer that comes whole. */
  body: 64 * 1024 * 1024,
} as const;
