import { BatchSource, type Taker } from "./batch-source.ts";

/** Something that is read batch by batch: an HTTP response, or whatever decodes it. */
export interface Reading<Batch> {
  /**
   * Calls one method of the taker, once, possibly at once: with the next batch, or `undefined` at the end. It is called again
   * only after that.
   */
  next(taker: Taker<Batch>): void;
  /** Gives up what is still to come. */
  cancel(): void;
}

/** A reading that has begun. */
export interface Opened<Batch> {
  readonly reading: Reading<Batch>;
  /** Batches that are there already, handed out first. */
  readonly ready?: readonly Batch[];
  /** Returns the error to throw for one that the reading failed with. */
  readonly tell?: (error: unknown) => unknown;
}

/**
 * Returns the iterator at a reader's door, such as the result of a gateway's `stream`. A core that reads it does so by
 * callbacks; other readers pay one promise a batch, where an async generator costs several. `open` is called when the first
 * batch is asked for. Leaving the loop cancels the reading. Use it to put something before another stream, to reword its
 * failures, or to work out first which stream it is: `readingOf` makes a reading of any iterator.
 */
export function batches<Batch>(
  open: () => Promise<Opened<Batch> | Reading<Batch>>,
  { keepsDeadlines = true }: BatchesOptions = {},
): BatchSource<Batch> {
  return new Batches(open, keepsDeadlines);
}

export interface BatchesOptions {
  /** False if what is read does not watch `firstByteMs` and `idleMs` itself: core then does, by events. @defaultValue true */
  readonly keepsDeadlines?: boolean;
}

/** Returns whether a stream, or its iterator, says that it watches its own deadlines. */
export function keepsDeadlines(value: object): boolean {
  return "keepsDeadlines" in value && value.keepsDeadlines === true;
}

/** Returns a reading of an async iterator. A `BatchSource` is read without a promise for each batch. */
export function readingOf<Batch>(source: AsyncIterator<Batch>): Reading<Batch> {
  return source instanceof BatchSource ? new SourceReading(source) : new IteratorReading(source);
}

class SourceReading<Batch> implements Reading<Batch> {
  readonly #source: BatchSource<Batch>;

  constructor(source: BatchSource<Batch>) {
    this.#source = source;
  }

  next(taker: Taker<Batch>): void {
    this.#source.take(taker);
  }

  cancel(): void {
    this.#source.return();
  }
}

class IteratorReading<Batch> implements Reading<Batch> {
  readonly #source: AsyncIterator<Batch>;

  constructor(source: AsyncIterator<Batch>) {
    this.#source = source;
  }

  next(taker: Taker<Batch>): void {
    const refuse = (error: unknown) => taker.refuse(error);
    this.#source.next().then(({ done, value }) => taker.accept(done === true ? undefined : value), refuse);
  }

  cancel(): void {
    // Not awaited: a source that is slow to end must not keep its reader.
    Promise.resolve(this.#source.return?.()).catch(() => undefined);
  }
}

class Batches<Batch> extends BatchSource<Batch> implements Taker<Batch> {
  readonly keepsDeadlines: boolean;
  readonly #open: () => Promise<Opened<Batch> | Reading<Batch>>;
  #reading: Reading<Batch> | undefined;
  /** Batches to hand out before anything is read. */
  #ready: Batch[] = [];
  #tell: (error: unknown) => unknown = asItIs;
  /** The reader that waits. */
  #taker: Taker<Batch> | undefined;
  #left = false;

  constructor(open: () => Promise<Opened<Batch> | Reading<Batch>>, keepsDeadlines: boolean) {
    super();
    this.#open = open;
    this.keepsDeadlines = keepsDeadlines;
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
    // Dropped, as it would live as long as the answer.
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
