import { didYouMean } from "../../contract/did-you-mean.ts";
import { callable, fieldsOf, flag, milliseconds, name, oneOf, text } from "../../contract/input/checks.ts";
import { type Check, type Fault, fault, mismatch, under } from "../../contract/input/fault.ts";
import { jsonFault } from "../../contract/input/json-fault.ts";
import { isObject } from "../../contract/json.ts";
import { type ToolKind, toolKinds } from "../../contract/request.ts";
import type { ToolBehavior } from "../tool.ts";

const approval: Check = (value) =>
  value === "never" || value === "always" || typeof value === "function"
    ? undefined
    : mismatch(value, '"never", "always" or a function');

/** Schemas are checked when they are read, by `readSchema`. */
const parameters: Check = (value) =>
  value === undefined
    ? mismatch(value, "a schema", 'For a tool without arguments write { type: "object", properties: {} }.')
    : undefined;

const grammar: Check = (value) =>
  isObject(value)
    ? fieldsOf({ syntax: oneOf(["lark", "regex"]), definition: text })(value)
    : mismatch(value, "an object");

const options: Check = (value) => (isObject(value) ? jsonFault(value) : mismatch(value, "an object"));

interface ToolFields {
  readonly required: Readonly<Record<string, Check>>;
  readonly optional: Readonly<Record<string, Check>>;
}

const behavior = { readOnly: flag, timeoutMs: milliseconds, approval } satisfies Record<keyof ToolBehavior, Check>;

/** The fields of each kind of tool. */
const kinds: Readonly<Record<ToolKind, ToolFields>> = {
  function: {
    required: { name, description: text, parameters, execute: callable },
    optional: { ...behavior, strict: flag },
  },
  freeform: { required: { name, description: text, execute: callable }, optional: { ...behavior, grammar } },
  service: { required: { type: name }, optional: { ...behavior, name, options, execute: callable } },
};

/** Names that other libraries use for the fields of a tool. */
const renamed: Readonly<Record<string, string>> = {
  inputSchema: "parameters",
  input_schema: "parameters",
  schema: "parameters",
  args: "parameters",
  handler: "execute",
  callback: "execute",
  run: "execute",
  call: "execute",
  func: "execute",
  needsApproval: "approval",
  requireApproval: "approval",
  timeout: "timeoutMs",
};

/** A list of tools. */
export const toolInputs: Check = (value) => {
  if (!Array.isArray(value)) return mismatch(value, "a list of tools", adviceForList(value));
  for (let index = 0; index < value.length; index++) {
    const found = checkTool(value[index]);
    if (found !== undefined) return under(index, found);
  }
  return undefined;
};

function adviceForList(value: unknown): string {
  if (!isObject(value)) return "";
  if ("execute" in value || "function" in value) return "Put the tool into a list.";
  return (
    "Tools by their names are a shape of the AI SDK. Convert them with:\n  " +
    "Object.entries(tools).map(([name, { description, inputSchema, execute }]) => " +
    '({ name, description: description ?? "", parameters: inputSchema, execute }))'
  );
}

function checkTool(tool: unknown): Fault | undefined {
  if (!isObject(tool)) return mismatch(tool, "a tool", "Write { name, description, parameters, execute }.");
  if (isObject(tool.function)) return fault("has the shape of OpenAI's chat completions", openAiAdvice);
  const { kind = "function" } = tool;
  const wrongKind = oneOf(toolKinds)(kind);
  if (wrongKind !== undefined) return under("kind", wrongKind);
  const { required, optional } = kinds[kind as ToolKind];
  for (const key in required) {
    const found = required[key]?.(tool[key]);
    if (found !== undefined) return under(key, tool[key] === undefined ? withOtherName(tool, key, found) : found);
  }
  return checkOptional(tool, required, optional);
}

const openAiAdvice =
  "Convert it with:\n  " +
  '{ name: tool.function.name, description: tool.function.description ?? "", parameters: tool.function.parameters, execute }';

/** A required field that is missing often is there under another name. */
function withOtherName(tool: Readonly<Record<string, unknown>>, key: string, found: Fault): Fault {
  const other = Object.keys(tool).find((candidate) => renamed[candidate] === key);
  return other === undefined ? found : { ...found, advice: `Rename "${other}" to "${key}".` };
}

/** Programs keep notes of their own on tools, so only a field that is nearly one of ours is a mistake. */
function checkOptional(
  tool: Readonly<Record<string, unknown>>,
  required: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>>,
): Fault | undefined {
  for (const key in tool) {
    const value = tool[key];
    if (value === undefined || key === "kind" || Object.hasOwn(required, key)) continue;
    const check = Object.hasOwn(optional, key) ? optional[key] : undefined;
    const found =
      check === undefined ? misspelt(key, [...Object.keys(required), ...Object.keys(optional)]) : check(value);
    if (found !== undefined) return under(key, found);
  }
  return undefined;
}

function misspelt(key: string, known: readonly string[]): Fault | undefined {
  const meant = Object.hasOwn(renamed, key) ? renamed[key] : undefined;
  if (meant !== undefined && known.includes(meant)) return fault("is not a field of a tool", `Use "${meant}".`);
  const advice = didYouMean(key, known).trim();
  return advice === "" ? undefined : fault("is not a field of a tool", advice);
}
