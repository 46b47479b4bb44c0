import { isObject, type JsonSchema } from "@waygate/core/plugin";

/**
 * Whether a schema keeps to what providers ask of one that they enforce strictly: every object lists its properties as
 * required and allows no others. A schema that does not is refused in strict mode.
 * Source: platform.openai.com/docs/guides/structured-outputs, supported schemas.
 */
export function isStrict(schema: JsonSchema): boolean {
  return isObject(schema.properties) && holds(schema);
}

function holds(schema: unknown): boolean {
  if (!isObject(schema)) return true;
  if (schema.type === "object" || schema.properties !== undefined) {
    const properties = isObject(schema.properties) ? Object.keys(schema.properties) : [];
    const required: unknown[] = Array.isArray(schema.required) ? schema.required : [];
    if (schema.additionalProperties !== false || !properties.every((name) => required.includes(name))) return false;
  }
  if (schema.allOf !== undefined || schema.oneOf !== undefined || schema.not !== undefined) return false;
  const inner = [schema.items, schema.anyOf, schema.properties, schema.$defs].flatMap((part) => {
    if (Array.isArray(part)) return part;
    return isObject(part) && (part === schema.properties || part === schema.$defs) ? Object.values(part) : [part];
  });
  return inner.every(holds);
}
