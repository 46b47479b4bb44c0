import { createScanner, type Edit, type Node } from "jsonc-parser";
import { lineIndent, ownLineIndent, render, startOfLine, type TextStyle } from "./text-style.ts";

/** Puts an entry into an object (at its end) or a list (at a position). */
export function insertChild(
  text: string,
  container: Node,
  segment: string | number,
  value: unknown,
  style: TextStyle,
): readonly Edit[] {
  const children = container.children ?? [];
  const write = (indent: string | undefined): string => {
    const json = indent === undefined ? JSON.stringify(value) : render(value, indent, style);
    return typeof segment === "string" ? `${JSON.stringify(segment)}: ${json}` : json;
  };
  if (children.length === 0) return [insertFirst(text, container, write, style)];
  const position = typeof segment === "number" ? Math.min(segment, children.length) : children.length;
  const previous = children[position - 1];
  const indent = ownLineIndent(text, (previous ?? children[0])?.offset ?? 0);
  if (previous === undefined) {
    const next = children[0]?.offset ?? container.offset + 1;
    if (indent === undefined) return [insertion(next, `${write(undefined)}, `)];
    return [insertion(endOfTail(text, container.offset + 1), `${style.lineBreak}${indent}${write(indent)},`)];
  }
  const end = previous.offset + previous.length;
  const comma = commaAfter(text, end);
  const separator = indent === undefined ? " " : `${style.lineBreak}${indent}`;
  const anchor = indent === undefined ? (comma === undefined ? end : comma + 1) : endOfTail(text, end, comma);
  if (comma !== undefined) return [insertion(anchor, `${separator}${write(indent)},`)];
  const added = `${separator}${write(indent)}`;
  return anchor === end ? [insertion(end, `,${added}`)] : [insertion(end, ","), insertion(anchor, added)];
}

/** Takes an entry out, with its comma and with the comment behind it on its line. */
export function removeChild(text: string, container: Node, segment: string | number): readonly Edit[] {
  const children = container.children ?? [];
  const index =
    typeof segment === "number" ? segment : children.findLastIndex((child) => child.children?.[0]?.value === segment);
  const child = children[index];
  if (child === undefined) return [];
  const end = child.offset + child.length;
  const comma = commaAfter(text, end);
  const previous = children[index - 1];
  const edits: Edit[] = [];
  const previousEnd = previous === undefined ? undefined : previous.offset + previous.length;
  // The last of several without a comma behind it: the one before it goes.
  const orphan = comma === undefined && previousEnd !== undefined ? commaAfter(text, previousEnd) : undefined;
  const tail = endOfTail(text, end, comma);
  const rest = /^[ \t]*(\r\n|\n|\r|$)/.exec(text.slice(tail));
  if (ownLineIndent(text, child.offset) !== undefined && rest !== null) {
    if (orphan !== undefined) edits.push(cut(orphan, orphan + 1));
    edits.push(cut(startOfLine(text, child.offset), tail + rest[0].length));
    return edits;
  }
  const after = comma === undefined ? end : comma + 1;
  const blanks = /^[ \t]*/.exec(text.slice(after))?.[0].length ?? 0;
  if (orphan === undefined) return [cut(child.offset, index === children.length - 1 ? after : after + blanks)];
  const between = text.slice(orphan + 1, child.offset);
  return between.trim() === "" ? [cut(orphan, end)] : [cut(orphan, orphan + 1), cut(child.offset, end)];
}

function insertFirst(
  text: string,
  container: Node,
  write: (indent: string) => string,
  { indent: step, lineBreak }: TextStyle,
): Edit {
  const outer = lineIndent(text, container.offset);
  const indent = `${outer}${step}`;
  const start = container.offset + 1;
  const inner = text.slice(start, container.offset + container.length - 1);
  // Comments in an object without entries stay above the first one.
  const kept = inner.trimEnd().length;
  const content = `${lineBreak}${indent}${write(indent)}${lineBreak}${outer}`;
  return { offset: start + kept, length: inner.length - kept, content };
}

/** Where the comma after an entry is, comments and line breaks aside. */
function commaAfter(text: string, offset: number): number | undefined {
  for (const { kind, start } of tokensFrom(text, offset)) {
    if (kind === "comma") return start;
    if (kind === "other") return undefined;
  }
  return undefined;
}

/** The end of what belongs to an entry on its line: its comma, and comments that end there. */
function endOfTail(text: string, offset: number, comma = offset): number {
  let end = Math.max(offset, comma);
  if (comma >= offset && text[comma] === ",") end = comma + 1;
  for (const { kind, stop, lines } of tokensFrom(text, end)) {
    if (kind === "line-break" || kind === "other" || kind === "comma" || lines) break;
    if (kind === "comment") end = stop;
  }
  return end;
}

interface Token {
  readonly kind: "blank" | "line-break" | "comment" | "comma" | "other";
  readonly start: number;
  readonly stop: number;
  /** Whether it goes over several lines. */
  readonly lines: boolean;
}

function* tokensFrom(text: string, offset: number): Generator<Token> {
  const scanner = createScanner(text, false);
  scanner.setPosition(offset);
  for (;;) {
    const code: number = scanner.scan();
    const start = scanner.getTokenOffset();
    const stop = start + scanner.getTokenLength();
    yield { kind: kinds[code] ?? "other", start, stop, lines: /[\r\n]/.test(text.slice(start, stop)) };
    if (code === endOfFile) return;
  }
}

// jsonc-parser's `SyntaxKind`: a const enum, which cannot be imported where modules are compiled one by one.
const endOfFile = 17;
const kinds: Readonly<Record<number, Token["kind"]>> = {
  5: "comma",
  12: "comment",
  13: "comment",
  14: "line-break",
  15: "blank",
};

function insertion(offset: number, content: string): Edit {
  return { offset, length: 0, content };
}

function cut(from: number, to: number): Edit {
  return { offset: from, length: to - from, content: "" };
}
