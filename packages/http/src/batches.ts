import { BatchSource, type Taker } from "@waygate/core/plugin";

/** What is read batch by batch, each handed to whoever asks: an `HttpResponse` is one, and so is whatever decodes it. */
export interface Reading<Batch> {
  /** Calls one of the taker's methods, once, possibly at once: with what comes next, or undefined at the end. Asked again only after that. */
  next(taker: Taker<Batch>): void;
  /** Lets go of what is still to come. */
  cancel(): void;
}

/** A reading that has begun. */
export interface Opened<Batch> {
  readonly reading: Reading<Batch>;
  /** What is there already, and is handed out first. */
  readonly ready?: readonly Batch[];
  /** Puts into words what breaks the reading. */
  readonly tell?: (error: unknown) => unknown;
}

/**
 * The iterator that stands at the reader's door, such as what a gateway's `stream` returns. A core that reads it does so by
 * callbacks; anybody else pays one promise a batch, where an async generator, let alone several, costs more than all of the
 * decoding. `open` is called when the first batch is asked for. Leaving the loop cancels the source.
 */
export function batches<Batch>(open: () => Promise<Opened<Batch> | Reading<Batch>>): BatchSource<Batch> {
  return new Batches(open);
}

class Batches<Batch> extends BatchSource<Batch> implements Taker<Batch> {
  /** The exchange watches its own phases, by bytes. */
  readonly keepsDeadlines = true;
  readonly #open: () => Promise<Opened<Batch> | Reading<Batch>>;
  #reading: Reading<Batch> | undefined;
  /** What is still to be handed out before anything is read. */
  #ready: Batch[] = [];
  #tell: (error: unknown) => unknown = asItIs;
  /** Whoever waits. */
  #taker: Taker<Batch> | undefined;
  #left = false;

  constructor(open: () => Promise<Opened<Batch> | Reading<Batch>>) {
    super();
    this.#open = open;
  }

  take(taker: Taker<Batch>): void {
    this.#taker = taker;
    if (this.#reading === undefined) this.#begin(taker);
    else this.#read(this.#reading);
  }

  /** Called by the reading, as is `refuse`. */
  accept(batch: Batch | undefined): void {
    this.#taker?.accept(batch);
  }

  refuse(error: unknown): void {
    this.#taker?.refuse(this.#tell(error));
  }

  protected leave(): void {
    this.#left = true;
    this.#reading?.cancel();
    this.#reading = undefined;
  }

  #read(reading: Reading<Batch>): void {
    const [batch] = this.#ready;
    if (batch === undefined) {
      reading.next(this);
      return;
    }
    // Let go of: it would live as long as the answer.
    this.#ready = this.#ready.slice(1);
    this.#taker?.accept(batch);
  }

  #begin(taker: Taker<Batch>): void {
    this.#open()
      .then((found) => {
        const { reading, ready = [], tell = asItIs } = "reading" in found ? found : { reading: found };
        if (this.#left) {
          reading.cancel();
          return;
        }
        this.#reading = reading;
        this.#ready = [...ready];
        this.#tell = tell;
        this.#read(reading);
      })
      .catch((error: unknown) => taker.refuse(error));
  }
}

function asItIs(error: unknown): unknown {
  return error;
}
