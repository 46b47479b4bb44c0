/** What a model, or a service, may make a program hold or compute. */
export interface Limits {
  /**
   * How many steps one check against a JSON Schema may take: of a tool call's arguments, or of an answer as data. A step
   * is one value met by one schema, one key, or one comparison. A check that takes more is given up, and the model
   * reads that the value is too large. Standard Schemas (Zod, valibot) are not counted: their libraries check them.
   *
   * @defaultValue 1,000,000, which takes some tenths of a second
   */
  readonly schemaSteps: number;
}

export const defaultLimits: Limits = { schemaSteps: 1_000_000 };
