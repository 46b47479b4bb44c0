/** Limits on what a service may send. They are for services that have gone wrong, and far above what an answer needs. */
export interface ReadLimits {
  /**
   * Characters of one event or line. A longer one fails the stream with the code `protocol`.
   * @defaultValue 16,777,216
   */
  readonly maxLength?: number | undefined;
  /**
   * Bytes of the whole body. A longer one fails the stream with the code `protocol`.
   * @defaultValue 268,435,456
   */
  readonly maxBytes?: number | undefined;
}

export const readLimits = { maxLength: 16 * 1024 * 1024, maxBytes: 256 * 1024 * 1024 } as const;
