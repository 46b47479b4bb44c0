import { functionTools, type JsonObject, type Message, type ModelRequest, type ToolChoice } from "@waygate/core/plugin";
import type { Family } from "../models/family.ts";
import type { ToolChoice as BedrockToolChoice, Tool, ToolConfiguration } from "./converse-input.ts";
import { document } from "./document.ts";
import type { Encoding } from "./encode-messages.ts";

export interface EncodedTools {
  readonly config: ToolConfiguration | undefined;
  /** For `additionalModelRequestFields`: what Converse itself has no word for. */
  readonly fields: JsonObject;
  /** Whether the model may call tools: false where specs are only there because the conversation has calls in it. */
  readonly callsWanted: boolean;
  /** Said to the model where it must not call what it is shown. */
  readonly instruction: string | undefined;
}

const noCalls = "Do not call any tool in this answer. Answer in words.";

/**
 * Tools, and which of them the model is to call. Converse refuses a conversation that has calls in it where no tool is
 * declared: without any on offer, or with the choice `none`, the specs stay and the model is told not to call them.
 */
export function encodeTools(request: ModelRequest, systemTools: readonly string[], encoding: Encoding): EncodedTools {
  const { toolChoice, messages } = request;
  const tools = functionTools(request.tools);
  const system = systemTools.map((name): Tool => ({ systemTool: { name } }));
  const silent = tools.length === 0 || toolChoice === "none";
  if (!silent) {
    const specs = tools.map(({ name, description, parameters }) => spec(name, description, parameters));
    const { choice, fields } = encodeChoice(request, encoding);
    const config = { tools: [...specs, ...system], ...(choice !== undefined && { toolChoice: choice }) };
    return { config, fields, callsWanted: true, instruction: undefined };
  }
  const past = pastTools(messages);
  const offered = new Map(tools.map((tool) => [tool.name, tool]));
  const specs = past.map((name) => {
    const { description, parameters } = offered.get(name) ?? { description: "", parameters: { type: "object" } };
    return spec(name, description, parameters);
  });
  const all = [...specs, ...system];
  return {
    config: all.length === 0 ? undefined : { tools: all },
    fields: {},
    callsWanted: false,
    instruction: specs.length === 0 ? undefined : noCalls,
  };
}

/** Whether the model is told to call a tool. */
export function isForced(request: ModelRequest): boolean {
  const { toolChoice, tools } = request;
  return tools.length > 0 && toolChoice !== undefined && toolChoice !== "auto" && toolChoice !== "none";
}

function spec(name: string, description: string, parameters: unknown): Tool {
  const words = description.trim() === "" ? {} : { description };
  const json = document({ type: "object", ...(parameters as JsonObject) });
  return { toolSpec: { name, ...words, inputSchema: { json } } };
}

/** The names of tools that the conversation has calls of. */
function pastTools(messages: readonly Message[]): readonly string[] {
  const names = new Set<string>();
  for (const message of messages) {
    if (message.role !== "assistant") continue;
    for (const part of message.content) if (part.type === "tool-call") names.add(part.name);
  }
  return [...names];
}

function encodeChoice(
  { toolChoice, parallelToolCalls }: ModelRequest,
  encoding: Encoding,
): { readonly choice: BedrockToolChoice | undefined; readonly fields: JsonObject } {
  const { family, notices, events } = encoding;
  const choice = supported(toolChoice, encoding);
  if (parallelToolCalls !== false) return { choice: native(choice), fields: {} };
  if (!family.singleCalls) {
    notices.say("parallel-tools-ignored", "This model cannot be told to make one call at a time.", events);
    return { choice: native(choice), fields: {} };
  }
  // Converse has no word for it; Anthropic's own field holds the choice of tool too, and two are refused.
  return {
    choice: undefined,
    fields: { tool_choice: { ...anthropic(choice), disable_parallel_tool_use: true } },
  };
}

/** A choice that is known not to be taken becomes the nearest that is. */
function supported(choice: ToolChoice | undefined, { family, notices, events }: Encoding): ToolChoice | undefined {
  const limit: Family["toolChoice"] = family.toolChoice;
  if (limit === undefined || limit === "all" || choice === undefined || choice === "auto" || choice === "none") {
    return choice;
  }
  if (limit === "any" && choice === "required") return choice;
  const fallback = limit === "any" ? "required" : "auto";
  const words = `This model does not take the choice of tool that was asked for; "${fallback}" was sent in its place.`;
  notices.say("tool-choice-changed", words, events);
  return fallback;
}

function native(choice: ToolChoice | undefined): BedrockToolChoice | undefined {
  if (choice === undefined || choice === "none") return undefined;
  if (choice === "auto") return { auto: {} };
  return choice === "required" ? { any: {} } : { tool: { name: choice.tool } };
}

function anthropic(choice: ToolChoice | undefined): JsonObject {
  if (choice === undefined || choice === "auto" || choice === "none") return { type: "auto" };
  return choice === "required" ? { type: "any" } : { type: "tool", name: choice.tool };
}
