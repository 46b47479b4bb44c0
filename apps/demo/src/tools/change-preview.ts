const contextLines = 2;
const maxLines = 24;

/**
 * What writing `after` over `before` changes, line by line: `-` goes, `+` comes, and a little of what stays. `before`
 * is undefined for a new file.
 */
export function changePreview(before: string | undefined, after: string): string {
  const old = before === undefined ? [] : linesOf(before);
  const next = linesOf(after);
  const head = commonLength(old, next);
  const tail = commonLength(old.slice(head).reverse(), next.slice(head).reverse());
  const gone = old.slice(head, old.length - tail);
  const come = next.slice(head, next.length - tail);
  if (gone.length === 0 && come.length === 0) return "  no line changes";
  return [
    ...next.slice(Math.max(0, head - contextLines), head).map((line) => `  ${line}`),
    ...shortened(gone.map((line) => `- ${line}`)),
    ...shortened(come.map((line) => `+ ${line}`)),
    ...next.slice(next.length - tail, next.length - tail + contextLines).map((line) => `  ${line}`),
  ].join("\n");
}

function linesOf(text: string): readonly string[] {
  const lines = text.split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

function shortened(lines: readonly string[]): readonly string[] {
  if (lines.length <= maxLines) return lines;
  return [...lines.slice(0, maxLines - 1), `  … ${lines.length - maxLines + 1} more lines like these`];
}
