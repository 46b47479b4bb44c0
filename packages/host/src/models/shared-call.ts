import { abortable } from "@waygate/core/plugin";

/**
 * One call that several wait for. It is aborted when nobody waits any more; who is aborted stops waiting at once, and
 * the others wait on.
 */
export class SharedCall<Result> {
  #running: { readonly promise: Promise<Result>; readonly controller: AbortController; waiting: number } | undefined;

  /** Joins the call that runs, or starts one. Rejects with the signal's reason where that aborts. */
  async join(signal: AbortSignal, start: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    signal.throwIfAborted();
    const running = this.#running ?? this.#start(start);
    running.waiting++;
    try {
      return await abortable(running.promise, signal);
    } finally {
      running.waiting--;
      if (running.waiting === 0) {
        if (this.#running === running) this.#running = undefined;
        running.controller.abort(new DOMException("Nobody waits for this any more.", "AbortError"));
      }
    }
  }

  #start(start: (signal: AbortSignal) => Promise<Result>) {
    const controller = new AbortController();
    const promise = start(controller.signal);
    const running = { promise, controller, waiting: 0 };
    const settle = () => {
      if (this.#running === running) this.#running = undefined;
    };
    promise.then(settle, settle);
    this.#running = running;
    return running;
  }
}
