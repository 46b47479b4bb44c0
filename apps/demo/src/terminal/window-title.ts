import { exactLine } from "./exact-text.ts";
import type { Output } from "./output.ts";

/** The title of the terminal's window. What stood there before comes back, where the terminal remembers it. */
export class WindowTitle {
  readonly #output: Output;
  readonly #able: boolean;
  #set = false;

  constructor(output: Output, environment: NodeJS.ProcessEnv) {
    this.#output = output;
    this.#able = output.terminal && environment.TERM !== "dumb";
  }

  set(text: string): void {
    if (!this.#able) return;
    // XTWINOPS 22 and 23: xterm's stack of titles.
    if (!this.#set) this.#output.writeUncounted("\u001b[22;2t");
    this.#set = true;
    this.#output.writeUncounted(`\u001b]2;${exactLine(text)}\u0007`);
  }

  restore(): void {
    if (!this.#set) return;
    this.#set = false;
    // Terminals without such a stack show at least no name of something else.
    this.#output.writeUncounted("\u001b]2;\u0007\u001b[23;2t");
  }
}
