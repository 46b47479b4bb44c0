import { columnsOf } from "./columns.ts";
import { type ExactPart, exactLineParts, exactParts } from "./exact-text.ts";

const tabColumns = 8;
const clusters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** One row of a terminal, with a line of a text or a piece of one. */
export interface ExactRow {
  readonly parts: readonly ExactPart[];
  /** The line that the row belongs to. */
  readonly line: string;
  /** False for the further rows of a line that takes several. */
  readonly first: boolean;
}

/**
 * Lays a text out exactly, in rows of at most `columns`. The terminal never breaks a line by itself then, and each row
 * can be marked as a part of the text. Tabs become spaces, up to the next multiple of eight columns.
 */
export function exactRows(text: string, columns: number): readonly ExactRow[] {
  return text.split("\n").flatMap((line) => layOut(line, exactParts(line), columns));
}

/** Lays a single line out in the same way: line breaks and tabs in it are escaped. */
export function exactLineRows(line: string, columns: number): readonly ExactRow[] {
  return layOut(line, exactLineParts(line), columns);
}

function layOut(line: string, parts: readonly ExactPart[], columns: number): readonly ExactRow[] {
  const layout = new LineLayout(columns);
  for (const part of parts) layout.add(part);
  return layout.rows.map((row, index) => ({ parts: row, line, first: index === 0 }));
}

class LineLayout {
  readonly rows: ExactPart[][] = [[]];
  readonly #columns: number;
  /** Columns taken in the last row, and since the beginning of the line. */
  #used = 0;
  #total = 0;

  constructor(columns: number) {
    this.#columns = Math.max(1, columns);
  }

  add(part: ExactPart): void {
    if (part.escape) this.#put(part, part.text.length);
    // Only characters of one column: they can be cut anywhere.
    else if (/^[ -~]*$/.test(part.text)) this.#fill(part.text);
    else {
      for (const { segment } of clusters.segment(part.text)) {
        if (segment === "\t") this.#fill(" ".repeat(tabColumns - (this.#total % tabColumns)));
        else this.#put({ text: segment, escape: false }, widestOf(segment));
      }
    }
  }

  #fill(text: string): void {
    for (let at = 0; at < text.length; ) {
      const room = this.#columns - this.#used;
      const piece = text.slice(at, at + Math.max(1, room));
      this.#put({ text: piece, escape: false }, piece.length);
      at += piece.length;
    }
  }

  /** Puts a piece that is not broken into the last row, or into a new one if it does not fit. */
  #put(part: ExactPart, width: number): void {
    if (this.#used > 0 && this.#used + width > this.#columns) {
      this.rows.push([]);
      this.#used = 0;
    }
    this.rows.at(-1)?.push(part);
    this.#used += width;
    this.#total += width;
  }
}

/** The columns of a cluster on the terminal that needs most: some show the parts of an emoji one by one. */
function widestOf(cluster: string): number {
  const apart = [...cluster].reduce((sum, character) => sum + columnsOf(character), 0);
  return Math.max(columnsOf(cluster), apart);
}
