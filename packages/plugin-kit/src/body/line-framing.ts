export interface LineFramingOptions {
  /** Characters that one line may have. */
  readonly maxLength: number;
  /**
   * Receives each line that is not blank, without its end.
   *
   * @param last Whether the body ended without an end of this line, so that it may have been cut off.
   */
  readonly onLine: (line: string, last: boolean) => void;
  /** Returns the error of a line with more characters. */
  readonly tooLong: () => Error;
}

/** Splits text that is cut anywhere into lines, which end with `\n` or `\r\n`. */
export class LineFraming {
  readonly #options: LineFramingOptions;
  /** The beginning of the line that the last pieces broke off in. */
  #pieces: string[] = [];
  #length = 0;

  constructor(options: LineFramingOptions) {
    this.#options = options;
  }

  feed(text: string): void {
    let from = 0;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", from)) {
      this.#hold(text.slice(from, end));
      this.#handOut(false);
      from = end + 1;
    }
    if (from < text.length) this.#hold(text.slice(from));
  }

  end(text: string): void {
    this.feed(text);
    if (this.#length > 0) this.#handOut(true);
  }

  #hold(piece: string): void {
    this.#length += piece.length;
    if (this.#length > this.#options.maxLength) throw this.#options.tooLong();
    this.#pieces.push(piece);
  }

  #handOut(last: boolean): void {
    const line = this.#pieces.length === 1 ? (this.#pieces[0] ?? "") : this.#pieces.join("");
    this.#pieces = [];
    this.#length = 0;
    if (line.trim() !== "") this.#options.onLine(line.endsWith("\r") ? line.slice(0, -1) : line, last);
  }
}
