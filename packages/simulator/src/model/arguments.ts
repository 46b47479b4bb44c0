import type { JsonSchema, ToolSpec } from "../conversation.ts";
import type { Evidence } from "./evidence.ts";
import { collectEvidence } from "./evidence.ts";
import type { Parameter, Role } from "./parameters.ts";
import { parametersOf, parametersOfSchema } from "./parameters.ts";
import { minimalValue } from "./schema-value.ts";
import type { Segment } from "./segments.ts";
import { fillList, fillNamed, fillNumber, fillText, fillWord } from "./values.ts";

/** Arguments made from a segment. */
export interface FilledArguments {
  readonly value: Readonly<Record<string, unknown>>;
  /** The required path that the segment does not name, if there is one. */
  readonly missingPath: string | undefined;
}

/** What is filled first: a command keeps its whole text, a query its subject, a path what is left. */
const ORDER: readonly Role[] = ["url", "command", "query", "path", "content", "other"];

/** Fills a tool's arguments with what a segment holds; what is required and not there gets a harmless value. */
export function fillArguments(tool: ToolSpec, segment: Segment): FilledArguments {
  const parameters = parametersOf(tool);
  const evidence = collectEvidence(segment);
  const filled = fill(parameters, evidence, tool.parameters, 0);
  const missingPath = parameters.find(
    ({ name, role, type, required }) => role === "path" && type === "string" && required && !filled.found.has(name),
  );
  return { value: filled.value, missingPath: missingPath?.name };
}

function fill(parameters: readonly Parameter[], evidence: Evidence, root: JsonSchema, depth: number) {
  const found = new Map<string, unknown>();
  for (const parameter of parameters) {
    const named = parameter.type === "string" ? fillNamed(parameter, evidence) : undefined;
    if (named !== undefined) found.set(parameter.name, named);
  }
  for (const parameter of inOrder(parameters)) {
    if (found.has(parameter.name)) continue;
    const value = valueFor(parameter, parameters, evidence, root, depth);
    if (value !== undefined) found.set(parameter.name, value);
  }
  const entries = parameters
    .filter(({ name, required }) => required || found.has(name))
    .map((parameter): [string, unknown] => [
      parameter.name,
      found.has(parameter.name) ? found.get(parameter.name) : fallback(parameter, evidence, root),
    ]);
  // `fromEntries` makes own properties of names such as `__proto__`.
  return { found, value: Object.fromEntries(entries) };
}

function inOrder(parameters: readonly Parameter[]): readonly Parameter[] {
  const rank = ({ type, role, required }: Parameter) =>
    (type === "enum" || type === "boolean" ? -1 : ORDER.indexOf(role)) * 2 + (required ? 0 : 1);
  return parameters.toSorted((left, right) => rank(left) - rank(right));
}

function valueFor(
  parameter: Parameter,
  siblings: readonly Parameter[],
  evidence: Evidence,
  root: JsonSchema,
  depth: number,
): unknown {
  switch (parameter.type) {
    case "enum":
    case "boolean":
      return fillWord(parameter, evidence);
    case "number":
    case "integer":
      return fillNumber(parameter, evidence);
    case "array":
      return fillList(parameter, evidence);
    case "object": {
      if (!parameter.required || depth > 3) return undefined;
      return fill(parametersOfSchema(parameter.schema, root), evidence, root, depth + 1).value;
    }
    default:
      return fillText(parameter, siblings, evidence);
  }
}

function fallback(parameter: Parameter, evidence: Evidence, root: JsonSchema): unknown {
  const { type, role, schema } = parameter;
  if (
    type !== "string" ||
    schema.default !== undefined ||
    schema.format !== undefined ||
    schema.pattern !== undefined
  ) {
    return minimalValue(schema, root);
  }
  switch (role) {
    case "path":
      return ".";
    case "url":
      return "https://example.com/";
    case "command":
      return "echo hello";
    case "content":
      return "Written by Waygate's simulator.\n";
    default:
      return evidence.segment.text.trim() || "simulated";
  }
}
