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
 * Splits a text into what can be shown as it is and escapes of the form `\u{1b}`. Nothing is left out, and different
 * texts never look the same: backslashes before an escape, or before what reads like one, are doubled. Line breaks and
 * tabs stay.
 */
export function exactParts(text: string): readonly ExactPart[] {
  return split(text, manyLines);
}

/** Shows a text exactly, in its own lines: see `exactParts`. */
export function exactText(text: string): string {
  return joined(split(text, manyLines));
}

/**
 * Shows a name, a path or a label exactly, in one line: line breaks, tabs and the spaces at its ends are escaped too.
 * See `exactParts`.
 */
export function exactLine(text: string): string {
  const first = text.search(/[^ ]/);
  if (first === -1) return spaces(text.length);
  let end = text.length;
  while (text[end - 1] === " ") end--;
  const inner = text.slice(first, end);
  let slashes = 0;
  // Backslashes before an escape are doubled, here too.
  if (end < text.length) while (inner.at(-1 - slashes) === "\\") slashes++;
  return spaces(first) + joined(split(inner, oneLine)) + "\\".repeat(slashes) + spaces(text.length - end);
}

/** `\u{1b}` for the character U+001B. */
export function escapeOf(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
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

function spaces(count: number): string {
  return escapeOf(" ").repeat(count);
}

function joined(shown: readonly ExactPart[]): string {
  return shown.map(({ text }) => text).join("");
}
