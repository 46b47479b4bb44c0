const contextLines = 3;

/** One change of a file as a unified diff, for `git apply` and `patch`; empty where nothing changes. */
export function unifiedDiff(name: string, before: string, after: string): string {
  const [old, next] = [linesOf(before), linesOf(after)];
  let head = 0;
  while (head < old.length && head < next.length && old[head] === next[head]) head++;
  let tail = 0;
  const rest = Math.min(old.length, next.length) - head;
  while (tail < rest && old[old.length - 1 - tail] === next[next.length - 1 - tail]) tail++;
  if (head === old.length && head === next.length) return "";
  const from = Math.max(0, head - contextLines);
  const kept = Math.min(tail, contextLines);
  const body = [
    ...old.slice(from, head).map((line) => ` ${line}`),
    ...old.slice(head, old.length - tail).map((line) => `-${line}`),
    ...next.slice(head, next.length - tail).map((line) => `+${line}`),
    ...old.slice(old.length - tail, old.length - tail + kept).map((line) => ` ${line}`),
  ];
  const span = (count: number) => {
    const length = count - tail + kept - from;
    return `${length === 0 ? from : from + 1},${length}`;
  };
  return `--- a/${name}\n+++ b/${name}\n@@ -${span(old.length)} +${span(next.length)} @@\n${body.map(ended).join("")}`;
}

/** Each with its line break, which belongs to what is compared. */
function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function ended(line: string): string {
  return line.endsWith("\n") ? line : `${line}\n\\ No newline at end of file\n`;
}
