/** Characters of white space that may come before a tag. */
const longestBlank = 1000;

type Take = (text: string) => void;

/**
 * Separates reasoning that a model writes into its text, between two tags such as `<think>` at the very beginning. Later tags
 * are text, because the model may be quoting them.
 */
export class TaggedReasoning {
  readonly #open: string;
  readonly #close: string;
  /** `after`: only white space has followed the closing tag, and belongs to it. */
  #place: "before" | "in" | "after" | "out" = "before";
  /** Text that may be the beginning of a tag. */
  #held = "";

  /** `tag`: its name, such as `think`. */
  constructor(tag: string) {
    this.#open = `<${tag}>`;
    this.#close = `</${tag}>`;
  }

  add(text: string, think: Take, say: Take): void {
    if (this.#place === "out") {
      say(text);
      return;
    }
    this.#held += text;
    if (this.#place === "before") this.#begin();
    if (this.#place === "in") this.#think(think);
    if (this.#place === "after") this.#held = this.#held.trimStart();
    if (this.#place === "before" || this.#place === "in" || this.#held === "") return;
    this.#place = "out";
    this.#flush(say);
  }

  /** The answer has ended: hands out the rest. */
  end(think: Take, say: Take): void {
    this.#flush(this.#place === "in" ? think : say);
  }

  #begin(): void {
    const said = this.#held.trimStart();
    if (said.startsWith(this.#open)) {
      this.#place = "in";
      this.#held = said.slice(this.#open.length).trimStart();
    } else if (!this.#open.startsWith(said) || this.#held.length > longestBlank) {
      this.#place = "out";
    }
  }

  #think(think: Take): void {
    const end = this.#held.indexOf(this.#close);
    const safe = end === -1 ? this.#held.length - this.#openEnd() : end;
    if (safe > 0) think(this.#held.slice(0, safe));
    this.#held = this.#held.slice(end === -1 ? safe : end + this.#close.length);
    if (end !== -1) this.#place = "after";
  }

  /** Returns how many of the last characters may be the beginning of the closing tag. */
  #openEnd(): number {
    for (let length = Math.min(this.#close.length - 1, this.#held.length); length > 0; length--) {
      if (this.#held.endsWith(this.#close.slice(0, length))) return length;
    }
    return 0;
  }

  #flush(take: Take): void {
    const held = this.#held;
    this.#held = "";
    if (held !== "") take(held);
  }
}
