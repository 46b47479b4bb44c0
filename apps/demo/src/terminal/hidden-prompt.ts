import type { Keyboard } from "./keyboard.ts";
import type { Screen } from "./screen.ts";

/** Asks for a line that is not shown. */
export class HiddenPrompt {
  readonly #screen: Screen;
  readonly #keyboard: Keyboard;

  constructor(screen: Screen, keyboard: Keyboard) {
    this.#screen = screen;
    this.#keyboard = keyboard;
  }

  /** What was typed or pasted up to Enter or Ctrl-D. Rejects where `signal` is aborted first. */
  ask(question: string, signal: AbortSignal): Promise<string> {
    const { aside } = this.#screen;
    return this.#screen.exclusively(async () => {
      try {
        // It listens before it asks: what is typed at once must not be shown either.
        const [line] = await Promise.all([this.#line(signal), aside.write(question)]);
        return line;
      } finally {
        await aside.line();
      }
    });
  }

  #line(signal: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
      let line = "";
      const settle = (then: () => void) => {
        signal.removeEventListener("abort", onAbort);
        listening[Symbol.dispose]();
        then();
      };
      const onAbort = () => settle(() => reject(signal.reason));
      const listening = this.#keyboard.listen((keys) => {
        for (const key of keys) {
          if (key === "\r" || key === "\n" || key === "\u0004") return settle(() => resolve(line));
          if (key === "\u007f" || key === "\b") line = line.slice(0, -1);
          else if (key === "\u0015") line = "";
          else line += key;
        }
      });
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }
}
