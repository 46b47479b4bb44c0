import stringWidth from "string-width";

/** The number of columns that a line takes on a terminal: two for wide characters and emoji, none for colours. */
export function columnsOf(line: string): number {
  return stringWidth(line);
}

/** Fills a line up with spaces to `columns`. */
export function padColumns(line: string, columns: number): string {
  return line + " ".repeat(Math.max(0, columns - columnsOf(line)));
}

/** Cuts a line without colours to at most `columns`, with `…` in place of the rest. */
export function cutColumns(line: string, columns: number): string {
  let whole = 0;
  let kept = "";
  for (const { segment } of clusters.segment(line)) {
    whole += columnsOf(segment);
    if (whole > columns) return `${kept}…`;
    // With room for the sign that stands for the rest.
    if (whole < columns) kept += segment;
  }
  return line;
}

const clusters = new Intl.Segmenter(undefined, { granularity: "grapheme" });
