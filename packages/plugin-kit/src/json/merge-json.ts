import { isObject, type JsonObject, type JsonValue } from "@waygate/core/plugin";

/**
 * Merges one JSON object into another and returns the result: settings over settings, or fields over the body of a request.
 * Objects are merged key by key at any depth. Any other value, a list too, replaces the value below it.
 *
 * @param nulls `remove`: null removes the key. `stay`: null is kept, so that it removes the key in a later merge.
 */
export function mergeJson(below: JsonObject, above: JsonObject, nulls: "remove" | "stay"): JsonObject {
  // A map: JSON may have a key `__proto__`, which must end up as a key like any other.
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
