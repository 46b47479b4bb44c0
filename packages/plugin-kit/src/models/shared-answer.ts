/** An answer that several callers wait for, each with its own signal, although it is asked for once. */
export class SharedAnswer<Answer> {
  readonly #controller = new AbortController();
  readonly #answer: Promise<Answer>;
  #waiting = 0;

  /**
   * @param ask Its signal is aborted when the last caller has stopped waiting.
   * @param over Called once when the answer has settled.
   */
  constructor(ask: (signal: AbortSignal) => Promise<Answer>, over: () => void) {
    this.#answer = ask(this.#controller.signal);
    // A failure after all callers have left has no one to handle it, and must not end the program.
    this.#answer.then(over, over);
  }

  /** Whether all callers have left, so that there will be no answer. */
  get abandoned(): boolean {
    return this.#controller.signal.aborted;
  }

  /** Waits for the answer. Rejects with the signal's reason if that is aborted; the other callers go on waiting. */
  wait(signal: AbortSignal): Promise<Answer> {
    this.#waiting++;
    return new Promise((resolve, reject) => {
      const leave = () => {
        reject(signal.reason);
        this.#waiting--;
        if (this.#waiting === 0) this.#controller.abort(signal.reason);
      };
      if (signal.aborted) return leave();
      signal.addEventListener("abort", leave, { once: true });
      const stay = () => signal.removeEventListener("abort", leave);
      this.#answer.then(resolve, reject).finally(stay);
    });
  }
}
