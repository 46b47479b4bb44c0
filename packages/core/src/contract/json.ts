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

/** Returns whether a value is the same after it was written as JSON and read again. */
export function survivesJson(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  try {
    const text = JSON.stringify(value);
    return text !== undefined && isSame(value, JSON.parse(text));
  } catch {
    // A cycle, a BigInt, or deeper than the stack.
    return false;
  }
}

/** Compares a value with its copy. Keys whose value is `undefined` count as absent. */
function isSame(value: unknown, copy: unknown): boolean {
  if (Object.is(value, copy) || (value === 0 && copy === 0)) return true;
  if (Array.isArray(value)) return Array.isArray(copy) && value.every((item, index) => isSame(item, copy[index]));
  if (!isObject(value) || !isObject(copy)) return false;
  return Object.keys(value).every((key) => value[key] === undefined || isSame(value[key], copy[key]));
}
