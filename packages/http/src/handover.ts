import { limits } from "./limits.ts";

/**
 * Delays a request for the moment that a connection takes from the end of an answer until it can be used again. A request
 * sent earlier would open another connection. The reader of the answer does not wait for this.
 */
export class Handover {
  /** Number of answers that were released and have not ended. */
  #released = 0;
  /** When the last of them was released, by `performance.now()`. */
  #releasedAt = 0;
  /** Whether the connections of ended answers are about to become free. */
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

  /** Resolves when a connection is free or has taken too long. Returns `undefined` if none is about to become free. */
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

  /** undici frees a connection in a turn of the event loop that it has requested by now. */
  readonly #afterEnd = (): void => void setImmediate(this.#freed);

  readonly #freed = (): void => {
    this.#freeing = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  };
}
