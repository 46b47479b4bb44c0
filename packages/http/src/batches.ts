import { type AcceptBatch, BatchSource, type Refuse } from "@waygate/core/plugin";

/** What is read batch by batch, each handed to a callback: an `HttpResponse` is one, and so is whatever decodes it. */
export interface Reading<Batch> {
  /** Calls one of the two back, once, possibly at once: with what comes next, or undefined at the end. Asked again only after that. */
  next(accept: AcceptBatch<Batch>, refuse: Refuse): void;
  /** Lets go of what is still to come. */
  cancel(): void;
}

/**
 * The iterator that stands at the reader's door, such as what a gateway's `stream` returns. A core that reads it does so by
 * callbacks; anybody else pays one promise a batch, where an async generator, let alone several, costs more than all of the
 * decoding. `open` is called when the first batch is asked for. Leaving the loop cancels the source.
 */
export function batches<Batch>(open: () => Promise<Reading<Batch>>): BatchSource<Batch> {
  return new Batches(open);
}

class Batches<Batch> extends BatchSource<Batch> {
  #open: (() => Promise<Reading<Batch>>) | undefined;
  #source: Reading<Batch> | undefined;
  #over = false;
  /** Of the read that waits; there while one does. */
  #accept: AcceptBatch<Batch> | undefined;
  #refuse: Refuse | undefined;

  constructor(open: () => Promise<Reading<Batch>>) {
    super();
    this.#open = open;
  }

  take(accept: AcceptBatch<Batch>, refuse: Refuse): void {
    if (this.#over) {
      accept(undefined);
      return;
    }
    this.#accept = accept;
    this.#refuse = refuse;
    const open = this.#open;
    if (open === undefined) {
      this.#source?.next(this.#hand, this.#fail);
      return;
    }
    this.#open = undefined;
    open().then(this.#begin, this.#fail);
  }

  protected leave(): void {
    if (this.#over) return;
    const source = this.#source;
    const accept = this.#end();
    source?.cancel();
    accept?.(undefined);
  }

  readonly #begin = (source: Reading<Batch>): void => {
    if (this.#over) {
      source.cancel();
      return;
    }
    this.#source = source;
    source.next(this.#hand, this.#fail);
  };

  readonly #hand: AcceptBatch<Batch> = (batch) => {
    const accept = batch === undefined ? this.#end() : this.#accept;
    accept?.(batch);
  };

  readonly #fail: Refuse = (error) => {
    const refuse = this.#refuse;
    this.#end();
    refuse?.(error);
  };

  /** Returns whoever waited. */
  #end(): AcceptBatch<Batch> | undefined {
    const accept = this.#accept;
    this.#over = true;
    this.#open = undefined;
    this.#source = undefined;
    this.#accept = undefined;
    this.#refuse = undefined;
    return accept;
  }
}
