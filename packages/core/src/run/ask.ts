import { longestTimerMs } from "../contract/deadlines.ts";
import { GatewayError } from "../contract/error.ts";
import type { Cost, FinishEvent, ModelEvent, Usage } from "../contract/event.ts";
import type { AssistantMessage, Origin } from "../contract/message.ts";
import { CallIds } from "../stream/call-ids.ts";
import { type FoldedCall, MessageFold } from "../stream/fold.ts";
import { soleCost } from "../stream/usage-sum.ts";
import { Approvals } from "./approval.ts";
import { RunControl } from "./control.ts";
import { textOf, toMessage } from "./conversation.ts";
import type { FailoverEvent, RetryEvent } from "./event.ts";
import { admitRun, type runOnly } from "./input/admit-run.ts";
import type { LoopOptions } from "./loop-options.ts";
import { chargeAnswer } from "./metering/charge-answer.ts";
import { Meter } from "./metering/meter.ts";
import { type CallBatch, ModelCaller } from "./model-caller.ts";
import { completeOptions, type PromptOptions, type RunOptions } from "./options.ts";
import { misfit, type OutputFormat, type OutputOf } from "./output.ts";
import { maxPauses } from "./pauses.ts";
import { toolSpec } from "./tool.ts";

/** The options of `ask`: those of `run` that concern one model call. Tools are offered, and never executed. */
export type AskOptions = Omit<RunOptions, (typeof runOnly)[number]>;

/** The options with a prompt instead of messages. */
export type AskPromptOptions = Omit<PromptOptions, (typeof runOnly)[number]>;

/** An event of one model call: the model's own, and the retries and failovers before them. */
export type AskEvent = ModelEvent | RetryEvent | FailoverEvent;

export interface AskResult<Output = unknown> {
  /** The answer, ready to be appended to the history. Its calls are not answered yet. */
  readonly message: AssistantMessage;
  readonly text: string;
  /** The calls that the client is to execute, with parsed arguments. */
  readonly calls: readonly FoldedCall[];
  /** The answer as `responseFormat` has it; `undefined` without one, and if the model called tools. */
  readonly output: Output | undefined;
  readonly finish: FinishEvent;
  /** The gateway and model that answered. */
  readonly origin: Origin;
  /** `undefined` if the service reported none. */
  readonly usage: Usage | undefined;
  /** As billed or, if the gateway bills nothing, as estimated from known prices. `undefined` in several currencies. */
  readonly cost: Cost | undefined;
  /** One for each currency. */
  readonly costs: readonly Cost[];
}

/** One model call. Iterate it for its events, or await `result()`. It can be iterated once; leaving early aborts it. */
export interface Answer<Output = unknown> extends AsyncIterable<AskEvent, undefined, void>, AsyncDisposable {
  /** Runs to the end if nothing iterates. Rejects with what ended the answer, if something did. */
  result(): Promise<AskResult<Output>>;
}

/**
 * Makes one model call, with retry, failover, privacy and model middleware as in `run`, and without executing tools. An
 * answer that the service pauses is continued. Nothing is sent before the answer is iterated or its result awaited. Throws
 * a `TypeError` at once for wrong options.
 *
 * @example
 * const { text } = await ask({ gateway, model, messages }).result();
 */
export function ask<Format extends OutputFormat>(
  options: (AskOptions | AskPromptOptions) & { readonly responseFormat: Format },
): Answer<OutputOf<Format>>;
export function ask(options: AskOptions | AskPromptOptions): Answer;
export function ask(options: AskOptions | AskPromptOptions): Answer {
  return new OpenAnswer(admitRun("ask", options));
}

class OpenAnswer implements Answer {
  readonly #options: AskOptions;
  readonly #completed: LoopOptions;
  readonly #controller = new AbortController();
  readonly #caller: ModelCaller;
  readonly #fold: MessageFold;
  readonly #events: AsyncGenerator<AskEvent, undefined, void>;
  #total: ReturnType<typeof setTimeout> | undefined;
  #taken = false;
  readonly #outcome = Promise.withResolvers<AskResult>();

  constructor(options: AskOptions) {
    this.#options = options;
    this.#completed = completeOptions(options, {
      signal: this.#controller.signal,
      control: new RunControl(new Approvals(), []),
      abort: (reason) => this.#controller.abort(reason),
    });
    this.#caller = new ModelCaller(this.#completed.targets, this.#completed);
    this.#fold = new MessageFold(this.#caller.origin);
    this.#events = this.#read();
    // Iterating is enough: a failure is thrown from the loop, and nothing has to await the result too.
    this.#outcome.promise.catch(() => undefined);
  }

  [Symbol.asyncIterator](): AsyncIterator<AskEvent, undefined, void> {
    if (this.#taken) throw new TypeError("An answer can be iterated once: keep its events, or ask again.");
    this.#taken = true;
    return this.#events;
  }

  result(): Promise<AskResult> {
    if (!this.#taken) this.#drain();
    return this.#outcome.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#controller.abort(new DOMException("The answer was left before its end.", "AbortError"));
    await this.#events.return(undefined);
  }

  async #drain(): Promise<void> {
    this.#taken = true;
    try {
      for await (const _ of this.#events);
    } catch {
      // The result rejects with it.
    }
  }

  async *#read(): AsyncGenerator<AskEvent, undefined, void> {
    const { signal } = this.#options;
    const onAbort = () => this.#controller.abort(signal?.reason);
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
    this.#startTotal();
    try {
      yield* this.#answer();
      this.#outcome.resolve(await this.#settle());
    } catch (error) {
      this.#outcome.reject(error);
      throw error;
    } finally {
      clearTimeout(this.#total);
      signal?.removeEventListener("abort", onAbort);
      // Both have no effect unless the answer was left early.
      this.#controller.abort(new DOMException("The answer was left before its end.", "AbortError"));
      this.#outcome.reject(this.#controller.signal.reason);
    }
  }

  async *#answer(): AsyncGenerator<AskEvent, void, void> {
    const messages = this.#options.messages.map(toMessage);
    const ids = new CallIds(messages);
    const request = { ...this.#completed.request, messages, tools: this.#completed.tools.map(toolSpec) };
    this.#caller.ask(request);
    for (let pauses = 0; ; pauses++) {
      for (let batch = await this.#next(); batch !== undefined; batch = await this.#next()) {
        yield* this.#add(batch, ids);
      }
      if (this.#fold.finish?.reason !== "pause" || this.#fold.calls.length > 0 || pauses === maxPauses) return;
      this.#fold.resumeAfterPause();
      this.#caller.ask({ ...request, messages: [...messages, this.#fold.message()], continuesAnswer: true });
    }
  }

  #add(batch: CallBatch, ids: CallIds): CallBatch {
    const [first] = batch;
    if (first?.type === "retry" || first?.type === "failover") {
      this.#fold.answeredBy(this.#caller.origin);
      return batch;
    }
    const unique = ids.makeUnique(batch as readonly ModelEvent[]);
    for (const event of unique) this.#fold.add(event);
    return unique;
  }

  #next(): Promise<CallBatch | undefined> {
    return new Promise((accept, refuse) => this.#caller.take({ accept, refuse }));
  }

  async #settle(): Promise<AskResult> {
    const { finish, calls } = this.#fold;
    const { usage, costs } = chargeAnswer(this.#fold, this.#caller.target, new Meter(undefined));
    const message = this.#fold.message();
    if (finish === undefined) throw new TypeError("The answer ended without a finish.");
    return {
      message,
      text: textOf(message.content),
      calls: calls.filter(({ part }) => part.name !== this.#completed.output?.tool.name),
      output: await this.#output(message),
      finish,
      origin: this.#caller.origin,
      usage,
      cost: soleCost(costs),
      costs,
    };
  }

  /** Reads the answer as data. There is no second attempt: that is what `run` is for. */
  async #output(message: AssistantMessage): Promise<unknown> {
    const { output } = this.#completed;
    if (output === undefined) return undefined;
    const taken = this.#fold.calls.find(({ part }) => part.name === output.tool.name);
    if (taken === undefined && (this.#fold.calls.length > 0 || this.#fold.finish?.reason !== "stop")) return undefined;
    const problem =
      taken?.value === undefined ? await output.read(textOf(message.content)) : await output.take(taken.value);
    if (problem !== undefined) throw misfit(problem, this.#caller.target, message);
    return output.accepted?.value;
  }

  #startTotal(): void {
    const { deadlines, gateway } = this.#options;
    const totalMs = deadlines?.totalMs;
    if (totalMs === undefined || totalMs > longestTimerMs) return;
    const { id } = gateway;
    const words = `The answer of gateway "${id}" took longer than ${totalMs / 1000} s (total). Increase deadlines.totalMs.`;
    const late = () =>
      this.#controller.abort(new GatewayError(words, { gateway: id, code: "timeout", phase: "total" }));
    this.#total = setTimeout(late, totalMs);
  }
}
