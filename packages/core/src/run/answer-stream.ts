import type { ModelEvent } from "../contract/event.ts";
import type { Failover, Retry, RunEvent } from "./event.ts";
import type { ModelCaller } from "./model-caller.ts";
import type { Step } from "./step.ts";

/**
 * The batches of an answer while it streams. The loop hands this over once, and whoever takes its batches asks here for
 * those of the answer: to pass each of them through the loop's generators would cost more than what is done to it.
 */
export class AnswerStream {
  readonly #step: Step;
  readonly #caller: ModelCaller;
  #over = false;
  /** What broke the answer off, which is the loop's to deal with. */
  failure: { readonly error: unknown } | undefined;

  constructor(step: Step, caller: ModelCaller) {
    this.#step = step;
    this.#caller = caller;
  }

  /** The next batch; undefined where the answer has ended, in whatever way, and ever after. Never rejects. */
  next(): Promise<readonly RunEvent[] | undefined> {
    const { runner } = this.#step;
    if (runner.hasEvents) return Promise.resolve(runner.take());
    return this.#over ? Promise.resolve(undefined) : this.#caller.next().then(this.#accept, this.#fail);
  }

  readonly #accept = (
    batch: readonly (ModelEvent | Retry | Failover)[] | undefined,
  ): readonly RunEvent[] | undefined => {
    if (batch === undefined) this.#over = true;
    else if (isAnswer(batch)) this.#step.add(batch);
    else this.#step.fold.answeredBy(this.#caller.origin);
    return batch;
  };

  readonly #fail = (error: unknown): undefined => {
    this.#over = true;
    this.failure = { error };
  };
}

/** Whether a batch is of the model's own events: retries and failovers come alone. */
function isAnswer(batch: readonly (ModelEvent | Retry | Failover)[]): batch is readonly ModelEvent[] {
  const type = batch[0]?.type;
  return type !== "retry" && type !== "failover";
}
