import type { ModelEvent, ModelRequest } from "@waygate/core/plugin";
import { batches, type Reading, type Refuse } from "@waygate/http";
import type { Begun, Conversations } from "./conversations.ts";

type Batch = readonly ModelEvent[];

/** The events of one answer. Nothing is sent before the first is asked for. */
export function answerEvents(conversations: Conversations, request: ModelRequest): AsyncIterable<Batch> {
  return batches(async () => new BegunAnswer(await conversations.begin(request), request.signal));
}

/** An answer from its beginning, with what is to be told before it, and its failures in words. */
class BegunAnswer implements Reading<Batch> {
  readonly #answer: Begun["answer"];
  readonly #tell: Begun["tell"];
  readonly #signal: AbortSignal;
  /** What is there already: notices, and the first of the answer. Handed out, and let go of. */
  readonly #ready: Batch[];
  #refuse: Refuse = () => undefined;

  constructor({ answer, notices, first, tell }: Begun, signal: AbortSignal) {
    this.#answer = answer;
    this.#tell = tell;
    this.#signal = signal;
    this.#ready = notices.length === 0 ? [first] : [notices, first];
  }

  next(accept: (batch: Batch | undefined) => void, refuse: Refuse): void {
    const ready = this.#ready.shift();
    if (ready !== undefined) {
      accept(ready);
      return;
    }
    this.#refuse = refuse;
    this.#answer.next(accept, this.#fail);
  }

  cancel(): void {
    this.#answer.cancel();
  }

  readonly #fail = (error: unknown): void => {
    this.#refuse(this.#signal.aborted ? this.#signal.reason : this.#tell(error));
  };
}
