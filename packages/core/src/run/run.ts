import { longestTimerMs } from "../contract/deadlines.ts";
import { GatewayError } from "../contract/error.ts";
import type { Cost, Usage } from "../contract/event.ts";
import type { Message } from "../contract/message.ts";
import { Conversation, type MessageInput } from "./conversation.ts";
import type { RunEndReason, RunEvent } from "./event.ts";
import { loop } from "./loop.ts";
import { completeOptions, type RunOptions } from "./options.ts";

export interface RunResult {
  readonly reason: RunEndReason;
  /** The text of the last answer. */
  readonly text: string;
  /** The whole conversation: what was handed in, and what the run added. */
  readonly messages: readonly Message[];
  readonly steps: number;
  readonly usage: Usage;
  readonly cost: Cost | undefined;
}

/**
 * A conversation going on: iterate it for its events, or await `result()` for its end. It begins with the first of the
 * two. It can be iterated once; what is left early (`break`) is aborted.
 */
export interface Run extends AsyncIterable<RunEvent, undefined, void>, AsyncDisposable {
  /** The conversation so far: always a valid history, also after an abort or a failure. */
  readonly messages: readonly Message[];
  /** Of all steps so far. */
  readonly usage: Usage;
  readonly cost: Cost | undefined;
  /**
   * Says something to the model while it is busy: it reads it before its next answer, and has one more if it was about
   * to end. After the end of the run it has no effect.
   */
  steer(message: MessageInput): void;
  /** Runs to the end if nobody iterates. Rejects with what ended the run, if something did. */
  result(): Promise<RunResult>;
}

/**
 * Asks a model, carries out the tools that it calls, and asks again until it has answered. Nothing is sent before the
 * run is iterated or its result awaited. A gateway's failure is thrown as a `GatewayError`; a tool's failure is a
 * result that the model reads. Throws a `TypeError` at once for options that are wrong in themselves.
 */
export function run(options: RunOptions): Run {
  return new RunningConversation(options);
}

type Next = IteratorResult<RunEvent, undefined>;
const none: readonly RunEvent[] = [];

class RunningConversation implements Run, AsyncIterator<RunEvent, undefined, void> {
  readonly #conversation: Conversation;
  readonly #batches: AsyncGenerator<readonly RunEvent[], void, void>;
  readonly #controller = new AbortController();
  readonly #options: RunOptions;
  #steering: MessageInput[] = [];
  #total: ReturnType<typeof setTimeout> | undefined;
  #batch = none;
  #index = 0;
  #pulling: Promise<Next> | undefined;
  #taken = false;
  #outcome: { readonly end: RunEvent & { type: "run-end" } } | { readonly error: unknown } | undefined;
  #settled: (() => void)[] = [];

  constructor(options: RunOptions) {
    this.#options = options;
    this.#conversation = new Conversation(options.messages);
    const completed = completeOptions(options, {
      signal: this.#controller.signal,
      abort: (reason) => this.#abort(reason),
      hasSteering: () => this.#steering.length > 0,
      takeSteering: () => this.#steering.splice(0),
    });
    this.#batches = loop(completed, this.#conversation);
  }

  get messages(): readonly Message[] {
    return this.#conversation.messages;
  }

  get usage(): Usage {
    return this.#conversation.usage;
  }

  get cost(): Cost | undefined {
    return this.#conversation.cost;
  }

  [Symbol.asyncIterator](): AsyncIterator<RunEvent, undefined, void> {
    if (this.#taken) throw new TypeError("A run can be iterated once: keep its events, or start another run.");
    this.#taken = true;
    this.#listen();
    return this;
  }

  steer(message: MessageInput): void {
    this.#steering.push(message);
  }

  next(): Promise<Next> {
    const event = this.#batch[this.#index];
    if (event !== undefined) {
      this.#index++;
      return Promise.resolve({ done: false, value: event });
    }
    if (this.#pulling === undefined) {
      this.#pulling = this.#pull();
      return this.#pulling;
    }
    // Asked again before it answered: the batch on its way is handed out before another one is asked for.
    const again = () => this.next();
    return this.#pulling.then(again, again);
  }

  async return(): Promise<Next> {
    const reason = new DOMException("The run was left before it ended.", "AbortError");
    // Before the generator is asked to return: it may be waiting for what only the abort brings.
    if (this.#outcome === undefined) this.#abort(reason);
    await this.#batches.return();
    // Not the reason above: the run may have been aborted before it was left.
    this.#settle({ error: this.#controller.signal.reason });
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async result(): Promise<RunResult> {
    if (!this.#taken) {
      const events = this[Symbol.asyncIterator]();
      // The outcome, thrown or not, is read below.
      while (this.#outcome === undefined) await events.next().catch(() => undefined);
    }
    if (this.#outcome === undefined) await new Promise<void>((resolve) => this.#settled.push(resolve));
    const outcome = this.#outcome;
    if (outcome === undefined || "error" in outcome) throw outcome?.error;
    const { reason, steps, usage, cost } = outcome.end;
    const text = this.#conversation.answer.content.map((part) => (part.type === "text" ? part.text : "")).join("");
    return { reason, text, messages: this.messages, steps, usage, cost };
  }

  async #pull(): Promise<Next> {
    // Handed out: what waits for a long time must not keep it alive.
    this.#batch = none;
    try {
      for (;;) {
        const { done, value } = await this.#batches.next();
        if (done === true) return { done: true, value: undefined };
        const first = value[0];
        const last = value[value.length - 1];
        if (last?.type === "run-end") this.#settle({ end: last });
        // Aborted while it was on its way: held back like the rest.
        else if (this.#controller.signal.aborted) continue;
        if (first === undefined) continue;
        this.#batch = value;
        this.#index = 1;
        return { done: false, value: first };
      }
    } catch (error) {
      this.#settle({ error });
      throw error;
    } finally {
      this.#pulling = undefined;
    }
  }

  /** Ends all that is under way. What was delivered, but not handed out yet, is held back. */
  #abort(reason: unknown): void {
    this.#batch = none;
    this.#controller.abort(reason);
  }

  /** Begins to heed the caller's signal and the deadline of the whole. */
  #listen(): void {
    const { signal, gateway, deadlines } = this.#options;
    if (signal?.aborted === true) this.#onAbort();
    else signal?.addEventListener("abort", this.#onAbort, { once: true });
    const totalMs = deadlines?.totalMs;
    if (totalMs === undefined || totalMs > longestTimerMs) return;
    const { id } = gateway;
    const words = `The run with gateway "${id}" took longer than ${totalMs / 1000} s. Allow it more time, or less to do.`;
    const late = () => this.#abort(new GatewayError(words, { gateway: id, code: "timeout", phase: "total" }));
    this.#total = setTimeout(late, totalMs);
  }

  readonly #onAbort = (): void => this.#abort(this.#options.signal?.reason);

  #settle(outcome: { readonly end: RunEvent & { type: "run-end" } } | { readonly error: unknown }): void {
    clearTimeout(this.#total);
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    for (const resolve of this.#settled) resolve();
    this.#settled = [];
  }
}
