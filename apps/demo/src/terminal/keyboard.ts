import type { ReadStream } from "node:tty";
import type { Interrupts } from "./interrupts.ts";

const ctrlC = "\u0003";

/**
 * Single keys, without Enter and without an echo, while no prompt has the keyboard. Ctrl-C is handed to the interrupts:
 * as a key it reaches only this program, and not the package manager that may have started it.
 */
export class Keyboard {
  readonly #stream: ReadStream;
  readonly #interrupts: Interrupts;
  readonly #listeners: ((key: string) => void)[] = [];

  constructor(stream: ReadStream, interrupts: Interrupts) {
    this.#stream = stream;
    this.#interrupts = interrupts;
  }

  /** Takes all keys until disposed of; the listener that came last gets them. */
  listen(listener: (key: string) => void = () => undefined): Disposable {
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
    // One character: a paste must not answer a question.
    return this.press(
      (key) => (key.length === 1 && keys.includes(key.toLowerCase()) ? key.toLowerCase() : undefined),
      signal,
    );
  }

  /**
   * Returns what `read` makes of the keys that are pressed, once that is not `undefined`. A special key is one text, such
   * as `\u001b[6~`. Rejects if `signal` is aborted first.
   */
  async press<Result>(read: (key: string) => Result | undefined, signal: AbortSignal): Promise<Result> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const settle = (then: () => void) => {
        signal.removeEventListener("abort", onAbort);
        listening[Symbol.dispose]();
        then();
      };
      const onAbort = () => settle(() => reject(signal.reason));
      const listening = this.listen((key) => {
        const result = read(key);
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
  }

  #close(): void {
    this.#stream.off("data", this.#onData);
    this.#stream.pause();
    this.#stream.setRawMode(false);
  }

  readonly #onData = (chunk: string | Buffer): void => {
    const keys = String(chunk);
    if (keys.includes(ctrlC)) this.#interrupts.press();
    else this.#listeners.at(-1)?.(keys);
  };
}
