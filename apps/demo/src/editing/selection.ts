import { UsageError } from "../exit-code.ts";
import { withLineEndsOf } from "../files/line-ends.ts";
import type { LineRange } from "./line-range.ts";

/** A part of a text, between what stays as it is. Each ends with its line break, where it has one. */
export interface Selection {
  readonly before: string;
  readonly text: string;
  readonly after: string;
  /** Counted from 1. */
  readonly firstLine: number;
  readonly lastLine: number;
}

/** Cuts a text at lines. Throws a `UsageError` for lines that it does not have. */
export function select(text: string, range: LineRange | undefined): Selection {
  // Each with its own line break.
  const lines = text.match(/[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$/g) ?? [];
  const { first, last = lines.length } = range ?? { first: 1, last: undefined };
  if (range !== undefined && (first > lines.length || last > lines.length)) {
    const count = lines.length === 1 ? "1 line" : `${lines.length} lines`;
    throw new UsageError(`It has ${count}, so there is no line ${first > lines.length ? first : last}.`);
  }
  const part = (from: number, to: number) => lines.slice(from, to).join("");
  return {
    before: part(0, first - 1),
    text: part(first - 1, last),
    after: part(last, lines.length),
    firstLine: first,
    lastLine: last,
  };
}

/**
 * What a model answered, made to fit: without the fence or the tags that some put around everything, with the line
 * ends of the text that it replaces.
 */
export function fitReplacement(answer: string, { before, text, after }: Selection): string {
  let fitted = answer.replace(/\r\n?/g, "\n");
  if (!/^\s*```/.test(text)) fitted = unwrapped(fitted, /^\s*```[^\n]*\n([\s\S]*?)\n?```\s*$/);
  fitted = unwrapped(fitted, /^\s*<selection>\n?([\s\S]*?)\n?<\/selection>\s*$/);
  if (/[\r\n]$/.test(text) || (text === "" && after !== "")) {
    if (fitted !== "" && !fitted.endsWith("\n")) fitted += "\n";
  } else fitted = fitted.replace(/\n+$/, "");
  return withLineEndsOf(text, fitted, before + after);
}

function unwrapped(text: string, pattern: RegExp): string {
  return pattern.exec(text)?.[1] ?? text;
}
