import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import { nearest } from "./did-you-mean.ts";
import { isObject, type JsonSchema } from "./json.ts";

/**
 * A description of settings that both checks a value (Standard Schema) and can be shown to an editor (Standard JSON
 * Schema). Zod and ArkType schemas are one; valibot's become one with `toStandardJsonSchema`.
 */
export type SettingsSchema<Output = unknown> = StandardSchemaV1<unknown, Output> &
  StandardJSONSchemaV1<unknown, Output>;

export interface SettingsIssue {
  /** Keys and list positions from the checked value to the place of the fault. */
  readonly path: readonly (string | number)[];
  /** What was expected there, for people. */
  readonly message: string;
}

export type ParsedSettings<Output> =
  | {
      readonly ok: true;
      readonly value: Output;
      /** Keys that mean nothing here. They do no harm, but their author surely meant something. */
      readonly unknownKeys: readonly SettingsIssue[];
    }
  | { readonly ok: false; readonly issues: readonly SettingsIssue[]; readonly unknownKeys: readonly SettingsIssue[] };

/** Checks a raw value once, at the door. Throws a `TypeError` for a schema that validates asynchronously. */
export function parseSettings<Output>(schema: SettingsSchema<Output>, raw: unknown): ParsedSettings<Output> {
  const result = schema["~standard"].validate(raw);
  if (result instanceof Promise) {
    throw new TypeError("A settings schema must validate synchronously: take its asynchronous checks out.");
  }
  const unknownKeys = findUnknownKeys(raw, jsonSchemaOf(schema), []);
  if (result.issues === undefined) return { ok: true, value: result.value, unknownKeys };
  return { ok: false, issues: result.issues.map(toIssue), unknownKeys };
}

/**
 * A check that JSON Schema cannot express must not cost the whole schema: valibot's and Zod's words for leaving it out.
 * Libraries ignore what they do not know here.
 */
const tolerant = { errorMode: "ignore", unrepresentable: "any" };

/** The JSON Schema (draft 2020-12) of what may be written. */
export function jsonSchemaOf(schema: StandardJSONSchemaV1): JsonSchema {
  return schema["~standard"].jsonSchema.input({ target: "draft-2020-12", libraryOptions: tolerant });
}

/** Issues of any Standard Schema, with plain paths. */
export function toIssue(issue: StandardSchemaV1.Issue): SettingsIssue {
  const path = (issue.path ?? []).map((segment) => {
    const key = typeof segment === "object" ? segment.key : segment;
    return typeof key === "symbol" ? String(key) : key;
  });
  return { path, message: issue.message };
}

/** `available_models[0].name` */
export function formatPath(path: readonly (string | number)[]): string {
  let text = "";
  for (const segment of path) {
    if (typeof segment === "number") text += `[${segment}]`;
    else text += text === "" ? segment : `.${segment}`;
  }
  return text;
}

function findUnknownKeys(value: unknown, schema: unknown, path: readonly (string | number)[]): SettingsIssue[] {
  if (!isObject(schema)) return [];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => findUnknownKeys(item, schema.items, [...path, index]));
  }
  if (!isObject(value)) return [];
  const properties = propertiesOf(schema);
  if (properties === undefined) {
    return Object.keys(value).flatMap((key) =>
      findUnknownKeys(value[key], schema.additionalProperties, [...path, key]),
    );
  }
  const issues: SettingsIssue[] = [];
  for (const key of Object.keys(value)) {
    const known = properties.get(key);
    if (known !== undefined) issues.push(...findUnknownKeys(value[key], known, [...path, key]));
    else if (isObject(schema.additionalProperties)) {
      issues.push(...findUnknownKeys(value[key], schema.additionalProperties, [...path, key]));
    } else if (schema.additionalProperties !== true) {
      const candidate = nearest(key, properties.keys());
      const hint =
        candidate === undefined ? `Known keys: ${[...properties.keys()].join(", ")}.` : `Did you mean "${candidate}"?`;
      issues.push({ path: [...path, key], message: `Unknown key "${key}", which has no effect. ${hint}` });
    }
  }
  return issues;
}

/** The properties of an object schema; those of its alternatives taken together where it is a union. */
function propertiesOf(schema: Record<string, unknown>): Map<string, unknown> | undefined {
  const properties = new Map<string, unknown>();
  let found = false;
  if (isObject(schema.properties)) {
    found = true;
    for (const [key, value] of Object.entries(schema.properties)) properties.set(key, value);
  }
  for (const union of [schema.anyOf, schema.oneOf, schema.allOf]) {
    if (!Array.isArray(union)) continue;
    for (const option of union) {
      const inner = isObject(option) ? propertiesOf(option) : undefined;
      if (inner === undefined) continue;
      found = true;
      for (const [key, value] of inner) properties.set(key, value);
    }
  }
  return found ? properties : undefined;
}
