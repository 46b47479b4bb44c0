import type { BatchSource, Taker } from "../contract/batch-source.ts";
import type { ModelEvent } from "../contract/event.ts";
import type { RunEvent } from "./event.ts";
import type { CallBatch, ModelCaller } from "./model-caller.ts";
import type { Step } from "./step.ts";

/** Who reads an answer: its failure is the loop's to deal with. */
export type AnswerTaker = Pick<Taker<readonly RunEvent[]>, "accept">;

/**
 * The batches of an answer while it streams. The loop hands this over once, and whoever takes its batches asks here for
 * those of the answer: to pass each of them through the loop's generators would cost more than what is done to it.
 */
export class AnswerStream implements Taker<CallBatch> {
  readonly #step: Step;
  readonly #caller: ModelCaller;
  /** The gateway's stream, once there is nobody else who would have to look at its batches. */
  #source: BatchSource<readonly ModelEvent[]> | undefined;
  #over = false;
  /** Of the one who waits. */
  #waiting: AnswerTaker | undefined;
  /** What broke the answer off, which is the loop's to deal with. */
  failure: { readonly error: unknown } | undefined;

  constructor(step: Step, caller: ModelCaller) {
    this.#step = step;
    this.#caller = caller;
  }

  /**
   * Takes the next batch; undefined where the answer has ended, in whatever way, and ever after. Calls back once, possibly
   * at once, and is asked again only after that.
   */
  take(taker: AnswerTaker): void {
    if (this.#step.mayBeginTools && this.#step.runner.hasEvents) {
      taker.accept(this.#step.runner.take());
      return;
    }
    if (this.#over) {
      taker.accept(undefined);
      return;
    }
    this.#waiting = taker;
    try {
      if (this.#source !== undefined) this.#source.take(this);
      else this.#caller.take(this);
    } catch (error) {
      // What a program puts around a gateway may throw at once.
      this.refuse(error);
    }
  }

  /** The same as a promise, which never rejects. */
  next(): Promise<readonly RunEvent[] | undefined> {
    return new Promise((accept) => this.take({ accept }));
  }

  /** Called by the gateway's stream, or by the caller, as is `refuse`. */
  accept(batch: CallBatch | undefined): void {
    let passed: readonly RunEvent[] | undefined = batch;
    try {
      if (batch === undefined) this.#end();
      else if (isAnswer(batch)) passed = this.#step.add(batch);
      else this.#step.fold.answeredBy(this.#caller.origin);
      // Tools work in the context of whoever reads, not in the network's: the caller answers in that.
      if (this.#source === undefined && !this.#step.mayBeginTools) this.#source = this.#caller.speaking;
    } catch (error) {
      this.refuse(error);
      return;
    }
    this.#waiting?.accept(passed);
  }

  #end(): void {
    this.#over = true;
    if (this.#source !== undefined) this.#caller.end();
  }

  refuse(error: unknown): void {
    this.#over = true;
    this.failure = { error };
    this.#waiting?.accept(undefined);
  }
}

/** Whether a batch is of the model's own events: retries and failovers come alone. */
function isAnswer(batch: CallBatch): batch is readonly ModelEvent[] {
  const type = batch[0]?.type;
  return type !== "retry" && type !== "failover";
}

/** A batch, or an answer whose batches are to be taken, to its end, before the loop goes on. */
export type LoopYield = readonly RunEvent[] | AnswerStream;
