import type { Conversation, ToolSpec } from "../../conversation.ts";
import type { Fields } from "./fields.ts";
import { isAbsent, isFields, readBoolean, readFields, readText, refuse } from "./fields.ts";
import { decodeMessages } from "./messages.ts";

/** Reads the body of `POST /v1/chat/completions`. Fields that the simulator has no use for are ignored. */
export function decodeRequest(value: unknown): Conversation {
  if (!isFields(value)) refuse("body", "The body is to be a JSON object.");
  if (!isAbsent(value.n) && value.n !== 1) refuse("n", "'n' is to be 1: the simulator gives one answer.");
  const tools = decodeTools(value.tools);
  return {
    model: readText(value.model, "model"),
    turns: decodeMessages(value.messages),
    tools,
    toolChoice: decodeToolChoice(value.tool_choice, tools),
    parallelToolCalls: readBoolean(value.parallel_tool_calls, "parallel_tool_calls", true),
    reasoning: decodeReasoning(value.reasoning_effort),
    responseFormat: decodeResponseFormat(value.response_format),
    maxTokens: decodeMaxTokens(value),
    stop: decodeStop(value.stop),
    stream: readBoolean(value.stream, "stream", false),
    includeUsage: decodeIncludeUsage(value.stream_options),
  };
}

function decodeTools(value: unknown): readonly ToolSpec[] {
  if (isAbsent(value)) return [];
  if (!Array.isArray(value)) refuse("tools", "'tools' is to be an array.");
  return value.map((entry, index) => {
    const at = `tools[${index}]`;
    const tool = readFields(entry, at);
    if (tool.type !== "function") refuse(`${at}.type`, `'${at}.type' is to be "function".`);
    const named = readFields(tool.function, `${at}.function`);
    const name = readText(named.name, `${at}.function.name`);
    if (!/^[\w-]{1,64}$/.test(name)) {
      refuse(`${at}.function.name`, `'${at}.function.name' is to be 1 to 64 letters, digits, '_' and '-'.`);
    }
    return {
      name,
      description: typeof named.description === "string" ? named.description : "",
      parameters: isAbsent(named.parameters) ? {} : readFields(named.parameters, `${at}.function.parameters`),
    };
  });
}

function decodeToolChoice(value: unknown, tools: readonly ToolSpec[]): Conversation["toolChoice"] {
  if (isAbsent(value)) return "auto";
  if (tools.length === 0) refuse("tool_choice", "'tool_choice' is only allowed with 'tools'.");
  if (value === "auto" || value === "none" || value === "required") return value;
  if (!isFields(value)) {
    return refuse("tool_choice", `'tool_choice' is to be "auto", "none", "required" or a function.`);
  }
  const { name } = readFields(value.function, "tool_choice.function");
  const tool = tools.find((candidate) => candidate.name === name);
  return tool ?? refuse("tool_choice.function.name", `No tool of the request is named ${JSON.stringify(name)}.`);
}

function decodeReasoning(value: unknown): boolean {
  return !isAbsent(value) && readText(value, "reasoning_effort") !== "none";
}

function decodeResponseFormat(value: unknown): Conversation["responseFormat"] {
  if (isAbsent(value)) return { type: "text" };
  const format = readFields(value, "response_format");
  switch (format.type) {
    case "text":
      return { type: "text" };
    case "json_object":
      return { type: "json" };
    case "json_schema": {
      const named = readFields(format.json_schema, "response_format.json_schema");
      return { type: "json", schema: readFields(named.schema, "response_format.json_schema.schema") };
    }
    default:
      return refuse("response_format.type", "'response_format.type' is to be text, json_object or json_schema.");
  }
}

function decodeMaxTokens(body: Fields): number {
  const parameter = isAbsent(body.max_completion_tokens) ? "max_tokens" : "max_completion_tokens";
  const value = body[parameter];
  if (isAbsent(value)) return Number.POSITIVE_INFINITY;
  if (typeof value === "number" && Number.isInteger(value) && value >= 1) return value;
  return refuse(parameter, `'${parameter}' is to be a whole number of at least 1.`);
}

function decodeStop(value: unknown): readonly string[] {
  if (isAbsent(value)) return [];
  if (typeof value === "string") return value === "" ? [] : [value];
  if (!Array.isArray(value) || value.length > 4) refuse("stop", "'stop' is to be a string or up to four strings.");
  return value.map((word, index) => readText(word, `stop[${index}]`));
}

function decodeIncludeUsage(value: unknown): boolean {
  if (isAbsent(value)) return false;
  const options = readFields(value, "stream_options");
  return readBoolean(options.include_usage, "stream_options.include_usage", false);
}
