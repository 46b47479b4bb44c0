/**
 * Follows JSON text piece by piece, and knows whether the values so far are complete. It reads each character once: parsing
 * the accumulated text each time would take quadratic time.
 */
export class JsonScanner {
  #depth = 0;
  #inString = false;
  #escaped = false;
  #inScalar = false;
  #begun = false;

  /** Whether any value has begun. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Whether the text ends within a value. A number or word at the very end counts as complete. */
  get incomplete(): boolean {
    return this.#depth > 0 || this.#inString;
  }

  /**
   * Reads a piece up to the end of the first value. Returns the position after that value, or -1 if none ends in the piece.
   * Text after the position has not been read.
   */
  scanValue(text: string, from = 0): number {
    for (let position = from; position < text.length; position++) {
      const code = text.charCodeAt(position);
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (code === 0x5c) this.#escaped = true;
        else if (code === 0x22) {
          this.#inString = false;
          if (this.#depth === 0) return position + 1;
        }
        continue;
      }
      switch (code) {
        case 0x22: // "
          if (this.#endsScalar()) return position;
          this.#inString = true;
          this.#begun = true;
          break;
        case 0x7b: // {
        case 0x5b: // [
          if (this.#endsScalar()) return position;
          this.#depth++;
          this.#begun = true;
          break;
        case 0x7d: // }
        case 0x5d: // ]
          this.#inScalar = false;
          this.#depth--;
          if (this.#depth <= 0) return position + 1;
          break;
        case 0x20:
        case 0x09:
        case 0x0a:
        case 0x0d:
          if (this.#endsScalar()) return position;
          break;
        default:
          this.#inScalar = true;
          this.#begun = true;
      }
    }
    return -1;
  }

  /** Reads a whole piece, also if several values end in it. */
  scan(text: string): void {
    for (let position = 0; position !== -1 && position < text.length; ) {
      const next = this.scanValue(text, position);
      if (next === -1) return;
      this.#inScalar = false;
      this.#depth = Math.max(0, this.#depth);
      position = Math.max(next, position + 1);
    }
  }

  #endsScalar(): boolean {
    const ends = this.#inScalar && this.#depth === 0;
    this.#inScalar = false;
    return ends;
  }
}

/** Returns the JSON values of a text that consists of several, or `undefined` if one of them is not complete. */
export function splitValues(text: string): readonly string[] | undefined {
  const values: string[] = [];
  let position = 0;
  for (;;) {
    while (position < text.length && text.charCodeAt(position) <= 0x20) position++;
    if (position >= text.length) return values;
    const scanner = new JsonScanner();
    const end = scanner.scanValue(text, position);
    if (end === -1 && scanner.incomplete) return undefined;
    const value = text.slice(position, end === -1 ? text.length : end);
    if (value === "") return undefined;
    values.push(value);
    position += value.length;
  }
}
