import { type ChangeObject, diffArrays } from "diff";

const contextLines = 2;
/** Lines that come and go together, after which no shorter way to tell the change is looked for. */
const maxEdits = 2000;

/**
 * Shows everything that writing `after` over `before` changes, line by line: `- ` goes, `+ ` comes, and two lines of what
 * stays around it. Rows that begin in another way are no lines of the file: where a part of it begins, and whether the
 * last line has a line break. `before` is undefined for a new file.
 */
export function changePreview(before: string | undefined, after: string): string {
  if (before === after) return "= nothing changes";
  if (before === undefined && after === "") return "= an empty file";
  const old = linesOf(before ?? "");
  const next = linesOf(after);
  const rows: string[] = [];
  let line = 1;
  const changes = diffArrays([...old], [...next], { maxEditLength: maxEdits }) ?? replacement(old, next);
  for (const [index, { added, removed, value }] of changes.entries()) {
    if (added || removed) rows.push(...value.flatMap((text) => rowsOf(added ? "+ " : "- ", text)));
    else {
      const ends = index > 0 ? value.slice(0, contextLines) : [];
      const begins = index < changes.length - 1 ? value.slice(Math.max(ends.length, value.length - contextLines)) : [];
      const skipped = value.length - ends.length - begins.length;
      rows.push(...ends.flatMap((text) => rowsOf("  ", text)));
      if (skipped > 0 && begins.length > 0) rows.push(`@ line ${line + ends.length + skipped}`);
      rows.push(...begins.flatMap((text) => rowsOf("  ", text)));
    }
    // Counted as the file is going to be.
    if (!removed) line += value.length;
  }
  return rows.join("\n");
}

function rowsOf(sign: string, line: string): readonly string[] {
  return line.endsWith("\n") ? [sign + line.slice(0, -1)] : [sign + line, "= no line break at the end"];
}

/** Each with its line break, which belongs to what is compared. */
function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Everything between the lines that both begin with and those that both end with. */
function replacement(old: readonly string[], next: readonly string[]): readonly ChangeObject<string[]>[] {
  const head = commonLength(old, next);
  const tail = commonLength(old.slice(head).reverse(), next.slice(head).reverse());
  const part = (value: readonly string[], kind: { added: boolean; removed: boolean }) =>
    value.length === 0 ? [] : [{ value: [...value], count: value.length, ...kind }];
  const stays = { added: false, removed: false };
  return [
    ...part(next.slice(0, head), stays),
    ...part(old.slice(head, old.length - tail), { added: false, removed: true }),
    ...part(next.slice(head, next.length - tail), { added: true, removed: false }),
    ...part(next.slice(next.length - tail), stays),
  ];
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}
