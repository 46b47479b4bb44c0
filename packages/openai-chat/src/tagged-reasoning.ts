/** So many characters may stand before a tag. An answer of blanks alone is not gathered for ever. */
const longestBlank = 1000;

type Take = (text: string) => void;

/**
 * Tells reasoning that a model writes into its text from the answer: what stands between two tags, such as `<think>`,
 * at the very beginning. Later ones are text, as nothing tells them from what a model quotes.
 */
export class TaggedReasoning {
  readonly #open: string;
  readonly #close: string;
  /** `after`: of the answer only blanks have come, which belong to the tag. */
  #place: "before" | "in" | "after" | "out" = "before";
  /** What has come, and may be the beginning of a tag. */
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

  /** Says what is left: the answer has ended. */
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

  /** How many of the last characters may be the beginning of the closing tag. */
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
