/** Work that a Ctrl-C ends. */
export interface Interruptible extends Disposable {
  readonly signal: AbortSignal;
}

/**
 * What Ctrl-C means at the moment: the end of the work that was begun last; with no work begun, or pressed again
 * before the work has ended, the end of the program.
 */
export class Interrupts {
  readonly #leave: () => void;
  readonly #controllers: AbortController[] = [];

  /** `leave` ends the program at once. */
  constructor(leave: () => void) {
    this.#leave = leave;
  }

  begin(): Interruptible {
    const controller = new AbortController();
    this.#controllers.push(controller);
    return {
      signal: controller.signal,
      [Symbol.dispose]: () => {
        this.#controllers.splice(this.#controllers.indexOf(controller), 1);
      },
    };
  }

  /** Ctrl-C was pressed. */
  press(): void {
    const controller = this.#controllers.at(-1);
    if (controller === undefined || controller.signal.aborted) this.#leave();
    else controller.abort(new DOMException("Interrupted.", "AbortError"));
  }
}
