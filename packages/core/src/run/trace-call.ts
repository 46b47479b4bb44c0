import type { FinishEvent, ModelEvent, ResponseStartEvent, UsageEvent } from "../contract/event.ts";
import type { ModelCall } from "./model-middleware.ts";
import { type Trace, trace } from "./trace.ts";

type Batches = AsyncIterator<readonly ModelEvent[]>;
type Next = IteratorResult<readonly ModelEvent[], undefined>;

/** Begins a call, published where somebody listens: with what it was asked, and in the end with what came of it. */
export function traceCall(call: ModelCall, begin: () => Batches): Batches {
  const tracing = trace("waygate.model-call", () => ({ ...call }));
  if (tracing === undefined) return begin();
  try {
    return new TracedCall(tracing, tracing.in(begin), call.request.signal);
  } catch (error) {
    tracing.fail(error);
    throw error;
  }
}

class TracedCall implements AsyncIterator<readonly ModelEvent[], undefined, void> {
  readonly #trace: Trace;
  readonly #source: Batches;
  readonly #signal: AbortSignal;
  readonly #outcome: { response?: ResponseStartEvent; usage?: UsageEvent; finish?: FinishEvent } = {};

  constructor(tracing: Trace, source: Batches, signal: AbortSignal) {
    this.#trace = tracing;
    this.#source = source;
    this.#signal = signal;
    // Whoever leaves a run asks for nothing more: only the signal tells.
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  next(): Promise<Next> {
    return this.#trace.in(() => this.#source.next()).then(this.#pass, this.#fail);
  }

  readonly #pass = (result: IteratorResult<readonly ModelEvent[]>): Next => {
    if (result.done === true) {
      this.#signal.removeEventListener("abort", this.#onAbort);
      this.#trace.end(this.#outcome);
      return { done: true, value: undefined };
    }
    for (const event of result.value) {
      if (event.type === "response-start") this.#outcome.response = event;
      else if (event.type === "usage") this.#outcome.usage = event;
      else if (event.type === "finish") this.#outcome.finish = event;
    }
    return result;
  };

  readonly #fail = (error: unknown): never => {
    this.#signal.removeEventListener("abort", this.#onAbort);
    this.#trace.fail(error);
    throw error;
  };

  readonly #onAbort = (): void => this.#trace.fail(this.#signal.reason);
}
