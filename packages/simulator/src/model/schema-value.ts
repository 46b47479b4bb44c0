import type { JsonSchema } from "../conversation.ts";

/** How deep a value goes before it ends in null: a schema may require itself. */
const MAX_DEPTH = 24;

/** Values made for one schema, all together; one that requires itself twice would double at each depth. */
const MAX_VALUES = 10_000;

const TEXT = "simulated";

const FORMATS: Readonly<Record<string, string>> = {
  "date-time": "2025-01-01T00:00:00Z",
  date: "2025-01-01",
  time: "00:00:00Z",
  duration: "PT0S",
  email: "someone@example.com",
  hostname: "example.com",
  ipv4: "127.0.0.1",
  ipv6: "::1",
  uri: "https://example.com/",
  url: "https://example.com/",
  uuid: "00000000-0000-4000-8000-000000000000",
};

/** Tried in this order where a pattern is asked for; no pattern is solved. */
const PATTERN_CANDIDATES = [
  TEXT,
  "",
  "0",
  "a",
  "A",
  "SIMULATED",
  "00",
  "000",
  "0000",
  "00000",
  ...Object.values(FORMATS),
];

/**
 * The smallest value that satisfies a JSON Schema: required properties only, fewest items, lowest numbers. Understands
 * local references, alternatives (the first), formats and bounds; a `pattern` only where a usual text fits it.
 */
export function minimalValue(schema: JsonSchema, root: JsonSchema = schema): unknown {
  return makeValue(schema, { root, left: MAX_VALUES }, 0, 0);
}

/** Follows local references, takes the first alternative that is not null, and merges what has to hold together. */
export function resolveSchema(schema: JsonSchema, root: JsonSchema, followed: readonly string[] = []): JsonSchema {
  const { $ref, anyOf, oneOf, allOf, ...rest } = schema;
  if (typeof $ref === "string") {
    if (followed.includes($ref)) return { type: "null" };
    return merge(rest, resolveSchema(find($ref, root), root, [...followed, $ref]));
  }
  const options = (Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : []).filter(isObject);
  const option = options.find((candidate) => candidate.type !== "null") ?? options[0];
  if (option !== undefined) return merge(rest, resolveSchema(option, root, followed));
  if (!Array.isArray(allOf)) return schema;
  return allOf
    .filter(isObject)
    .reduce<JsonSchema>((merged, part) => merge(merged, resolveSchema(part, root, followed)), rest);
}

interface Making {
  readonly root: JsonSchema;
  /** How many values may still be made. */
  left: number;
}

/** `position` makes the items of one array differ. */
function makeValue(given: JsonSchema, making: Making, depth: number, position: number): unknown {
  making.left -= 1;
  if (depth > MAX_DEPTH || making.left < 0) return null;
  const schema = resolveSchema(given, making.root);
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum) && schema.enum.length > 0) return schema.enum[position % schema.enum.length];
  if (schema.default !== undefined && position === 0) return schema.default;
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "object" || isObject(schema.properties)) return makeObject(schema, making, depth);
  switch (type) {
    case "array":
      return makeArray(schema, making, depth);
    case "integer":
    case "number":
      return makeNumber(schema, type === "integer") + position;
    case "boolean":
      return position % 2 === 1;
    case "null":
      return null;
    default:
      return makeText(schema, position);
  }
}

function makeObject(schema: JsonSchema, making: Making, depth: number): unknown {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  // `fromEntries` makes own properties of names such as `__proto__`.
  return Object.fromEntries(
    required
      .filter((name): name is string => typeof name === "string")
      .map((name) => {
        const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
        return [name, makeValue(isObject(property) ? property : {}, making, depth + 1, 0)];
      }),
  );
}

function makeArray(schema: JsonSchema, making: Making, depth: number): unknown {
  const first = Array.isArray(schema.prefixItems) ? schema.prefixItems : [];
  const items = isObject(schema.items) ? schema.items : {};
  const length = Math.min(1000, typeof schema.minItems === "number" ? schema.minItems : 0);
  return Array.from({ length }, (_, index) => {
    const item: unknown = first[index];
    return makeValue(isObject(item) ? item : items, making, depth + 1, schema.uniqueItems === true ? index : 0);
  });
}

function makeNumber(schema: JsonSchema, isInteger: boolean): number {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf } = schema;
  const step = typeof multipleOf === "number" ? multipleOf : isInteger ? 1 : 0;
  let value = 0;
  if (typeof maximum === "number" && maximum < value) value = step === 0 ? maximum : Math.floor(maximum / step) * step;
  if (typeof exclusiveMaximum === "number" && exclusiveMaximum <= value) {
    value = (step === 0 ? exclusiveMaximum : Math.ceil(exclusiveMaximum / step) * step) - (step || 1);
  }
  if (typeof minimum === "number" && minimum > value) value = step === 0 ? minimum : Math.ceil(minimum / step) * step;
  if (typeof exclusiveMinimum === "number" && exclusiveMinimum >= value) {
    const above = typeof maximum === "number" ? (exclusiveMinimum + maximum) / 2 : exclusiveMinimum + 1;
    value = step === 0 ? above : (Math.floor(exclusiveMinimum / step) + 1) * step;
  }
  return value;
}

function makeText(schema: JsonSchema, position: number): string {
  const least = typeof schema.minLength === "number" ? Math.min(schema.minLength, 100_000) : 0;
  const most = typeof schema.maxLength === "number" ? schema.maxLength : Number.POSITIVE_INFINITY;
  if (typeof schema.format === "string" && Object.hasOwn(FORMATS, schema.format)) return FORMATS[schema.format] ?? TEXT;
  const text = position === 0 ? TEXT : `${position}${TEXT}`;
  const fitting = text.padEnd(least, ".").slice(0, Math.max(most, least));
  if (typeof schema.pattern !== "string") return fitting;
  const pattern = compiled(schema.pattern);
  const fits = (candidate: string) =>
    candidate.length >= least && candidate.length <= most && pattern?.test(candidate) === true;
  return fits(fitting) ? fitting : (PATTERN_CANDIDATES.find(fits) ?? fitting);
}

function compiled(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, "u");
  } catch {
    return undefined;
  }
}

function find(reference: string, root: JsonSchema): JsonSchema {
  let place: unknown = root;
  for (const step of reference.replace(/^#\/?/, "").split("/")) {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    if (name === "") continue;
    place = isObject(place) && Object.hasOwn(place, name) ? place[name] : undefined;
  }
  return isObject(place) ? place : {};
}

function merge(left: JsonSchema, right: JsonSchema): JsonSchema {
  const merged: Record<string, unknown> = { ...right, ...left };
  if (isObject(left.properties) && isObject(right.properties)) {
    merged.properties = { ...left.properties, ...right.properties };
  }
  if (Array.isArray(left.required) && Array.isArray(right.required)) {
    merged.required = [...new Set([...left.required, ...right.required])];
  }
  return merged;
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
