import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import { nearest } from "./did-you-mean.ts";
import { isObject } from "./json.ts";
import { jsonSchemaOf } from "./standard-schema.ts";

/**
 * A description of settings that both checks a value (Standard Schema) and can be shown to an editor (Standard JSON
 * Schema). Zod and ArkType schemas are one; valibot's become one with `toStandardJsonSchema`.
 */
export type SettingsSchema<Output = unknown> = StandardSchemaV1<unknown, Output> &
  StandardJSONSchemaV1<unknown, Output>;

export interface SettingsIssue {
  /** Stable, for programs. Default: as the place where it is told says, such as `unknown-setting`. */
  readonly code?: string;
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
  const unknownKeys = findUnknownKeys(raw, [jsonSchemaOf(schema)], []);
  if (result.issues === undefined) return { ok: true, value: result.value, unknownKeys };
  return { ok: false, issues: result.issues.map(toIssue).map(withoutValue), unknownKeys };
}

/**
 * The same for a person's file, in which null stands for "not set": programs that write such files, Zed among them, put it
 * into every key without a value. Where the schema itself has a meaning for null, it keeps that.
 */
export function parseSettingsFile<Output>(schema: SettingsSchema<Output>, raw: unknown): ParsedSettings<Output> {
  const parsed = parseSettings(schema, raw);
  if (parsed.ok) return parsed;
  return parseSettings(schema, withoutNulls(raw, [jsonSchemaOf(schema)]));
}

/** A copy without the nulls of keys that a schema names and that cannot be null. */
function withoutNulls(value: unknown, schemas: readonly unknown[]): unknown {
  const alternatives = schemas.flatMap(alternativesOf);
  if (Array.isArray(value)) {
    const items = alternatives.map((schema) => schema.items);
    return value.map((item) => withoutNulls(item, items));
  }
  if (!isObject(value)) return value;
  const known = propertiesOf(alternatives);
  const others = alternatives.map((schema) => schema.additionalProperties);
  const kept = Object.entries(value).filter(
    ([key, item]) => item !== null || known.get(key)?.every((schema) => !takesNull(schema)) !== true,
  );
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutNulls(item, known.get(key) ?? others)]));
}

/** Where that cannot be told, as behind a reference, it may. */
function takesNull(schema: unknown): boolean {
  if (!isObject(schema)) return true;
  const { type, enum: values, allOf } = schema;
  if (type !== undefined && ![type].flat().includes("null")) return false;
  if (schema.const !== undefined && schema.const !== null) return false;
  if (Array.isArray(values) && !values.includes(null)) return false;
  if (Array.isArray(allOf) && !allOf.every(takesNull)) return false;
  return [schema.anyOf, schema.oneOf].every((union) => !Array.isArray(union) || union.some(takesNull));
}

/** Some libraries quote what they found, which in settings may be a secret that stands in the wrong place. */
function withoutValue({ path, message }: SettingsIssue): SettingsIssue {
  return { path, message: message.replace(/,? (?:but )?received ".*"/is, "") };
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

/** `schemas`: what the value may be. A key is unknown where none of them knows it. */
function findUnknownKeys(
  value: unknown,
  schemas: readonly unknown[],
  path: readonly (string | number)[],
): SettingsIssue[] {
  const alternatives = schemas.flatMap(alternativesOf);
  if (Array.isArray(value)) {
    const items = alternatives.map((schema) => schema.items);
    return value.flatMap((item, index) => findUnknownKeys(item, items, [...path, index]));
  }
  if (!isObject(value)) return [];
  const known = propertiesOf(alternatives);
  const others = alternatives
    .map((schema) => schema.additionalProperties)
    .filter((rule) => rule === true || isObject(rule));
  return Object.keys(value).flatMap((key) => {
    const rules = known.get(key) ?? others;
    if (rules.length > 0 || known.size === 0) return findUnknownKeys(value[key], rules, [...path, key]);
    const candidate = nearest(key, known.keys());
    const hint =
      candidate === undefined ? `Known keys: ${[...known.keys()].join(", ")}.` : `Did you mean "${candidate}"?`;
    return { path: [...path, key], message: `Unknown key "${key}", which has no effect. ${hint}` };
  });
}

/** What each key may hold, of all that some schemas name. */
function propertiesOf(schemas: readonly Record<string, unknown>[]): ReadonlyMap<string, readonly unknown[]> {
  const known = new Map<string, unknown[]>();
  for (const { properties } of schemas) {
    if (!isObject(properties)) continue;
    for (const [key, schema] of Object.entries(properties)) known.set(key, [...(known.get(key) ?? []), schema]);
  }
  return known;
}

/** A schema, and those that it is a union of. */
function alternativesOf(schema: unknown): readonly Record<string, unknown>[] {
  if (!isObject(schema)) return [];
  const unions = [schema.anyOf, schema.oneOf, schema.allOf].filter(Array.isArray);
  return [schema, ...unions.flat().flatMap(alternativesOf)];
}
