import { isObject, type JsonSchema, type JsonValue, type SettingsSchema, schemaIssues } from "@waygate/core/plugin";
import type { FromJsonSchema } from "./from-json-schema.ts";

/**
 * Makes a schema of settings, or of a request's options, from a plain JSON Schema (draft 2020-12): a plugin then needs no
 * schema library. Values are checked by core's own validator, and keys that are missing get the `default` of their schema.
 *
 * The type of the settings follows from the schema as far as `type`, `properties`, `required`, `items`, `enum`, `const` and
 * `default` say. For anything else, name it: `jsonSettings<MySettings>(schema)`.
 */
export function jsonSettings<const Schema extends JsonSchema>(schema: Schema): SettingsSchema<FromJsonSchema<Schema>>;
export function jsonSettings<Settings>(schema: JsonSchema): SettingsSchema<Settings>;
export function jsonSettings<Settings>(schema: JsonSchema): SettingsSchema<Settings> {
  return {
    "~standard": {
      version: 1,
      vendor: "waygate",
      validate(value) {
        const completed = withDefaults(value, schema);
        const issues = schemaIssues(completed as JsonValue, schema);
        // The schema has checked it.
        return issues.length === 0 ? { value: completed as Settings } : { issues };
      },
      jsonSchema: { input: () => ({ ...schema }), output: () => ({ ...schema }) },
    },
  };
}

/** Returns a copy in which keys that are missing have the default of their schema, at any depth. */
function withDefaults(value: unknown, schema: unknown): unknown {
  if (!isObject(schema)) return value;
  if (Array.isArray(value)) return value.map((item) => withDefaults(item, schema.items));
  if (!isObject(value) || !isObject(schema.properties)) return value;
  const completed = new Map(Object.entries(value));
  for (const [key, rule] of Object.entries(schema.properties)) {
    const found = completed.get(key) ?? (isObject(rule) ? structuredClone(rule.default) : undefined);
    if (found !== undefined) completed.set(key, withDefaults(found, rule));
  }
  return Object.fromEntries(completed);
}
