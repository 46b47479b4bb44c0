import type { Output } from "./output.ts";

/** What a terminal puts around a paste once it is asked to. */
export const pasteMarks = { start: "\u001b[200~", end: "\u001b[201~" } as const;

/**
 * Has a terminal mark what is pasted, so that a paste is told from what is typed however slowly it arrives. Ends with the
 * last that began it, and with the process, whatever ends that.
 */
export class PasteMode {
  readonly #output: Output;
  readonly #able: boolean;
  #users = 0;

  constructor(output: Output, environment: NodeJS.ProcessEnv) {
    this.#output = output;
    this.#able = output.terminal && environment.TERM !== "dumb";
    if (this.#able) process.once("exit", () => this.#users > 0 && this.#set(false));
  }

  begin(): Disposable {
    if (this.#users++ === 0) this.#set(true);
    let ended = false;
    return {
      [Symbol.dispose]: () => {
        if (!ended && --this.#users === 0) this.#set(false);
        ended = true;
      },
    };
  }

  #set(on: boolean): void {
    // DEC private mode 2004, bracketed paste.
    if (this.#able) this.#output.writeUncounted(`\u001b[?2004${on ? "h" : "l"}`);
  }
}
