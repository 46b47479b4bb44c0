import type { ModelEvent } from "../contract/event.ts";

/** Takes a batch, or undefined after the last. */
export type AcceptBatch<Event = ModelEvent> = (batch: readonly Event[] | undefined) => void;
export type Refuse = (error: unknown) => void;

type Next = IteratorResult<readonly ModelEvent[], undefined>;
const done: Next = { done: true, value: undefined };

/**
 * An iterator of batches that can also be read by callbacks. Between a gateway and the consumer stand several who look at a
 * batch and pass it on: a promise for each of them costs more than what they do.
 */
export abstract class BatchSource implements AsyncIterator<readonly ModelEvent[], undefined, void> {
  #waiting: Promise<Next> | undefined;

  /** Calls one of the two back, once, possibly at once. Asked again only after that. */
  abstract take(accept: AcceptBatch, refuse: Refuse): void;

  /** Ends the source, whatever of it is still to come. */
  protected abstract leave(): void;

  next(): Promise<Next> {
    if (this.#waiting !== undefined) {
      const again = () => this.next();
      return this.#waiting.then(again, again);
    }
    let answered = false;
    const answer = () => {
      answered = true;
      this.#waiting = undefined;
    };
    const next = new Promise<Next>((resolve, reject) => {
      this.take(
        (batch) => {
          answer();
          resolve(batch === undefined ? done : { done: false, value: batch });
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

  return(): Promise<Next> {
    this.leave();
    return Promise.resolve(done);
  }
}
