import { isObject, type JsonObject, type ResponseFormat } from "@waygate/core/plugin";
import type { ConverseInput } from "./wire.ts";

export interface EncodedFormat {
  readonly outputConfig: ConverseInput["outputConfig"];
  /** What is left of the model's own fields. */
  readonly fields: JsonObject;
  /** Said to the model where there is no other way to ask. */
  readonly instruction: string | undefined;
}

/**
 * The format of the answer. A schema has a place of its own in Converse; an effort goes there with it, as Claude reads
 * both from one field. For JSON of any shape there is no place: the model is told.
 */
export function encodeFormat(format: ResponseFormat | undefined, fields: JsonObject): EncodedFormat {
  if (format === undefined || format.type === "text")
    return { outputConfig: undefined, fields, instruction: undefined };
  if (format.type === "json") {
    const instruction = "Answer with one JSON object and nothing else: no words around it, no code fence.";
    return { outputConfig: undefined, fields, instruction };
  }
  const { output_config: output, ...rest } = fields;
  const effort = isObject(output) && typeof output.effort === "string" ? { effort: output.effort } : {};
  const name = format.name.replace(/[^a-zA-Z0-9_-]/g, "_");
  const structure = { jsonSchema: { name, schema: JSON.stringify(closed(format.schema)) } };
  return {
    outputConfig: { textFormat: { type: "json_schema", structure }, ...effort },
    fields: rest,
    instruction: undefined,
  };
}

/** Claude refuses objects that leave open what else may be in them. Closed ones fit the schema all the same. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (!isObject(schema)) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([keyword, value]) => [keyword, within(keyword, value)]));
  const { type, additionalProperties: others } = schema;
  const object = type === "object" || (Array.isArray(type) && type.includes("object"));
  // A schema of what else may be there is a demand of its own: the service has to say that it cannot be met.
  return object && (others === undefined || others === true) ? { ...inner, additionalProperties: false } : inner;
}

/** What a keyword holds. The keys of a map are names, which may well read like keywords. */
function within(keyword: string, value: unknown): unknown {
  if (literals.has(keyword)) return value;
  if (!maps.has(keyword) || !isObject(value)) return closed(value);
  return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, closed(schema)]));
}

/** Keywords that hold values, not schemas. */
const literals = new Set(["enum", "const", "default", "examples", "required"]);

/** Keywords that hold schemas by name. */
const maps = new Set(["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"]);
