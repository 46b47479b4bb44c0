import type { Keyboard } from "./keyboard.ts";
import type { Output } from "./output.ts";

/** What the keys of a page mean. */
type PageKey = "next" | "back" | "rest" | "leave";

const pageKeys: Readonly<Record<string, PageKey>> = {
  " ": "next",
  "\r": "next",
  "\n": "next",
  j: "next",
  "\u001b[B": "next",
  "\u001b[6~": "next",
  b: "back",
  k: "back",
  "\u001b[A": "back",
  "\u001b[5~": "back",
  G: "rest",
  "\u001b[F": "rest",
  "\u001b[4~": "rest",
  n: "leave",
  q: "leave",
};

/** Shows rows page by page where they take more than a screen, so that none scrolls past unseen. */
export class Pager {
  readonly #output: Output;
  readonly #keyboard: Keyboard;

  constructor(output: Output, keyboard: Keyboard) {
    this.#output = output;
    this.#keyboard = keyboard;
  }

  /**
   * Shows all rows. Returns false if the reader left before the last one. `leaving` says what that means. Rejects if
   * `signal` is aborted first.
   */
  async show(rows: readonly string[], leaving: string, signal: AbortSignal): Promise<boolean> {
    const output = this.#output;
    for (let first = 0; ; ) {
      // The rows of the question around it have to fit too.
      const size = output.terminal ? Math.max(4, (output.stream.rows ?? 24) - 8) : rows.length;
      const last = Math.min(rows.length, first + size);
      for (const row of rows.slice(first, last)) await output.line(row);
      if (last === rows.length) return true;
      const key = await this.#ask(first + 1, last, rows.length, leaving, signal);
      if (key === "leave") return false;
      if (key === "rest") {
        for (const row of rows.slice(last)) await output.line(row);
        return true;
      }
      first = key === "back" ? Math.max(0, first - size) : last;
    }
  }

  async #ask(first: number, last: number, of: number, leaving: string, signal: AbortSignal): Promise<PageKey> {
    const output = this.#output;
    const bold = (text: string) => output.style("bold", text);
    const keys = `${bold("Space")} more  ${bold("b")} back  ${bold("G")} all  ${bold("n")} ${leaving}`;
    await output.write(`  ${output.style("yellow", `rows ${first} to ${last} of ${of}`)}  ${keys}  › `);
    try {
      return await this.#keyboard.press(
        (key, pasted) => (!pasted && Object.hasOwn(pageKeys, key) ? pageKeys[key] : undefined),
        signal,
      );
    } finally {
      // Its row goes again, so that what is read has no gaps.
      output.writeUncounted("\r\u001b[2K");
      output.lineEndedElsewhere();
    }
  }
}
