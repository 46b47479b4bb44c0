/** An answer that several callers wait for, each with a signal of its own, though it is asked for once. */
export class SharedAnswer<Answer> {
  readonly #controller = new AbortController();
  readonly #answer: Promise<Answer>;
  #waiting = 0;

  /** `ask` is aborted when nobody waits any more. `over` is called once, when it has ended in whatever way. */
  constructor(ask: (signal: AbortSignal) => Promise<Answer>, over: () => void) {
    this.#answer = ask(this.#controller.signal);
    // Whoever left does not hear of a failure, which must not end the program.
    this.#answer.then(over, over);
  }

  /** Whether everybody has left, so that there will be no answer. */
  get abandoned(): boolean {
    return this.#controller.signal.aborted;
  }

  /** Rejects with the signal's reason where its caller leaves; the others go on waiting. */
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
