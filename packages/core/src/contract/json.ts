/** A value that survives `JSON.parse(JSON.stringify(value))` unchanged. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** A JSON object: plain data, no class instances. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** A JSON Schema, draft 2020-12. Keywords that are not known are ignored. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** Whether a value is an object with keys: not null, not an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
