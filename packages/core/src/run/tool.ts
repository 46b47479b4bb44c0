import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import { throwFault, under } from "../contract/input/fault.ts";
import type { JsonObject, JsonSchema, JsonValue } from "../contract/json.ts";
import { isObject } from "../contract/json.ts";
import type { ToolResultContent } from "../contract/message.ts";
import type { ToolGrammar, ToolSpec } from "../contract/request.ts";
import { toolResultContent } from "./input/message-parts.ts";
import { type Checked, type ModelSchema, readSchema } from "./model-schema.ts";

/** A schema of a tool's arguments: a Standard Schema that has a JSON Schema (Zod, ArkType, valibot), or a JSON Schema. */
export type ToolParameters = (StandardSchemaV1 & StandardJSONSchemaV1) | JsonSchema;

/** A tool that a run offers to the model: a function with JSON arguments, a freeform tool, or one of the service's own. */
export type RunTool = Tool | FreeformTool | ServiceTool;

/** A tool with JSON arguments, which the run executes. */
export interface Tool extends ToolBehavior {
  readonly kind?: "function";
  /** As the model calls it: letters, digits, `_` and `-`, at most 64 characters. Other names are mapped for the service. */
  readonly name: string;
  /** For the model: what the tool does and when to use it. */
  readonly description: string;
  readonly parameters: ToolParameters;
  /** Whether the service is to hold the model to the schema, if it can. Default: left to the gateway. */
  readonly strict?: boolean;
  /**
   * Does the work. Its arguments have been checked. What it throws becomes a result that the model reads. An async
   * generator yields progress and returns the result.
   */
  // A method, not a property: tools of different arguments fit one list.
  execute(args: never, context: ToolContext): ToolReturn | Promise<ToolReturn> | AsyncGenerator<JsonValue, ToolReturn>;
}

/**
 * A tool whose arguments are plain text, such as a patch. On a gateway without freeform tools the model is shown a
 * function with one parameter, `input`, instead.
 */
export interface FreeformTool extends ToolBehavior {
  readonly kind: "freeform";
  readonly name: string;
  readonly description: string;
  /** What the text must look like, for services that hold the model to it. Default: any text. */
  readonly grammar?: ToolGrammar;
  /** Does the work. What it throws becomes a result that the model reads. */
  execute(
    input: string,
    context: ToolContext,
  ): ToolReturn | Promise<ToolReturn> | AsyncGenerator<JsonValue, ToolReturn>;
}

/** A tool of the service's own, such as web search. The run rejects it before any request if the gateway does not know it. */
export interface ServiceTool extends ToolBehavior {
  readonly kind: "service";
  /** The wire's own word, such as `web_search_20250305`. */
  readonly type: string;
  /** The name in calls. @defaultValue `type` */
  readonly name?: string;
  /** In the wire's own words. */
  readonly options?: JsonObject;
  /** For the few that the client must run, such as an editor. Their JSON arguments are not checked. */
  execute?(args: never, context: ToolContext): ToolReturn | Promise<ToolReturn> | AsyncGenerator<JsonValue, ToolReturn>;
}

/** How a run treats the calls of a tool. */
export interface ToolBehavior {
  /**
   * True if executing it changes nothing. Such a tool starts while the answer still streams, as soon as its call is
   * complete. Others start when the answer has ended. @defaultValue false
   */
  readonly readOnly?: boolean;
  /** How long it may take, in milliseconds. Then the model reads a timeout error. Default: the run's `toolTimeoutMs`. */
  readonly timeoutMs?: number;
  /**
   * Whether a call needs approval before it is executed: `never`, `always`, or a function that decides by the checked
   * arguments. The function may return an object, such as a preview, which becomes the request's `details`. An error
   * that it throws becomes a result that the model reads. @defaultValue `"never"`
   */
  readonly approval?: "never" | "always" | ApprovalRule;
}

/** Returns whether a call with these arguments needs approval, or the details of the approval request. */
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
  const found = under("content", toolResultContent(content));
  if (found !== undefined) throwFault("toolOutput", found);
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
export function toolSpec(tool: RunTool): ToolSpec {
  if (tool.kind === "service") {
    const { kind, type, name, options } = tool;
    return { kind, type, ...(name !== undefined && { name }), ...(options !== undefined && { options }) };
  }
  if (tool.kind === "freeform") {
    const { kind, name, description, grammar } = tool;
    return { kind, name, description, ...(grammar !== undefined && { grammar }) };
  }
  const { name, description, strict } = tool;
  const { json } = schemaOf(tool);
  const { type } = json;
  if (type !== undefined && ![type].flat().includes("object")) {
    throw new TypeError(
      `run: "parameters" of tool "${name}" must describe an object, not ${JSON.stringify(type)}. ` +
        "Put it into one: { value: … }.",
    );
  }
  return { name, description, parameters: json, ...(strict !== undefined && { strict }) };
}

function schemaOf({ name, parameters }: Tool): ModelSchema {
  return readSchema(parameters, `"parameters" of tool "${name}"`);
}

/** A tool that the run executes. */
export type ExecutableTool = Tool | FreeformTool | (ServiceTool & Required<Pick<ServiceTool, "execute">>);

const noTools: ReadonlyMap<string, ExecutableTool> = new Map();

/** Returns the name that calls of a tool have. */
export function toolName(tool: RunTool): string {
  return tool.kind === "service" ? (tool.name ?? tool.type) : tool.name;
}

/** Returns the tools that the run executes, by their names. Throws a `TypeError` if two tools have the same name. */
export function indexTools(tools: readonly RunTool[]): ReadonlyMap<string, ExecutableTool> {
  if (tools.length === 0) return noTools;
  const names = new Set<string>();
  const byName = new Map<string, ExecutableTool>();
  for (const tool of tools) {
    const name = toolName(tool);
    if (names.has(name)) throw new TypeError(`Two tools are named "${name}": a model could not tell them apart.`);
    names.add(name);
    if (isExecutable(tool)) byName.set(name, tool);
  }
  return byName;
}

function isExecutable(tool: RunTool): tool is ExecutableTool {
  return tool.kind !== "service" || tool.execute !== undefined;
}

export type CheckedArguments =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string };

/** Checks a call's arguments against the tool's schema, in so many steps at most. The message is for the model. */
export function checkArguments(
  tool: ExecutableTool,
  value: JsonValue,
  steps: number,
): CheckedArguments | Promise<CheckedArguments> {
  if (tool.kind === "service") return { ok: true, value };
  if (tool.kind === "freeform") return readFreeform(tool, value);
  const checked = schemaOf(tool).check(value, "arguments", steps);
  return checked instanceof Promise ? checked.then((late) => toArguments(tool, late)) : toArguments(tool, checked);
}

/** The text of a freeform call, or what a model gave as `input` where it was shown a function instead. */
function readFreeform({ name }: FreeformTool, value: JsonValue): CheckedArguments {
  const input = isObject(value) ? value.input : value;
  if (typeof input === "string") return { ok: true, value: input };
  return { ok: false, message: `The arguments of ${name} are not text. Call it again with text.` };
}

function toArguments(tool: Tool, checked: Checked): CheckedArguments {
  if (checked.ok) return checked;
  return {
    ok: false,
    message: `The arguments of ${tool.name} do not fit its parameters: ${checked.faults.join("; ")}. Call it again with arguments that fit.`,
  };
}
