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
  readonly #open: () => Promise<Reading<Batch>>;
  #source: Reading<Batch> | undefined;
  #left = false;

  constructor(open: () => Promise<Reading<Batch>>) {
    super();
    this.#open = open;
  }

  take(accept: AcceptBatch<Batch>, refuse: Refuse): void {
    if (this.#source === undefined) this.#begin(accept, refuse);
    else this.#source.next(accept, refuse);
  }

  protected leave(): void {
    this.#left = true;
    this.#source?.cancel();
    this.#source = undefined;
  }

  #begin(accept: AcceptBatch<Batch>, refuse: Refuse): void {
    this.#open()
      .then((source) => {
        if (this.#left) {
          source.cancel();
          return;
        }
        this.#source = source;
        source.next(accept, refuse);
      })
      .catch(refuse);
  }
}
