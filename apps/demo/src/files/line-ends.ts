/** A line and its end: a line feed, a carriage return, both, or nothing at the end of the text. */
interface Line {
  readonly content: string;
  readonly end: string;
}

/** The lines of a text without their ends. An end of the text after a line end is not another line. */
export function splitLines(text: string): string[] {
  return linesOf(text).map(({ content }) => content);
}

/**
 * `text` with the line ends of the text that it replaces. Lines that stay, at the beginning and at the end, keep theirs.
 * All others get the end that `before` uses most, be it LF, CRLF or CR; where it has none, the one that `around` uses
 * most. Without any, the text stays as it is.
 */
export function withLineEndsOf(before: string, text: string, around = ""): string {
  const old = linesOf(before);
  const next = linesOf(text);
  const common = commonEnd(old) ?? commonEnd(linesOf(around));
  if (common === undefined) return text;
  const head = commonLength(old, next);
  const tail = commonLength(old.slice(head).reverse(), next.slice(head).reverse());
  return next
    .map(({ content, end }, index) => {
      // Whether the text ends with a line end is its own affair.
      if (end === "") return content;
      const from = index < head ? index : index >= next.length - tail ? index + old.length - next.length : undefined;
      return content + ((from !== undefined && old[from]?.end) || common);
    })
    .join("");
}

/** The most frequent line end, LF rather than another; undefined if there is none. */
function commonEnd(lines: readonly Line[]): string | undefined {
  const counts = new Map([
    ["\n", 0],
    ["\r\n", 0],
    ["\r", 0],
  ]);
  for (const { end } of lines) if (end !== "") counts.set(end, (counts.get(end) ?? 0) + 1);
  const [most] = [...counts].sort(([, one], [, other]) => other - one);
  return most === undefined || most[1] === 0 ? undefined : most[0];
}

function linesOf(text: string): readonly Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const { 0: end, index } of text.matchAll(/\r\n|\n|\r/g)) {
    lines.push({ content: text.slice(start, index), end });
    start = index + end.length;
  }
  if (start < text.length) lines.push({ content: text.slice(start), end: "" });
  return lines;
}

function commonLength(one: readonly Line[], other: readonly Line[]): number {
  let length = 0;
  while (length < one.length && length < other.length && one[length]?.content === other[length]?.content) length++;
  return length;
}
