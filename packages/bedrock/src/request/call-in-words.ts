import type { ToolCallPart, ToolResultPart } from "@waygate/core/plugin";
import type { ContentBlock, ToolResultContentBlock } from "./converse-input.ts";

/** A call of a tool as a model can read it that takes no tools, and refuses every block of theirs. */
export function callInWords({ name, arguments: given }: ToolCallPart): ContentBlock {
  return { text: `[The tool ${name} was called with ${given.trim() === "" ? "{}" : given}]` };
}

/** Its result, likewise. `content`: as it would stand in a block of its own. */
export function resultInWords(
  { name, isError }: ToolResultPart,
  content: readonly ToolResultContentBlock[],
): ContentBlock[] {
  const said = content.map((block) => block.text ?? JSON.stringify(block.json)).join("\n");
  return [{ text: `[The tool ${name} ${isError ? "failed" : "answered"}:\n${said}]` }];
}
