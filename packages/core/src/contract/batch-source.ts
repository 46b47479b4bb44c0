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
  /** Of the read that waits. */
  #accept: AcceptBatch<Batch> | undefined;
  #over = false;

  /** Calls one of the two back, once, possibly at once. Asked again only after that, and not after the last. */
  abstract take(accept: AcceptBatch<Batch>, refuse: Refuse): void;

  /** Called once, when the reader leaves: ends the source, whatever of it is still to come. */
  protected abstract leave(): void;

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Batch, undefined>> {
    if (this.#waiting !== undefined) {
      const again = () => this.next();
      return this.#waiting.then(again, again);
    }
    if (this.#over) return Promise.resolve({ done: true, value: undefined });
    let answered = false;
    const answer = (last: boolean) => {
      answered = true;
      this.#waiting = undefined;
      this.#accept = undefined;
      if (last) this.#over = true;
    };
    const next = new Promise<IteratorResult<Batch, undefined>>((resolve, reject) => {
      const accept: AcceptBatch<Batch> = (batch) => {
        answer(batch === undefined);
        resolve(batch === undefined ? { done: true, value: undefined } : { done: false, value: batch });
      };
      const refuse: Refuse = (error) => {
        answer(true);
        reject(error);
      };
      this.#accept = accept;
      try {
        this.take(accept, refuse);
      } catch (error) {
        refuse(error);
      }
    });
    if (!answered) this.#waiting = next;
    return next;
  }

  return(): Promise<IteratorResult<Batch, undefined>> {
    if (!this.#over) {
      this.#over = true;
      this.leave();
      this.#accept?.(undefined);
    }
    return Promise.resolve({ done: true, value: undefined });
  }
}
