import { limits } from "./limits.ts";

/**
 * Holds a request back for the moment that a connection takes from the end of an answer until it can be used again: sent
 * earlier, it would open another one. Nobody else waits for that: an answer has ended when it has said all.
 */
export class Handover {
  /** How many answers were released and have not ended. */
  #released = 0;
  /** When the last of them was, on the clock of `performance.now()`. */
  #releasedAt = 0;
  /** Whether answers have ended whose connections are not free yet. */
  #freeing = false;
  #waiting: (() => void)[] = [];

  released(): void {
    this.#released++;
    this.#releasedAt = performance.now();
  }

  ended(released: boolean): void {
    if (released) this.#released--;
    if (this.#freeing) return;
    this.#freeing = true;
    queueMicrotask(this.#afterEnd);
  }

  /** Settles when a connection is free, or when that is not worth waiting for; undefined where none is about to be. */
  wait(): Promise<void> | undefined {
    if (this.#freeing) return new Promise((resolve) => this.#waiting.push(resolve));
    if (this.#released === 0) return undefined;
    const rest = limits.patienceMs - (performance.now() - this.#releasedAt);
    if (rest <= 0) return undefined;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, rest);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** undici hands a connection on in a turn of the event loop of its own, which it has asked for by now. */
  readonly #afterEnd = (): void => void setImmediate(this.#freed);

  readonly #freed = (): void => {
    this.#freeing = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  };
}
