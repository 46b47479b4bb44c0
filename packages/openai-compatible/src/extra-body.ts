import { type JsonObject, mergeJson } from "@waygate/core/plugin";

/** What every request is about: fields that no setting and no option may change. */
export const protectedFields = ["model", "messages", "stream"] as const;

/** A body with fields added; null removes one. */
export function mergeBody(body: JsonObject, extra: JsonObject): JsonObject {
  return mergeJson(body, extra, "remove");
}
