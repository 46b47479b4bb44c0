import type { Conversation, ToolSpec } from "../../conversation.ts";
import { isAbsent, readFields, readText, refuse } from "../chat-completions/fields.ts";
import { decodeCachePoint, readName } from "./content.ts";
import { readList, readUnion } from "./union.ts";

export interface Tools {
  readonly tools: readonly ToolSpec[];
  readonly toolChoice: Conversation["toolChoice"];
  readonly cachePoints: number;
}

/** Reads `toolConfig`. */
export function decodeTools(value: unknown): Tools {
  if (isAbsent(value)) return { tools: [], toolChoice: "auto", cachePoints: 0 };
  const config = readFields(value, "toolConfig");
  const tools: ToolSpec[] = [];
  let cachePoints = 0;
  for (const [index, entry] of readList(config.tools, "toolConfig.tools").entries()) {
    const at = `toolConfig.tools[${index}]`;
    const [kind, tool] = readUnion(entry, at, ["toolSpec", "systemTool", "cachePoint"]);
    if (kind === "toolSpec") tools.push(decodeSpec(tool.toolSpec, `${at}.toolSpec`));
    else if (kind === "systemTool") readText(readFields(tool.systemTool, at).name, `${at}.systemTool.name`);
    else {
      decodeCachePoint(tool.cachePoint, `${at}.cachePoint`);
      cachePoints += 1;
    }
  }
  const names = tools.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) refuse("toolConfig.tools", `'toolConfig.tools' has two tools named ${twice}.`);
  if (tools.length === 0 && cachePoints > 0)
    refuse("toolConfig.tools", "'toolConfig.tools' has a cachePoint and no tool.");
  return { tools, toolChoice: decodeChoice(config.toolChoice, names), cachePoints };
}

function decodeSpec(value: unknown, at: string): ToolSpec {
  const spec = readFields(value, at);
  const schema = readFields(readFields(spec.inputSchema, `${at}.inputSchema`).json, `${at}.inputSchema.json`);
  if (schema.type !== "object") refuse(`${at}.inputSchema.json`, `'${at}.inputSchema.json.type' is to be "object".`);
  // Left out where a tool has none: Bedrock refuses one that is empty.
  const description = isAbsent(spec.description) ? "" : readText(spec.description, `${at}.description`);
  return { name: readName(spec.name, `${at}.name`), description, parameters: schema };
}

function decodeChoice(value: unknown, names: readonly string[]): Conversation["toolChoice"] {
  if (isAbsent(value)) return "auto";
  const at = "toolConfig.toolChoice";
  const [kind, choice] = readUnion(value, at, ["auto", "any", "tool"]);
  if (kind === "auto") return "auto";
  if (kind === "any") return "required";
  const name = readName(readFields(choice.tool, `${at}.tool`).name, `${at}.tool.name`);
  return names.includes(name) ? { name } : refuse(`${at}.tool.name`, `No tool of the request is named ${name}.`);
}
