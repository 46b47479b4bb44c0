/**
 * Who takes the batches of a source. An object, and not two functions: with many streams open, to fetch the functions of
 * each of them from memory, event by event, costs more than what they do.
 */
export interface Taker<Batch> {
  /** Takes a batch, or undefined after the last. */
  accept(batch: Batch | undefined): void;
  /** Takes what broke the source. */
  refuse(error: unknown): void;
}

/**
 * An iterator of batches that can also be read by a taker. Between a connection and the consumer stand several who look
 * at a batch and pass it on: a promise for each of them costs more than what they do. A gateway's stream may be one, and
 * may call its taker from wherever the network is heard.
 */
export abstract class BatchSource<Batch> implements AsyncIterableIterator<Batch, undefined, void> {
  /** The last read that was asked for, while it is not answered. */
  #last: Promise<IteratorResult<Batch, undefined>> | undefined;
  /** Of the read that waits. */
  #waiting: Taker<Batch> | undefined;
  #over = false;

  /** Calls one of the taker's methods, once, possibly at once. Asked again only after that, and not after the last. */
  abstract take(taker: Taker<Batch>): void;

  /** Called once, when the reader leaves: ends the source, whatever of it is still to come. */
  protected abstract leave(): void;

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Batch, undefined>> {
    if (this.#last === undefined) return this.#read();
    const read = () => this.#read();
    const next = this.#last.then(read, read);
    this.#last = next;
    const answered = () => {
      if (this.#last === next) this.#last = undefined;
    };
    next.then(answered, answered);
    return next;
  }

  #read(): Promise<IteratorResult<Batch, undefined>> {
    if (this.#over) return Promise.resolve({ done: true, value: undefined });
    let waiting: Promise<IteratorResult<Batch, undefined>> | undefined;
    let answered = false;
    const answer = (last: boolean) => {
      answered = true;
      if (this.#last === waiting) this.#last = undefined;
      this.#waiting = undefined;
      if (last) this.#over = true;
    };
    const next = new Promise<IteratorResult<Batch, undefined>>((resolve, reject) => {
      const taker: Taker<Batch> = {
        accept(batch) {
          answer(batch === undefined);
          resolve(batch === undefined ? { done: true, value: undefined } : { done: false, value: batch });
        },
        refuse(error) {
          answer(true);
          reject(error);
        },
      };
      this.#waiting = taker;
      try {
        this.take(taker);
      } catch (error) {
        taker.refuse(error);
      }
    });
    if (answered) return next;
    waiting = next;
    this.#last ??= next;
    return next;
  }

  return(): Promise<IteratorResult<Batch, undefined>> {
    if (!this.#over) {
      this.#over = true;
      this.leave();
      this.#waiting?.accept(undefined);
    }
    return Promise.resolve({ done: true, value: undefined });
  }
}
