import { limits } from "./limits.ts";

/** How the queue holds its source up, and lets it go on. */
export interface Flow {
  pause(): void;
  resume(): void;
}

/** Takes what has come of a body: its pieces, or undefined at its end. */
export type Accept = (pieces: readonly Buffer[] | undefined) => void;
export type Refuse = (error: unknown) => void;

/**
 * The pieces of a body between the socket that brings them and the reader that asks for them. Bounded: see `limits`.
 * Callbacks and no promises: this is done for every piece of every answer.
 */
export class BodyQueue {
  readonly #flow: Flow;
  #pieces: Buffer[] = [];
  #length = 0;
  #paused = false;
  #accept: Accept | undefined;
  #refuse: Refuse | undefined;
  #due = false;
  #over = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(flow: Flow) {
    this.#flow = flow;
  }

  /** Whether nothing more will come. */
  get over(): boolean {
    return this.#over;
  }

  /** Calls one of the two back, once: at once where something is there. Asked by one reader at a time. */
  next(accept: Accept, refuse: Refuse): void {
    if (this.#pieces.length > 0) {
      accept(this.#take());
      return;
    }
    if (this.#failure !== undefined) refuse(this.#failure.error);
    else if (this.#over) accept(undefined);
    else {
      this.#accept = accept;
      this.#refuse = refuse;
    }
  }

  push(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#length > limits.queue && !this.#paused) {
      this.#paused = true;
      this.#flow.pause();
    }
    this.#notify();
  }

  end(): void {
    this.#over = true;
    this.#notify();
  }

  /** Ends the body. What came before the failure is read first. */
  fail(error: unknown): void {
    if (this.#over) return;
    this.#failure = { error };
    this.#over = true;
    this.#notify();
  }

  /** The reader is told after all pieces of one read of the socket have been queued, and takes them together. */
  #notify(): void {
    if (this.#accept === undefined || this.#due) return;
    this.#due = true;
    queueMicrotask(this.#deliver);
  }

  readonly #deliver = (): void => {
    this.#due = false;
    const accept = this.#accept;
    const refuse = this.#refuse;
    if (accept === undefined || refuse === undefined) return;
    this.#accept = undefined;
    this.#refuse = undefined;
    this.next(accept, refuse);
  };

  #take(): readonly Buffer[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#length = 0;
    if (this.#paused) {
      this.#paused = false;
      this.#flow.resume();
    }
    return pieces;
  }
}
