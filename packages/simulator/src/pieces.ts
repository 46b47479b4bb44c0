import type { AnswerText, AnswerToolCall } from "./answer.ts";

/** The whole of a text that may be given in pieces. */
export function joined(text: AnswerText): string {
  return typeof text === "string" ? text : text.join("");
}

/** The chunks a text is sent in: those given, or about one word each. Joined they are the text again. */
export function textPieces(text: AnswerText): Iterable<string> {
  return typeof text === "string" ? matches(text, /\s*\S{1,12}|\s+$/gu) : text;
}

/** The whole text of a call's arguments. */
export function argumentsText(call: AnswerToolCall): string {
  const value = call.arguments;
  if (value === undefined) return "{}";
  if (typeof value === "string") return value;
  return isPieces(value) ? value.join("") : JSON.stringify(value);
}

/** The pieces a call's arguments are sent in: those given, or a few characters each, whole code points only. */
export function argumentsPieces(call: AnswerToolCall): Iterable<string> {
  const value = call.arguments;
  return value !== undefined && isPieces(value) ? value : matches(argumentsText(call), /[\s\S]{1,8}/gu);
}

// `Array.isArray` does not narrow a readonly array.
function isPieces(value: NonNullable<AnswerToolCall["arguments"]>): value is readonly string[] {
  return Array.isArray(value);
}

function* matches(text: string, pattern: RegExp): Iterable<string> {
  for (const match of text.matchAll(pattern)) yield match[0];
}
