import { isObject, type JsonObject, type ResponseFormat } from "@waygate/core/plugin";
import type { ConverseInput } from "./converse-input.ts";

export interface EncodedFormat {
  readonly outputConfig: ConverseInput["outputConfig"];
  /** What is left of the model's own fields. */
  readonly fields: JsonObject;
  /** Said to the model where there is no other way to ask. */
  readonly instruction: string | undefined;
  /** Keywords of the schema that the answer is not held to. */
  readonly told: readonly string[];
}

/**
 * The format of the answer. A schema has a place of its own in Converse; an effort goes there with it, as Claude reads
 * both from one field. For JSON of any shape there is no place: the model is told.
 */
export function encodeFormat(format: ResponseFormat | undefined, fields: JsonObject): EncodedFormat {
  const nothing = { outputConfig: undefined, fields, instruction: undefined, told: [] };
  if (format === undefined || format.type === "text") return nothing;
  if (format.type === "json") {
    const instruction = "Answer with one JSON object and nothing else: no words around it, no code fence.";
    return { ...nothing, instruction };
  }
  const { output_config: output, ...rest } = fields;
  const effort = isObject(output) && typeof output.effort === "string" ? { effort: output.effort } : {};
  const name = format.name.replace(/[^a-zA-Z0-9_-]/g, "_");
  const told = new Set<string>();
  const structure = { jsonSchema: { name, schema: JSON.stringify(taken(format.schema, told)) } };
  return {
    outputConfig: { textFormat: { type: "json_schema", structure }, ...effort },
    fields: rest,
    instruction: undefined,
    told: [...told].sort(),
  };
}

/**
 * A schema as the service takes it. Claude refuses objects that leave open what else may be in them: closed ones fit the
 * schema all the same. It refuses bounds of numbers and lists too: those go into the description, and are added to `told`.
 */
function taken(schema: unknown, told: Set<string>): unknown {
  if (Array.isArray(schema)) return schema.map((item) => taken(item, told));
  if (!isObject(schema)) return schema;
  const bounds = Object.entries(schema).filter(([keyword, value]) => isBound(keyword, value));
  const others = Object.entries(schema).filter(([keyword, value]) => !isBound(keyword, value));
  const inner = Object.fromEntries(others.map(([keyword, value]) => [keyword, within(keyword, value, told)]));
  // What any number keeps to that a program can count with need not be said.
  const said = bounds.filter(([, value]) => Math.abs(Number(value)) < Number.MAX_SAFE_INTEGER);
  for (const [keyword] of said) told.add(keyword);
  if (said.length > 0) {
    const words = said.map(([keyword, value]) => `${keyword}: ${value}`).join(", ");
    inner.description = typeof schema.description === "string" ? `${schema.description} (${words})` : words;
  }
  const { type, additionalProperties: rest } = schema;
  const object = type === "object" || (Array.isArray(type) && type.includes("object"));
  // A schema of what else may be there is a demand of its own: the service has to say that it cannot be met.
  return object && (rest === undefined || rest === true) ? { ...inner, additionalProperties: false } : inner;
}

/** That a list has something in it can be asked. */
function isBound(keyword: string, value: unknown): boolean {
  return typeof value === "number" && bounding.has(keyword) && !(keyword === "minItems" && value <= 1);
}

/** What a keyword holds. The keys of a map are names, which may well read like keywords. */
function within(keyword: string, value: unknown, told: Set<string>): unknown {
  if (literals.has(keyword)) return value;
  if (!maps.has(keyword) || !isObject(value)) return taken(value, told);
  return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, taken(schema, told)]));
}

/** Keywords that hold values, not schemas. */
const literals = new Set(["enum", "const", "default", "examples", "required"]);

/** Keywords that hold schemas by name. */
const maps = new Set(["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"]);

const bounding = new Set([
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  ...["minItems", "maxItems"],
]);
