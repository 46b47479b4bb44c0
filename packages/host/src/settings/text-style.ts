import type { Node } from "jsonc-parser";

/** How a text is laid out, so that what is added to it looks the same. */
export interface TextStyle {
  /** One step of indentation. Default: two blanks. */
  readonly indent: string;
  /** The line break. Default: `\n`. */
  readonly lineBreak: string;
}

export function styleOf(text: string, root: Node | undefined): TextStyle {
  const first = root?.children?.[0];
  const indent = first === undefined ? undefined : ownLineIndent(text, first.offset);
  return {
    indent: indent === undefined || indent === "" ? "  " : indent,
    lineBreak: text.includes("\r\n") ? "\r\n" : "\n",
  };
}

/** The blanks before an offset, if nothing else stands before it on its line. */
export function ownLineIndent(text: string, offset: number): string | undefined {
  const before = text.slice(startOfLine(text, offset), offset);
  return /^[ \t]*$/.test(before) ? before : undefined;
}

export function startOfLine(text: string, offset: number): number {
  return Math.max(text.lastIndexOf("\n", offset - 1), text.lastIndexOf("\r", offset - 1)) + 1;
}

/** The indentation of the line on which an offset is. */
export function lineIndent(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(startOfLine(text, offset)))?.[0] ?? "";
}

/** A value as JSON over several lines, of which all but the first begin with `indent`. */
export function render(value: unknown, indent: string, style: TextStyle): string {
  return JSON.stringify(value, null, style.indent).replaceAll("\n", `${style.lineBreak}${indent}`);
}
