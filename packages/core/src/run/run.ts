import { longestTimerMs } from "../contract/deadlines.ts";
import { GatewayError } from "../contract/error.ts";
import type { Cost, Usage } from "../contract/event.ts";
import type { Message } from "../contract/message.ts";
import { abortable } from "./abortable.ts";
import { Approvals } from "./approval.ts";
import { RunControl } from "./control.ts";
import { Conversation, type MessageInput } from "./conversation.ts";
import type { RunEnd, RunEndReason, RunEvent } from "./event.ts";
import { loop } from "./loop.ts";
import { letGo, runThrough } from "./middleware.ts";
import { completeOptions, type ResumeOptions, type RunOptions } from "./options.ts";
import { type RunSnapshot, readSnapshot, takeSnapshot } from "./snapshot.ts";
import { type Trace, trace } from "./trace.ts";

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
  /**
   * Allows a call that waits, or is going to: `id` is that of its `approval-request`. The first decision about a call
   * stands.
   */
  approve(id: string): void;
  /** Has a call answered with an error instead. `reason` is for the model; the default tells it not to try again. */
  deny(id: string, reason?: string): void;
  /**
   * Has the run end as soon as nothing is under way: the answer that has begun is heard out, tools at work finish, and
   * no others begin. It ends with the reason `paused`, unless it had come to its end anyway.
   */
  pause(): void;
  /**
   * All that the run goes on from with `resume`, as plain data. It can be taken at any moment; tools that are at work
   * then are never begun again. A run that was not paused must not go on itself.
   */
  snapshot(): RunSnapshot;
  /**
   * Runs to the end if nobody iterates; where a call then needs somebody's leave and there is no `approve` option, the
   * run pauses. Rejects with what ended the run, if something did.
   */
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

/**
 * Goes on with a run that was stored, in this process or in another one. What is pending is finished first: calls that
 * wait for leave ask again unless it was decided about them, calls that had not begun are carried out, and those that
 * had begun without a result are answered as cancelled. Throws a `TypeError` for what is no snapshot.
 */
export function resume(snapshot: RunSnapshot, options: ResumeOptions): Run {
  const past = readSnapshot(snapshot);
  return new RunningConversation({ ...options, messages: past.messages }, past);
}

type Next = IteratorResult<RunEvent, undefined>;
const none: readonly RunEvent[] = [];
const leftByMiddleware = "A middleware left the run before it ended.";

class RunningConversation implements Run, AsyncIterator<RunEvent, undefined, void> {
  readonly #conversation: Conversation;
  readonly #loop: AsyncGenerator<readonly RunEvent[], void, void>;
  /** What the loop yields, or what middleware makes of it. */
  readonly #batches: AsyncIterator<readonly RunEvent[], void, void>;
  readonly #controller = new AbortController();
  readonly #options: RunOptions;
  readonly #control: RunControl;
  readonly #past: RunSnapshot | undefined;
  /** Whether the loop has begun. */
  #begun = false;
  /** Aborted like the other one, but not by the loop itself; there where middleware is. */
  readonly #cancelled: AbortController | undefined;
  #trace: Trace | undefined;
  #total: ReturnType<typeof setTimeout> | undefined;
  #batch = none;
  #index = 0;
  #pulling: Promise<Next> | undefined;
  #taken = false;
  #outcome: { readonly end: RunEnd } | { readonly error: unknown } | undefined;
  #settled: (() => void)[] = [];

  constructor(options: RunOptions, past?: RunSnapshot) {
    this.#options = options;
    this.#past = past;
    this.#conversation = new Conversation(options.messages, past && { cost: undefined, ...past });
    this.#control = new RunControl(new Approvals(past?.pending?.decisions), past?.steering ?? []);
    const own = { signal: this.#controller.signal, control: this.#control };
    const completed = completeOptions(options, { ...own, abort: (reason) => this.#stop(reason) });
    this.#loop = loop(completed, this.#conversation, past?.pending);
    const layers = options.middleware?.run ?? [];
    if (layers.length === 0) {
      this.#batches = this.#loop;
      return;
    }
    this.#batches = runThrough(layers, options, this.#loop);
    this.#cancelled = new AbortController();
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
    this.#control.steer(message);
  }

  approve(id: string): void {
    this.#control.approvals.decide(id, true);
  }

  deny(id: string, reason?: string): void {
    this.#control.approvals.decide(id, { approved: false, reason });
  }

  pause(): void {
    this.#control.pause();
  }

  snapshot(): RunSnapshot {
    const taken = takeSnapshot(this.#conversation, this.#control);
    const { pending, approvals } = this.#past ?? {};
    if (pending === undefined || this.#begun) return taken;
    // Not taken up yet: only what was decided since is new.
    return {
      ...taken,
      approvals: approvals ?? [],
      pending: { ...pending, decisions: this.#control.approvals.decisions },
    };
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
    await this.#leaveLoop();
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
      while (this.#outcome === undefined) {
        const { value } = (await events.next().catch(() => undefined)) ?? {};
        // Nobody looks on who could decide.
        if (value?.type === "approval-request" && this.#options.approve === undefined) this.pause();
      }
    }
    if (this.#outcome === undefined) await new Promise<void>((resolve) => this.#settled.push(resolve));
    const outcome = this.#outcome;
    if (outcome === undefined || "error" in outcome) throw outcome?.error;
    const { reason, steps, usage, cost } = outcome.end;
    const text = this.#conversation.answer.content.map((part) => (part.type === "text" ? part.text : "")).join("");
    return { reason, text, messages: this.messages, steps, usage, cost };
  }

  async #pull(): Promise<Next> {
    this.#begun = true;
    // Handed out: what waits for a long time must not keep it alive.
    this.#batch = none;
    try {
      for (;;) {
        const { done, value } = await this.#nextBatch();
        const { end } = this.#control;
        if (done === true) {
          await this.#leaveLoop();
          this.#settle(end === undefined ? { error: new DOMException(leftByMiddleware, "AbortError") } : { end });
          return { done: true, value: undefined };
        }
        const first = value[0];
        const last = value[value.length - 1];
        if (last?.type === "run-end" && end !== undefined) this.#settle({ end });
        // Aborted while it was on its way: held back like the rest.
        else if (this.#controller.signal.aborted) continue;
        if (first === undefined) continue;
        this.#batch = value;
        this.#index = 1;
        return { done: false, value: first };
      }
    } catch (error) {
      if (this.#batches !== this.#loop) await this.#leaveLoop(error);
      this.#settle({ error });
      throw error;
    } finally {
      this.#pulling = undefined;
    }
  }

  #nextBatch(): Promise<IteratorResult<readonly RunEvent[], void>> {
    const batch = this.#trace === undefined ? this.#batches.next() : this.#trace.in(() => this.#batches.next());
    // Middleware may be waiting for something that knows of no abort.
    return this.#cancelled === undefined ? batch : abortable(Promise.resolve(batch), this.#cancelled.signal);
  }

  /** Ends the loop, so that the history is whole, whatever stands around it. */
  async #leaveLoop(reason?: unknown): Promise<void> {
    if (reason !== undefined && !this.#controller.signal.aborted) this.#abort(reason);
    await this.#loop.return();
    if (this.#batches !== this.#loop) letGo(this.#batches);
  }

  /** Ends all that is under way, and the waiting for it. */
  #abort(reason: unknown): void {
    this.#stop(reason);
    this.#cancelled?.abort(reason);
  }

  /** Ends all that is under way. What was delivered, but not handed out yet, is held back. */
  #stop(reason: unknown): void {
    this.#batch = none;
    this.#controller.abort(reason);
  }

  /** Begins to heed the caller's signal and the deadline of the whole. */
  #listen(): void {
    const { signal, gateway, model, deadlines } = this.#options;
    this.#trace = trace("waygate.run", () => ({ gateway: gateway.id, model, options: this.#options, run: this }));
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

  #settle(outcome: { readonly end: RunEnd } | { readonly error: unknown }): void {
    clearTimeout(this.#total);
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    if ("end" in outcome) this.#trace?.end(outcome);
    else this.#trace?.fail(outcome.error);
    for (const resolve of this.#settled) resolve();
    this.#settled = [];
  }
}
