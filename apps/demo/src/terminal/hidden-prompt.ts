import type { Keyboard } from "./keyboard.ts";
import { readLine } from "./read-line.ts";
import type { Screen } from "./screen.ts";

/** Asks for a line that is not shown. */
export class HiddenPrompt {
  readonly #screen: Screen;
  readonly #keyboard: Keyboard;

  constructor(screen: Screen, keyboard: Keyboard) {
    this.#screen = screen;
    this.#keyboard = keyboard;
  }

  /** Returns what was typed or pasted up to Enter or Ctrl-D. Rejects if `signal` is aborted first. */
  ask(question: string, signal: AbortSignal): Promise<string> {
    const { aside } = this.#screen;
    return this.#screen.exclusively(async () => {
      try {
        // It listens before it asks: what is typed at once must not be shown either.
        const [line] = await Promise.all([readLine(this.#keyboard, signal), aside.write(question)]);
        return line ?? "";
      } finally {
        await aside.line();
      }
    });
  }
}
