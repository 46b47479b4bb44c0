/** What is read batch by batch, each handed to a callback: an `HttpResponse` is one, and so is whatever decodes it. */
export interface BatchSource<Batch> {
  /** Calls one of the two back, once, possibly at once: with what comes next, or undefined at the end. Asked again only after that. */
  next(accept: (batch: Batch | undefined) => void, refuse: (error: unknown) => void): void;
  /** Lets go of what is still to come. */
  cancel(): void;
}

/**
 * The iterator that stands at the reader's door, such as what a gateway's `stream` returns. Written by hand: from the socket
 * to the reader a batch costs one promise, where an async generator, let alone several, costs more than all of the decoding.
 * `open` is called when the first batch is asked for. Leaving the loop cancels the source. One `next()` at a time.
 */
export function batches<Batch>(open: () => Promise<BatchSource<Batch>>): AsyncIterableIterator<Batch, undefined, void> {
  return new Batches(open);
}

class Batches<Batch> implements AsyncIterableIterator<Batch, undefined, void> {
  #open: (() => Promise<BatchSource<Batch>>) | undefined;
  #source: BatchSource<Batch> | undefined;
  #over = false;
  /** Of the read that waits. */
  #resolve: (result: IteratorResult<Batch, undefined>) => void = ignore;
  #reject: (reason: unknown) => void = ignore;

  constructor(open: () => Promise<BatchSource<Batch>>) {
    this.#open = open;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Batch, undefined>> {
    return this.#over ? Promise.resolve({ done: true, value: undefined }) : new Promise(this.#read);
  }

  return(): Promise<IteratorResult<Batch, undefined>> {
    this.#over = true;
    this.#open = undefined;
    this.#source?.cancel();
    this.#source = undefined;
    this.#resolve({ done: true, value: undefined });
    return Promise.resolve({ done: true, value: undefined });
  }

  readonly #read = (
    resolve: (result: IteratorResult<Batch, undefined>) => void,
    reject: (reason: unknown) => void,
  ): void => {
    this.#resolve = resolve;
    this.#reject = reject;
    const open = this.#open;
    if (open === undefined) {
      this.#source?.next(this.#accept, this.#refuse);
      return;
    }
    this.#open = undefined;
    open().then(this.#begin, this.#refuse);
  };

  readonly #begin = (source: BatchSource<Batch>): void => {
    if (this.#over) {
      source.cancel();
      return;
    }
    this.#source = source;
    source.next(this.#accept, this.#refuse);
  };

  readonly #accept = (batch: Batch | undefined): void => {
    if (batch === undefined) this.#end();
    this.#resolve(batch === undefined ? { done: true, value: undefined } : { done: false, value: batch });
  };

  readonly #refuse = (error: unknown): void => {
    this.#end();
    this.#reject(error);
  };

  #end(): void {
    this.#over = true;
    this.#source = undefined;
  }
}

function ignore(): void {}
