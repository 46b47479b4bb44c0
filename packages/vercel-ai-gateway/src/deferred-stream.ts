/** What a stream turns out to be, once it is known. */
export interface Beginning<Item> {
  /** Handed out before anything else; undefined: nothing is. */
  readonly first: Item | undefined;
  readonly rest: AsyncIterable<Item>;
}

/** A stream whose beginning has to be worked out first, when it is iterated. From then on it costs nothing. */
export function deferredStream<Item>(begin: () => Promise<Beginning<Item>>): AsyncIterable<Item> {
  return { [Symbol.asyncIterator]: () => new DeferredIterator(begin) };
}

class DeferredIterator<Item> implements AsyncIterator<Item> {
  readonly #begin: () => Promise<Beginning<Item>>;
  #source: AsyncIterator<Item> | undefined;
  #left = false;

  constructor(begin: () => Promise<Beginning<Item>>) {
    this.#begin = begin;
  }

  next(): Promise<IteratorResult<Item>> {
    return this.#source === undefined ? this.#start() : this.#source.next();
  }

  async return(): Promise<IteratorResult<Item>> {
    this.#left = true;
    await this.#source?.return?.();
    return { done: true, value: undefined };
  }

  async #start(): Promise<IteratorResult<Item>> {
    const { first, rest } = await this.#begin();
    // Nothing may be sent for a reader who has gone in the meantime.
    if (this.#left) return { done: true, value: undefined };
    const source = rest[Symbol.asyncIterator]();
    this.#source = source;
    return first === undefined ? source.next() : { done: false, value: first };
  }
}
