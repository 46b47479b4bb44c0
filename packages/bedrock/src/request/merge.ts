import { isObject, type JsonObject, type JsonValue } from "@waygate/core/plugin";

/** Puts objects together, the later ones over the earlier; objects within them likewise, everything else as a whole. */
export function merge(...objects: readonly (JsonObject | undefined)[]): JsonObject {
  const result = new Map<string, JsonValue>();
  for (const object of objects) {
    for (const [key, value] of Object.entries(object ?? {})) {
      const before = result.get(key);
      const both = isObject(before) && isObject(value);
      result.set(key, both ? merge(before as JsonObject, value as JsonObject) : value);
    }
  }
  return Object.fromEntries(result);
}
