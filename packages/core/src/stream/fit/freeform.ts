import type { FreeformToolSpec, FunctionToolSpec } from "../../contract/request.ts";

/** Returns a freeform tool as a function of one parameter, `input`, for services that have no others. */
export function asFunction({ name, description, grammar }: FreeformToolSpec): FunctionToolSpec {
  const format = grammar === undefined ? "" : ` It must match this ${grammar.syntax} grammar:\n${grammar.definition}`;
  const input = { type: "string", description: `The input of the tool, as plain text.${format}` };
  return { name, description, parameters: { type: "object", properties: { input }, required: ["input"] } };
}

/** Returns the text of a freeform call as the arguments of such a function. */
export function asArguments(text: string): string {
  return JSON.stringify({ input: text });
}
