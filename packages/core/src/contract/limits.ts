/** What a model, or a service, may make a program hold or compute. */
export interface Limits {
  /**
   * How many bytes one answer may have: text, arguments of tool calls, reasoning, opaque state, media, notices and all
   * else that its events carry. A character counts as one byte. A larger answer fails with code `protocol`.
   *
   * @defaultValue 64 MiB. It is 256 MiB at most, whatever is set: JavaScript's own texts end not far beyond.
   */
  readonly answerBytes: number;
  /**
   * How many tool calls one answer may have. An answer with more fails with code `protocol`.
   *
   * @defaultValue 1,000
   */
  readonly calls: number;
  /**
   * How many steps one check against a JSON Schema may take: of a tool call's arguments, or of an answer as data. A step
   * is one value met by one schema, one key, or one comparison. A check that takes more is given up, and the model
   * reads that the value is too large. Standard Schemas (Zod, valibot) are not counted: their libraries check them.
   *
   * @defaultValue 1,000,000, which takes some tenths of a second
   */
  readonly schemaSteps: number;
}

export const defaultLimits: Limits = { answerBytes: 64 * 2 ** 20, calls: 1000, schemaSteps: 1_000_000 };
