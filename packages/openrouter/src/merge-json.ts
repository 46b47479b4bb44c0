import { isObject, type JsonObject, type JsonValue } from "@waygate/core/plugin";

/**
 * Lays one object over another. Objects are merged key by key, at any depth; any other value, a list too, replaces what
 * was there. Null removes it, or stays to remove it later.
 */
export function mergeJson(before: JsonObject, later: JsonObject, nulls: "remove" | "stay"): JsonObject {
  // A map, as JSON may have a key `__proto__`, which must end up as a key like any other.
  const merged = new Map<string, JsonValue>(Object.entries(before));
  for (const [key, value] of Object.entries(later)) {
    const old = merged.get(key);
    if (value === null && nulls === "remove") merged.delete(key);
    else if (isJsonObject(value)) merged.set(key, mergeJson(isJsonObject(old) ? old : {}, value, nulls));
    else merged.set(key, value);
  }
  return Object.fromEntries(merged);
}

function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return isObject(value);
}
