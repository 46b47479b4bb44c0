import type { ReadStream } from "node:tty";
import type { Interrupts } from "./interrupts.ts";
import { type PasteMode, pasteMarks } from "./paste-mode.ts";

const ctrlC = "\u0003";

/** Is told of keys that are pressed, or of a text that is pasted. A special key is one text, such as `\u001b[6~`. */
type KeyListener = (keys: string, pasted: boolean) => void;

/**
 * Single keys, without Enter and without an echo, while no prompt has the keyboard. Ctrl-C is handed to the interrupts:
 * as a key it reaches only this program, and not the package manager that may have started it.
 */
export class Keyboard {
  readonly #stream: ReadStream;
  readonly #interrupts: Interrupts;
  readonly #pasteMode: PasteMode;
  readonly #listeners: KeyListener[] = [];
  #marking: Disposable | undefined;
  /** What was pasted so far, if the end of a paste has not come yet. */
  #paste: string | undefined;

  constructor(stream: ReadStream, interrupts: Interrupts, pasteMode: PasteMode) {
    this.#stream = stream;
    this.#interrupts = interrupts;
    this.#pasteMode = pasteMode;
  }

  /** Takes all keys until disposed of; the listener that came last gets them. */
  listen(listener: KeyListener = () => undefined): Disposable {
    if (this.#listeners.length === 0) this.#open();
    this.#listeners.push(listener);
    return {
      [Symbol.dispose]: () => {
        this.#listeners.splice(this.#listeners.indexOf(listener), 1);
        if (this.#listeners.length === 0) this.#close();
      },
    };
  }

  /** Returns the next key that is one of `keys`. Rejects if `signal` is aborted first. */
  choose(keys: string, signal: AbortSignal): Promise<string> {
    return this.press((key, pasted) => {
      const chosen = key.toLowerCase();
      // One character: a paste must not answer a question, marked or not.
      return !pasted && chosen.length === 1 && keys.includes(chosen) ? chosen : undefined;
    }, signal);
  }

  /**
   * Returns what `read` makes of the keys that are pressed or pasted, once that is not `undefined`. Rejects if `signal`
   * is aborted first.
   */
  async press<Result>(
    read: (keys: string, pasted: boolean) => Result | undefined,
    signal: AbortSignal,
  ): Promise<Result> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const settle = (then: () => void) => {
        signal.removeEventListener("abort", onAbort);
        listening[Symbol.dispose]();
        then();
      };
      const onAbort = () => settle(() => reject(signal.reason));
      const listening = this.listen((keys, pasted) => {
        const result = read(keys, pasted);
        if (result !== undefined) settle(() => resolve(result));
      });
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  #open(): void {
    this.#stream.setRawMode(true);
    this.#stream.setEncoding("utf8");
    this.#stream.on("data", this.#onData);
    this.#stream.resume();
    this.#marking = this.#pasteMode.begin();
  }

  #close(): void {
    this.#stream.off("data", this.#onData);
    this.#stream.pause();
    this.#stream.setRawMode(false);
    this.#marking?.[Symbol.dispose]();
    this.#paste = undefined;
  }

  readonly #onData = (chunk: string | Buffer): void => {
    const keys = String(chunk);
    // By itself it is never a part of a paste, even if the paste has no end.
    if (keys === ctrlC) this.#interrupt();
    else if (this.#paste === undefined) this.#typed(keys);
    else this.#pasted(keys);
  };

  #typed(keys: string): void {
    const start = keys.indexOf(pasteMarks.start);
    const typed = start === -1 ? keys : keys.slice(0, start);
    if (typed.includes(ctrlC)) this.#interrupt();
    else if (typed !== "") this.#listeners.at(-1)?.(typed, false);
    if (start === -1) return;
    this.#paste = "";
    this.#pasted(keys.slice(start + pasteMarks.start.length));
  }

  #pasted(keys: string): void {
    const paste = (this.#paste ?? "") + keys;
    const end = paste.indexOf(pasteMarks.end);
    this.#paste = end === -1 ? paste : undefined;
    if (end === -1) return;
    this.#listeners.at(-1)?.(paste.slice(0, end), true);
    const rest = paste.slice(end + pasteMarks.end.length);
    if (rest !== "") this.#typed(rest);
  }

  #interrupt(): void {
    this.#paste = undefined;
    this.#interrupts.press();
  }
}
