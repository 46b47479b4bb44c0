import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import type { JsonObject, JsonSchema, JsonValue } from "../contract/json.ts";
import type { ToolResultContent } from "../contract/message.ts";
import type { ToolSpec } from "../contract/request.ts";
import { type Checked, type ModelSchema, readSchema } from "./model-schema.ts";

/** A schema of a tool's arguments: a Standard Schema that has a JSON Schema (Zod, ArkType, valibot), or a JSON Schema. */
export type ToolParameters = (StandardSchemaV1 & StandardJSONSchemaV1) | JsonSchema;

/** What a model may have done on its behalf. */
export interface Tool {
  /** As the model calls it: letters, digits, `_` and `-`, at most 64 characters. */
  readonly name: string;
  /** For the model: what it does and when to use it. */
  readonly description: string;
  readonly parameters: ToolParameters;
  /**
   * True where carrying it out changes nothing. Such a tool starts while the answer still streams, as soon as its call
   * is complete; others start when the answer has ended. Default: false.
   */
  readonly readOnly?: boolean;
  /** How long it may take, in milliseconds; then it is given up, and the model is told so. Default: the run's. */
  readonly timeoutMs?: number;
  /**
   * Whether somebody must allow a call before it is carried out: `never` (default), `always`, or a function that decides
   * by the arguments, which have been checked. It may return an object, which goes to whoever is asked: what would be
   * changed, say. What it throws becomes a result that the model reads, and nobody is asked.
   */
  readonly approval?: "never" | "always" | ApprovalRule;
  /**
   * Does the work. Its arguments have been checked. What it throws becomes a result that the model reads. An async
   * generator's yields are progress; what it returns is the result.
   */
  // A method, not a property: tools of different arguments fit one list.
  execute(args: never, context: ToolContext): ToolReturn | Promise<ToolReturn> | AsyncGenerator<JsonValue, ToolReturn>;
}

/** Whether a call with these arguments needs somebody's leave, and what there is to say about it. */
export type ApprovalRule<Arguments = never> = (
  args: Arguments,
  context: ToolContext,
) => boolean | JsonObject | Promise<boolean | JsonObject>;

/** Text, any JSON value, nothing, or parts made with `toolOutput`. */
export type ToolReturn = unknown;

export interface ToolContext {
  /** The id of the call. */
  readonly id: string;
  /** Aborted when the run is, or the tool's time is up. A tool that cannot be stopped is no longer waited for. */
  readonly signal: AbortSignal;
}

/** A tool whose `execute` gets the type of its schema. */
export interface TypedTool<Schema extends StandardSchemaV1 & StandardJSONSchemaV1>
  extends Omit<Tool, "execute" | "parameters" | "approval"> {
  readonly parameters: Schema;
  readonly approval?: "never" | "always" | ApprovalRule<StandardSchemaV1.InferOutput<Schema>>;
  execute(
    args: StandardSchemaV1.InferOutput<Schema>,
    context: ToolContext,
  ): ToolReturn | Promise<ToolReturn> | AsyncGenerator<JsonValue, ToolReturn>;
}

/** Makes a tool of a Standard Schema, so that `execute` is typed by it. */
export function defineTool<Schema extends StandardSchemaV1 & StandardJSONSchemaV1>(tool: TypedTool<Schema>): Tool {
  return tool;
}

const outputBrand = Symbol.for("waygate.ToolOutput");

/** A tool's result in parts, for images or for an error in the tool's own words. */
export interface ToolOutput {
  readonly content: readonly ToolResultContent[];
  readonly isError: boolean;
}

/** Makes a result of parts. `isError` (default false) tells the model that the tool failed. */
export function toolOutput(
  content: readonly ToolResultContent[],
  options: { readonly isError?: boolean } = {},
): ToolOutput {
  const output: ToolOutput = { content, isError: options.isError ?? false };
  return Object.defineProperty(output, outputBrand, { value: true });
}

/** Reads what a tool returned. Throws a `TypeError` for what JSON cannot carry. */
export function readOutput(value: ToolReturn): ToolOutput {
  if (typeof value === "object" && value !== null && outputBrand in value) return value as unknown as ToolOutput;
  if (value === undefined) return { content: [], isError: false };
  if (typeof value === "string") return { content: [{ type: "text", text: value }], isError: false };
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`The tool returned a ${typeof value}, which cannot be sent to a model.`);
  // Read back, so that what the history holds is plain data that nobody changes any more.
  return { content: [{ type: "json", value: JSON.parse(text) }], isError: false };
}

/** Returns what the model is shown of a tool. Throws a `TypeError` if its parameters are no schema of an object. */
export function toolSpec(tool: Tool): ToolSpec {
  const { name, description } = tool;
  const { json } = schemaOf(tool);
  const { type } = json;
  if (type !== undefined && ![type].flat().includes("object")) {
    throw new TypeError(
      `run: "parameters" of tool "${name}" must describe an object, not ${JSON.stringify(type)}. ` +
        "Put it into one: { value: … }.",
    );
  }
  return { name, description, parameters: json };
}

function schemaOf({ name, parameters }: Tool): ModelSchema {
  return readSchema(parameters, `"parameters" of tool "${name}"`);
}

const noTools: ReadonlyMap<string, Tool> = new Map();

/** Tools by their names. Throws a `TypeError` where two have the same one. */
export function indexTools(tools: readonly Tool[]): ReadonlyMap<string, Tool> {
  if (tools.length === 0) return noTools;
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  if (byName.size < tools.length) {
    const twice = tools.find((tool, index) => tools.findIndex((other) => other.name === tool.name) < index);
    throw new TypeError(`Two tools are named "${twice?.name}": a model could not tell them apart.`);
  }
  return byName;
}

export type CheckedArguments =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string };

/** Checks a call's arguments against the tool's schema, in so many steps at most. The message is for the model. */
export function checkArguments(
  tool: Tool,
  value: JsonValue,
  steps: number,
): CheckedArguments | Promise<CheckedArguments> {
  const checked = schemaOf(tool).check(value, "arguments", steps);
  return checked instanceof Promise ? checked.then((late) => toArguments(tool, late)) : toArguments(tool, checked);
}

function toArguments(tool: Tool, checked: Checked): CheckedArguments {
  if (checked.ok) return checked;
  return {
    ok: false,
    message: `The arguments of ${tool.name} do not fit its parameters: ${checked.faults.join("; ")}. Call it again with arguments that fit.`,
  };
}
