import type { JsonObject } from "@waygate/core/plugin";
import * as v from "valibot";
import { protectedFields } from "./extra-body.ts";

const notAnObject = "must be an object of fields for the request's body";

/** The schema of fields for a request's body: any JSON, but for the fields that are not to be changed. */
export const jsonBody = v.pipe(
  v.record(v.string(), v.unknown(), notAnObject),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const field of protectedFields) {
      if (Object.hasOwn(dataset.value, field)) addIssue({ message: `must not hold "${field}": it is what is asked` });
    }
    // A list reaches this place as an object of its positions.
    if (Object.hasOwn(dataset.value, "0")) addIssue({ message: notAnObject });
    if (!isJson(dataset.value)) addIssue({ message: "must hold plain JSON only" });
  }),
);

/** What `jsonBody` has checked: valibot has no type for JSON of any depth. */
export function asJsonObject(checked: v.InferOutput<typeof jsonBody> | undefined): JsonObject {
  return (checked ?? {}) as JsonObject;
}

function isJson(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object") return false;
  if (Array.isArray(value)) return value.every(isJson);
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.values(value).every(isJson);
}
