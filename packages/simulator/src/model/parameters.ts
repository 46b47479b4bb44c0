import type { JsonSchema, ToolSpec } from "../conversation.ts";
import { resolveSchema } from "./schema-value.ts";
import { wordsOfName } from "./words.ts";

/** What an argument is for, as far as the parameter's name tells. */
export type Role = "url" | "command" | "query" | "path" | "content" | "other";

/** One property of a tool's arguments. */
export interface Parameter {
  readonly name: string;
  readonly words: readonly string[];
  /** Without references and alternatives: one plain schema. */
  readonly schema: JsonSchema;
  readonly type: "string" | "number" | "integer" | "boolean" | "array" | "object" | "enum";
  readonly role: Role;
  readonly required: boolean;
}

const ROLES = new Map<string, Role>(
  Object.entries({
    url: "url uri link href",
    command: "command cmd script shell",
    query: "query pattern search regex regexp term keyword needle glob q",
    path: "path file filename filepath dir directory folder cwd root",
    content: "content contents text body data message msg note",
  } satisfies Partial<Record<Role, string>>).flatMap(([role, words]) =>
    words.split(" ").map((word): [string, Role] => [word, role as Role]),
  ),
);

/** The properties of a tool's arguments, in the order of its schema. */
export function parametersOf(tool: ToolSpec): readonly Parameter[] {
  return parametersOfSchema(tool.parameters, tool.parameters);
}

/** The properties of an object schema; `root` is where its references lead. */
export function parametersOfSchema(schema: JsonSchema, root: JsonSchema): readonly Parameter[] {
  const resolved = resolveSchema(schema, root);
  const properties = isSchema(resolved.properties) ? resolved.properties : {};
  const required = Array.isArray(resolved.required) ? resolved.required : [];
  return Object.entries(properties).map(([name, property]) => {
    const plain = isSchema(property) ? resolveSchema(property, root) : {};
    const words = wordsOfName(name);
    return { name, words, schema: plain, type: typeOf(plain), role: roleOf(words), required: required.includes(name) };
  });
}

function typeOf(schema: JsonSchema): Parameter["type"] {
  if (Array.isArray(schema.enum) || schema.const !== undefined) return "enum";
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  const type = types.find((candidate) => candidate !== "null");
  switch (type) {
    case "number":
    case "integer":
    case "boolean":
    case "array":
    case "object":
      return type;
    default:
      return isSchema(schema.properties) ? "object" : "string";
  }
}

/** The last word says what a thing is: a `file_pattern` is a pattern. */
function roleOf(words: readonly string[]): Role {
  const word = words.findLast((candidate) => ROLES.has(candidate));
  return (word !== undefined && ROLES.get(word)) || "other";
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
