/** Takes a batch, or undefined after the last. */
export type AcceptBatch<Batch> = (batch: Batch | undefined) => void;
export type Refuse = (error: unknown) => void;

/**
 * An iterator of batches that can also be read by callbacks. Between a connection and the consumer stand several who look
 * at a batch and pass it on: a promise for each of them costs more than what they do. A gateway's stream may be one; its
 * callbacks may be called from wherever the network is heard.
 */
export abstract class BatchSource<Batch> implements AsyncIterableIterator<Batch, undefined, void> {
  #waiting: Promise<IteratorResult<Batch, undefined>> | undefined;

  /** Calls one of the two back, once, possibly at once. Asked again only after that. */
  abstract take(accept: AcceptBatch<Batch>, refuse: Refuse): void;

  /** Ends the source, whatever of it is still to come. */
  protected abstract leave(): void;

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Batch, undefined>> {
    if (this.#waiting !== undefined) {
      const again = () => this.next();
      return this.#waiting.then(again, again);
    }
    let answered = false;
    const answer = () => {
      answered = true;
      this.#waiting = undefined;
    };
    const next = new Promise<IteratorResult<Batch, undefined>>((resolve, reject) => {
      this.take(
        (batch) => {
          answer();
          resolve(batch === undefined ? { done: true, value: undefined } : { done: false, value: batch });
        },
        (error) => {
          answer();
          reject(error);
        },
      );
    });
    if (!answered) this.#waiting = next;
    return next;
  }

  return(): Promise<IteratorResult<Batch, undefined>> {
    this.leave();
    return Promise.resolve({ done: true, value: undefined });
  }
}
