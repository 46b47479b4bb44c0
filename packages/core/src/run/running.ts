import { abortable } from "../contract/abortable.ts";
import { longestTimerMs } from "../contract/deadlines.ts";
import { GatewayError } from "../contract/error.ts";
import type { Cost, Usage } from "../contract/event.ts";
import { throwFault, under } from "../contract/input/fault.ts";
import type { Message } from "../contract/message.ts";
import { AnswerStream, type AnswerTaker, type LoopYield } from "./answer-stream.ts";
import { RunControl } from "./control.ts";
import { Conversation, type MessageInput, textOf } from "./conversation.ts";
import type { RunEndEvent, RunEvent } from "./event.ts";
import { messageInput } from "./input/check-messages.ts";
import { letGo } from "./let-go.ts";
import { loop } from "./loop.ts";
import { runThrough } from "./middleware.ts";
import { completeOptions, type RunOptions } from "./options.ts";
import type { Output } from "./output.ts";
import type { Run } from "./run-handle.ts";
import type { RunResult } from "./run-result.ts";
import { type RunSnapshot, restoreApprovals, takeSnapshot } from "./snapshot.ts";
import { type Trace, trace } from "./trace.ts";

type Next = IteratorResult<RunEvent, undefined>;
type Resolve = (next: Promise<Next> | Next) => void;
const none: readonly RunEvent[] = [];
/** Settles the promise that was made last. One function for all runs: see `Taker`. */
let grabbed: Resolve = () => undefined;
const grab = (resolve: Resolve): void => {
  grabbed = resolve;
};
const leftByMiddleware = "A middleware left the run before it ended.";

/** A run that goes on: the iterator at the consumer's door, written by hand, and all that may end it from outside. */
export class RunningConversation implements Run, AsyncIterator<RunEvent, undefined, void>, AnswerTaker {
  readonly #conversation: Conversation;
  readonly #loop: AsyncGenerator<LoopYield, void, void>;
  /** The answer that is streaming. */
  #answer: AnswerStream | undefined;
  /** The same while it is waited for. */
  #heard: AnswerStream | undefined;
  #resolve: Resolve = grabbed;
  /** What comes after that answer, and what begins it. */
  #rest: Promise<Next> | undefined;
  #goOn: () => void = () => undefined;
  /** The last read that was asked for while another one waited. */
  #queued: Promise<Next> | undefined;
  /** What the loop yields, or what middleware makes of it. */
  readonly #batches: AsyncIterator<LoopYield, void, void>;
  readonly #controller = new AbortController();
  /** Whether that was aborted: asked for every event, and the signal itself takes its time. */
  #stopped = false;
  readonly #options: RunOptions;
  readonly #control: RunControl;
  readonly #output: Output | undefined;
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
  #outcome: { readonly end: RunEndEvent } | { readonly error: unknown } | undefined;
  #settled: (() => void)[] = [];

  constructor(options: RunOptions, past?: RunSnapshot) {
    this.#options = options;
    this.#past = past;
    this.#conversation = new Conversation(options.messages, past);
    this.#control = new RunControl(restoreApprovals(past), past?.steering ?? []);
    const own = { signal: this.#controller.signal, control: this.#control };
    const completed = completeOptions(options, { ...own, abort: (reason) => this.#stop(reason) });
    this.#output = completed.output;
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

  get costs(): readonly Cost[] {
    return this.#conversation.costs;
  }

  [Symbol.asyncIterator](): AsyncIterator<RunEvent, undefined, void> {
    if (this.#taken) throw new TypeError("A run can be iterated once: keep its events, or start another run.");
    this.#taken = true;
    this.#listen();
    return this;
  }

  steer(message: MessageInput): void {
    const found = under("message", messageInput(message));
    if (found !== undefined) throwFault("steer", found);
    this.#control.steer(message);
  }

  approve(id: string): boolean {
    return this.#control.approvals.decide(id, true);
  }

  deny(id: string, reason?: string): boolean {
    return this.#control.approvals.decide(id, { approved: false, reason });
  }

  pause(): void {
    this.#control.pause();
  }

  snapshot(): RunSnapshot {
    const taken = takeSnapshot(this.#conversation, this.#control);
    const { pending } = this.#past ?? {};
    if (pending === undefined || this.#begun) return taken;
    // The stored step has not continued yet: only the decisions can have changed.
    return { ...taken, pending: { ...pending, decisions: this.#control.approvals.decided } };
  }

  next(): Promise<Next> {
    const before = this.#queued ?? this.#pulling;
    return before === undefined ? this.#read() : this.#queue(before);
  }

  #read(): Promise<Next> {
    const event = this.#batch[this.#index];
    if (event !== undefined) {
      this.#index++;
      return Promise.resolve({ done: false, value: event });
    }
    if (this.#answer !== undefined && this.#trace === undefined && this.#cancelled === undefined) return this.#hear();
    this.#pulling = this.#pull();
    return this.#pulling;
  }

  /** Asked again before it answered: the batch on its way is handed out before another one is asked for. */
  #queue(before: Promise<Next>): Promise<Next> {
    const read = () => this.#read();
    const next = before.then(read, read);
    this.#queued = next;
    const answered = () => {
      if (this.#queued === next) this.#queued = undefined;
    };
    next.then(answered, answered);
    return next;
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
    const { reason, steps, usage, cost, costs } = outcome.end;
    const text = textOf(this.#conversation.answer.content);
    const finished = { text, messages: this.messages, steps, usage, cost, costs };
    if (reason !== "stop") return { ...finished, reason, output: undefined };
    return { ...finished, reason, output: this.#output?.accepted?.value };
  }

  /** The next event of an answer that nobody else looks at: one promise, where `#pull` has one for each who is asked. */
  #hear(): Promise<Next> {
    // Handed out: what waits for a long time must not keep it alive.
    this.#batch = none;
    const next = new Promise<Next>(grab);
    this.#resolve = grabbed;
    this.#heard = this.#answer;
    this.#heard?.take(this);
    if (this.#heard !== undefined) this.#pulling = next;
    return next;
  }

  /** Called by the answer. */
  accept(batch: readonly RunEvent[] | undefined): void {
    const answer = this.#heard;
    const first = batch?.[0];
    if (batch !== undefined && first === undefined && !this.#stopped) {
      answer?.take(this);
      return;
    }
    this.#heard = undefined;
    if (batch === undefined || first === undefined || this.#stopped) {
      const rest = this.#rest ?? this.#pull(answer);
      this.#rest = undefined;
      this.#pulling = rest;
      this.#goOn();
      this.#resolve(rest);
      return;
    }
    this.#batch = batch;
    this.#index = 1;
    this.#pulling = undefined;
    this.#resolve({ done: false, value: first });
  }

  /** `answer`: the one that streams, or has just ended. */
  async #pull(answer = this.#answer): Promise<Next> {
    this.#begun = true;
    this.#batch = none;
    try {
      for (;;) {
        const batch = await this.#nextBatch(answer);
        const { end } = this.#control;
        if (batch === undefined) {
          await this.#leaveLoop();
          this.#settle(end === undefined ? { error: new DOMException(leftByMiddleware, "AbortError") } : { end });
          return { done: true, value: undefined };
        }
        const first = batch[0];
        const last = batch[batch.length - 1];
        if (last?.type === "run-end" && end !== undefined) this.#settle({ end });
        // Aborted while it was on its way: held back like the rest.
        else if (this.#stopped) continue;
        if (first === undefined) continue;
        this.#batch = batch;
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

  #nextBatch(answer: AnswerStream | undefined): Promise<readonly RunEvent[] | undefined> {
    const batch = this.#trace === undefined ? this.#take(answer) : this.#trace.in(() => this.#take(answer));
    // Middleware may be waiting for something that knows of no abort.
    return this.#cancelled === undefined ? batch : abortable(batch, this.#cancelled.signal);
  }

  /** The next batch of the answer that streams, if one does, or else of the loop; undefined at its end. */
  async #take(present: AnswerStream | undefined): Promise<readonly RunEvent[] | undefined> {
    for (let answer = present; ; answer = this.#answer) {
      if (answer !== undefined) {
        const batch = await answer.next();
        if (batch !== undefined) return batch;
        this.#answer = undefined;
      }
      const { done, value } = await this.#batches.next();
      if (done === true) {
        // The loop was left while somebody waited for the answer.
        if (answer?.failure !== undefined) throw answer.failure.error;
        return undefined;
      }
      if (!(value instanceof AnswerStream)) return value;
      this.#answer = value;
      this.#rest = this.#after(value);
    }
  }

  /**
   * What comes after an answer that is heard by callbacks, once `#goOn` is called. A promise, so that tools, approvals and
   * the rest of the loop work in the context of whoever reads, and not in that of the connection that brought the end.
   */
  #after(answer: AnswerStream): Promise<Next> {
    const ended = new Promise<void>((resolve) => {
      this.#goOn = resolve;
    });
    return ended.then(() => this.#pull(answer));
  }

  /** Ends the loop, so that the history is whole, whatever stands around it. */
  async #leaveLoop(reason?: unknown): Promise<void> {
    if (reason !== undefined && !this.#controller.signal.aborted) this.#abort(reason);
    this.#answer = undefined;
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
    this.#stopped = true;
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

  #settle(outcome: { readonly end: RunEndEvent } | { readonly error: unknown }): void {
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
