import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import { isObject, type JsonSchema } from "./json.ts";

/**
 * Whether a value is a schema of any library that implements Standard Schema. Such schemas are objects or functions, and may
 * have any other property: only `~standard` tells them apart from a JSON Schema.
 */
export function isStandardSchema(value: unknown): value is StandardSchemaV1 {
  if ((typeof value !== "object" || value === null) && typeof value !== "function") return false;
  return "~standard" in value && typeof Object(value["~standard"]).validate === "function";
}

/**
 * Whether a Standard Schema also has a JSON Schema, as zod's (from 4.2) and arktype's (from 2.1.28) do. Valibot's have one
 * once `toStandardJsonSchema` has added it.
 */
export function hasJsonSchema(schema: unknown): schema is StandardJSONSchemaV1 {
  const { "~standard": standard } = Object(schema) as Partial<StandardJSONSchemaV1>;
  return typeof standard?.jsonSchema?.input === "function";
}

/**
 * A check that JSON Schema cannot express must not cost the whole schema: these options of valibot and zod leave it out.
 * Libraries ignore options that they do not know.
 */
const tolerant = { errorMode: "ignore", unrepresentable: "any" };

/** Conversions take milliseconds for large schemas, and most schemas are constants of a program. */
const converted = new WeakMap<object, JsonSchema>();

/** Returns the JSON Schema (draft 2020-12) of the values that a schema accepts, before it transforms them. */
export function jsonSchemaOf(schema: StandardJSONSchemaV1): JsonSchema {
  const known = converted.get(schema);
  if (known !== undefined) return known;
  const made = schema["~standard"].jsonSchema.input({ target: "draft-2020-12", libraryOptions: tolerant });
  if (!isObject(made)) throw new TypeError("the library returned no JSON Schema");
  converted.set(schema, made);
  return made;
}

/** Returns what to do about a Standard Schema that has no JSON Schema. */
export function jsonSchemaRemedy(schema: StandardSchemaV1): string {
  const { vendor } = schema["~standard"];
  if (vendor === "zod") {
    // zod 3 has no conversion. Since zod 4 its schemas have `_zod`; those of zod/mini never have a JSON Schema themselves.
    return "_zod" in schema
      ? "Pass z.toJSONSchema(schema), or update zod to 4.2 or later."
      : "Update zod to 4.2 or later.";
  }
  if (vendor === "valibot") return "Pass toStandardJsonSchema(schema) of @valibot/to-json-schema.";
  if (vendor === "arktype") return "Update arktype to 2.1.28 or later.";
  return `Update ${vendor} to a version with Standard JSON Schema, or pass a JSON Schema.`;
}
