/**
 * Characters that cannot be seen, that look like a space, or that change how their neighbours are shown: controls,
 * format and bidirectional characters, half surrogate pairs, private and unassigned ones, fillers, variation selectors,
 * unusual spaces, and marks that stand on no letter or in a heap.
 */
const unseen = String.raw`(?:[\p{C}\p{DI}\p{Zl}\p{Zp}\u2800\u{1d159}]|[\p{Zs}--\x20]|(?<!\p{L}\p{M}{0,3})\p{M})`;
/** What reads like an escape without its backslash. */
const literal = String.raw`u\{[0-9a-fA-F]+\}`;

/** Whether a text needs any change, and what in it does. */
interface Search {
  readonly any: RegExp;
  /** Emoji of several characters come first: the joiners and selectors in them stay. */
  readonly parts: RegExp;
}

const oneLine = searchFor(unseen);
const manyLines = searchFor(String.raw`(?![\n\t])${unseen}`);

/** A stretch of text as it is shown. */
export interface ExactPart {
  readonly text: string;
  /** True if `text` is an escape that stands for a character. */
  readonly escape: boolean;
}

/**
 * Shows a text exactly, in its own lines. What cannot be seen becomes an escape of the form `\u{1b}`; line breaks and
 * tabs stay. Nothing is left out, and different texts never look the same: backslashes before an escape, or before what
 * reads like one, are doubled.
 */
export function exactText(text: string): string {
  return joined(split(text, manyLines));
}

/**
 * Shows a name, a path or a label exactly, in one line: line breaks, tabs and the spaces at its ends are escaped too.
 * See `exactText`.
 */
export function exactLine(text: string): string {
  return joined(exactLineParts(text));
}

/** The same, as what stays and what is escaped. */
export function exactLineParts(text: string): readonly ExactPart[] {
  const first = text.search(/[^ ]/);
  if (first === -1) return blanks(text);
  return [...blanks(text.slice(0, first)), ...withoutBlankEnd(text.slice(first), oneLine)];
}

/**
 * One line of a text, exactly, as what stays and what is escaped. Tabs stay; blanks at its end are escaped, as they
 * would not be seen. See `exactText`.
 */
export function exactParts(line: string): readonly ExactPart[] {
  return withoutBlankEnd(line, manyLines);
}

const inJson = new RegExp(String.raw`(?!\n)${unseen}`, "gv");

/** Escapes in a JSON text what a terminal would not show as it is. The value stays the same. */
export function exactJson(json: string): string {
  return json.replace(inJson, (character) =>
    Array.from({ length: character.length }, (_, index) => {
      const unit = character.charCodeAt(index).toString(16);
      return `\\u${unit.padStart(4, "0")}`;
    }).join(""),
  );
}

function searchFor(wanted: string): Search {
  return {
    any: new RegExp(`${wanted}|\\\\${literal}`, "v"),
    parts: new RegExp(String.raw`(\p{RGI_Emoji})|(?<!\\)(\\+)(?!\\)(?=${literal}|${wanted})|${wanted}`, "gv"),
  };
}

function split(text: string, { any, parts }: Search): readonly ExactPart[] {
  if (!any.test(text)) return [{ text, escape: false }];
  const found: ExactPart[] = [];
  let end = 0;
  for (const match of text.matchAll(parts)) {
    const [whole, emoji, slashes] = match;
    if (emoji !== undefined) continue;
    if (match.index > end) found.push({ text: text.slice(end, match.index), escape: false });
    if (slashes === undefined) found.push({ text: escapeOf(whole), escape: true });
    else found.push({ text: slashes + slashes, escape: false });
    end = match.index + whole.length;
  }
  if (end < text.length) found.push({ text: text.slice(end), escape: false });
  return found;
}

/** Escapes the spaces and tabs at the end of a line as well, and doubles the backslashes before them. */
function withoutBlankEnd(line: string, search: Search): readonly ExactPart[] {
  let end = line.length;
  while (line[end - 1] === " " || line[end - 1] === "\t") end--;
  const shown = split(line.slice(0, end), search);
  if (end === line.length) return shown;
  let slashes = 0;
  while (line[end - 1 - slashes] === "\\") slashes++;
  return [...shown, { text: "\\".repeat(slashes), escape: false }, ...blanks(line.slice(end))];
}

function blanks(text: string): readonly ExactPart[] {
  return [...text].map((blank) => ({ text: escapeOf(blank), escape: true }));
}

/** `\u{1b}` for the character U+001B. */
function escapeOf(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}

function joined(shown: readonly ExactPart[]): string {
  return shown.map(({ text }) => text).join("");
}
