const headLimit = 20_000;
const tailLimit = 12_000;

/** What a command writes: its beginning and its end are kept, which is where the cause and the outcome stand. */
export class BoundedOutput {
  #head = "";
  #tail = "";
  #dropped = 0;

  add(text: string): void {
    const room = headLimit - this.#head.length;
    this.#head += text.slice(0, room);
    this.#tail += text.slice(room);
    // Trimmed now and then, not at each piece: that would copy the tail for every line of a chatty command.
    if (this.#tail.length > 4 * tailLimit) this.#trim();
  }

  toString(): string {
    this.#trim();
    if (this.#dropped === 0) return this.#head + this.#tail;
    return `${this.#head}\n[cut: ${this.#dropped} characters]\n${this.#tail}`;
  }

  #trim(): void {
    const excess = this.#tail.length - tailLimit;
    if (excess <= 0) return;
    this.#dropped += excess;
    this.#tail = this.#tail.slice(excess);
  }
}
