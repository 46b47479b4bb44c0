import { isObject, type JsonObject, type JsonValue } from "@waygate/core/plugin";

/** What every request is about: fields that no setting and no option may change. */
export const protectedFields = ["model", "messages", "stream"] as const;

/**
 * A body with fields added. Objects are merged key by key, at any depth; any other value, a list too, replaces what was
 * there; null removes it.
 */
export function mergeBody(body: JsonObject, extra: JsonObject): JsonObject {
  // A map, as JSON may have a key `__proto__`, which must end up as a key like any other.
  const merged = new Map<string, JsonValue>(Object.entries(body));
  for (const [key, value] of Object.entries(extra)) {
    if (value === null) merged.delete(key);
    else if (isJsonObject(value)) {
      const before = merged.get(key);
      merged.set(key, mergeBody(isJsonObject(before) ? before : {}, value));
    } else merged.set(key, value);
  }
  return Object.fromEntries(merged);
}

function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return isObject(value);
}
