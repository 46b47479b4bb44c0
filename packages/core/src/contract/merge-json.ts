import { isObject, type JsonObject, type JsonValue } from "./json.ts";

/**
 * Lays one object over another, as settings are laid over one another and over the body of a request. Objects are merged
 * key by key, at any depth; any other value, a list too, replaces what was there. `nulls`: whether null removes a key, or
 * stays, to remove it from what the result is laid over later.
 */
export function mergeJson(below: JsonObject, above: JsonObject, nulls: "remove" | "stay"): JsonObject {
  // A map, as JSON may have a key `__proto__`, which must end up as a key like any other.
  const merged = new Map<string, JsonValue>(Object.entries(below));
  for (const [key, value] of Object.entries(above)) {
    if (value === null && nulls === "remove") merged.delete(key);
    else if (isJsonObject(value)) {
      const before = merged.get(key);
      merged.set(key, mergeJson(isJsonObject(before) ? before : {}, value, nulls));
    } else merged.set(key, value);
  }
  return Object.fromEntries(merged);
}

function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return isObject(value);
}
