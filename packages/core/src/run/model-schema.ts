import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import { isObject, type JsonSchema, type JsonValue } from "../contract/json.ts";
import { violations } from "../contract/schema/violations.ts";
import { formatPath, toIssue } from "../contract/settings.ts";
import { hasJsonSchema, isStandardSchema, jsonSchemaOf, jsonSchemaRemedy } from "../contract/standard-schema.ts";

/** Result of a check. `faults` are written for the model: a path and what is wrong there. */
export type Checked =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly faults: readonly string[] };

/** A schema given by the program, read once: what the model is shown of it, and how the model's JSON is checked. */
export interface ModelSchema {
  readonly json: JsonSchema;
  /**
   * Returns the value as the schema transforms it; a promise only if the schema does. `whole` names the value in faults.
   * `steps`: `Limits.schemaSteps`.
   */
  check(value: JsonValue, whole: string, steps: number): Checked | Promise<Checked>;
}

const known = new WeakMap<object, ModelSchema>();

/**
 * Reads a Standard Schema or a JSON Schema. `subject` says where the program wrote it. Throws a `TypeError` that says what to
 * do about a schema that a model cannot be shown.
 */
export function readSchema(schema: unknown, subject: string): ModelSchema {
  if (isStandardSchema(schema)) {
    const read = known.get(schema) ?? readStandardSchema(schema, subject);
    known.set(schema, read);
    return read;
  }
  requireJsonSchema(schema, subject);
  return {
    json: schema,
    check(value, _whole, steps) {
      const faults = violations(value, schema, steps);
      return faults.length === 0 ? { ok: true, value } : { ok: false, faults };
    },
  };
}

function readStandardSchema(schema: StandardSchemaV1, subject: string): ModelSchema {
  const { vendor } = schema["~standard"];
  const kind = `${/^[aeiou]/i.test(vendor) ? "an" : "a"} ${vendor} schema`;
  if (!hasJsonSchema(schema)) {
    throw new TypeError(
      `run: ${subject} is ${kind} without a JSON Schema, which the model must be shown. ${jsonSchemaRemedy(schema)}`,
    );
  }
  return {
    json: shown(schema, `run: ${subject} is ${kind} whose JSON Schema cannot be made`),
    check(value, whole) {
      const result = schema["~standard"].validate(value);
      // Not `instanceof`: a promise of another realm would pass for a result without issues.
      return "then" in result ? result.then((late) => toChecked(late, whole)) : toChecked(result, whole);
    },
  };
}

function toChecked(result: StandardSchemaV1.Result<unknown>, whole: string): Checked {
  if (result.issues === undefined) return { ok: true, value: result.value };
  const faults = result.issues.map(toIssue).map(({ path, message }) => `${formatPath(path) || whole}: ${message}`);
  return { ok: false, faults };
}

/** Returns a schema's JSON Schema without `$schema`, which some services reject and which says nothing to a model. */
function shown(schema: StandardJSONSchemaV1, failure: string): JsonSchema {
  try {
    const { $schema: _, ...json } = jsonSchemaOf(schema);
    return json;
  } catch (error) {
    throw new TypeError(`${failure}: ${error instanceof Error ? error.message : String(error)}.`, { cause: error });
  }
}

/** Older schema libraries have classes without `~standard`: sent as they are, a model would read their internals. */
function requireJsonSchema(schema: unknown, subject: string): asserts schema is JsonSchema {
  if (!isObject(schema)) {
    throw new TypeError(
      `run: ${subject} is ${nameOf(schema)}. It must be a Standard Schema (zod, valibot, arktype) or a JSON Schema.`,
    );
  }
  const prototype: unknown = Object.getPrototypeOf(schema);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return;
  throw new TypeError(
    `run: ${subject} is an instance of ${schema.constructor?.name || "a class"}, which is neither a Standard Schema nor ` +
      "a plain JSON Schema. Update its library, or pass a JSON Schema.",
  );
}

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "function") return "a function";
  return typeof value === "string" ? `the text "${value.slice(0, 40)}"` : String(value);
}
