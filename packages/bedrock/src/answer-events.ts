import type { ModelEvent, ModelRequest } from "@waygate/core/plugin";
import type { Begun, Conversations } from "./conversations.ts";

type Batch = readonly ModelEvent[];
type Next = IteratorResult<Batch, undefined>;
const done: Next = { done: true, value: undefined };

/**
 * The events of one answer. Written by hand: an async generator, let alone several, costs more for each delta of a
 * paced stream than all of its decoding.
 */
export class AnswerEvents implements AsyncIterable<Batch>, AsyncIterator<Batch, undefined, void> {
  readonly #conversations: Conversations;
  readonly #request: ModelRequest;
  #begun: Begun | undefined;
  /** The first of the answer, where notices go out before it. */
  #first: Batch | undefined;
  #over = false;
  /** Of the read that waits. */
  #resolve: (result: Next) => void = () => undefined;
  #reject: (reason: unknown) => void = () => undefined;

  constructor(conversations: Conversations, request: ModelRequest) {
    this.#conversations = conversations;
    this.#request = request;
  }

  [Symbol.asyncIterator](): AsyncIterator<Batch, undefined, void> {
    return this;
  }

  next(): Promise<Next> {
    if (this.#over) return Promise.resolve(done);
    if (this.#begun === undefined) return this.#begin();
    const first = this.#first;
    if (first === undefined) return new Promise(this.#read);
    this.#first = undefined;
    return Promise.resolve({ done: false, value: first });
  }

  return(): Promise<Next> {
    this.#over = true;
    this.#begun?.answer.cancel();
    return Promise.resolve(done);
  }

  async #begin(): Promise<Next> {
    let begun: Begun;
    try {
      begun = await this.#conversations.begin(this.#request);
    } catch (error) {
      this.#over = true;
      throw error;
    }
    if (this.#over) {
      begun.answer.cancel();
      return done;
    }
    this.#begun = begun;
    const { notices, first } = begun;
    if (notices.length === 0) return { done: false, value: first };
    this.#first = first;
    return { done: false, value: notices };
  }

  readonly #read = (resolve: (result: Next) => void, reject: (reason: unknown) => void): void => {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#begun?.answer.next(this.#accept, this.#refuse);
  };

  readonly #accept = (batch: Batch | undefined): void => {
    if (batch !== undefined) this.#resolve({ done: false, value: batch });
    else {
      this.#over = true;
      this.#resolve(done);
    }
  };

  readonly #refuse = (error: unknown): void => {
    this.#over = true;
    const { signal } = this.#request;
    this.#reject(signal.aborted ? signal.reason : this.#begun?.tell(error));
  };
}
