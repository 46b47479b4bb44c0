import { columnsOf } from "./columns.ts";

/**
 * Breaks text between words where a terminal would break it anywhere, while it comes in pieces. Code keeps its lines:
 * what is indented or between fences is left to the terminal.
 */
export class WordWrap {
  readonly #width: number;
  /** Where the cursor is, if the word held back were not there. */
  #column = 0;
  /** Not handed out yet: more of it may come. */
  #word = "";
  /** The line so far, as far as it takes to tell what kind it is. */
  #lineStart = "";
  #fenced = false;

  constructor(width: number) {
    this.#width = Math.max(20, width);
  }

  /** The text that can be written by now. */
  push(text: string): string {
    let written = "";
    for (const part of text.match(/\n|[ \t]+|[^\s]+|\s/g) ?? []) {
      if (part === "\n") written += this.flush() + this.#newLine();
      else if (part.trim() === "") written += this.flush() + this.#space(part);
      else this.#word += part;
      if (this.#lineStart.length < 8 && part !== "\n") this.#lineStart += part;
    }
    return written;
  }

  /** What was held back. */
  flush(): string {
    const word = this.#word;
    if (word === "") return "";
    this.#word = "";
    const columns = columnsOf(word);
    const breaks = this.#column > 0 && this.#column + columns > this.#width && !this.#isCode();
    this.#column = breaks ? columns : this.#column + columns;
    // A word that is longer than the line: the terminal breaks it.
    if (this.#column > this.#width) this.#column %= this.#width;
    return breaks ? `\n${word}` : word;
  }

  #space(space: string): string {
    // It would begin the next line.
    if (this.#column + space.length > this.#width && this.#column > 0 && !this.#isCode()) return "";
    this.#column += space.length;
    return space;
  }

  #newLine(): string {
    if (this.#lineStart.trimStart().startsWith("```")) this.#fenced = !this.#fenced;
    this.#lineStart = "";
    this.#column = 0;
    return "\n";
  }

  #isCode(): boolean {
    return this.#fenced || /^(?: {4}|\t)/.test(this.#lineStart);
  }
}

/** A whole text, its lines broken between words to at most `width` columns; all but the first begin with `indent`. */
export function wrapText(text: string, width: number, indent = ""): string {
  const wrap = new WordWrap(width - indent.length);
  return (wrap.push(text) + wrap.flush()).replaceAll("\n", `\n${indent}`);
}
