import type { JsonValue } from "@waygate/core/plugin";
import * as v from "valibot";

/** The schema of any plain JSON value; valibot has no type for JSON of any depth. */
export const json = v.custom<JsonValue>(isJson, "must be plain JSON");

function isJson(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object") return false;
  if (Array.isArray(value)) return value.every(isJson);
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.values(value).every(isJson);
}
