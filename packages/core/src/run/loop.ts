import { type ErrorCode, type GatewayError, isGatewayError } from "../contract/error.ts";
import type { ModelEvent } from "../contract/event.ts";
import type { ModelRequest } from "../contract/request.ts";
import type { Conversation, MessageInput } from "./conversation.ts";
import type { Failover, Retry, RunEvent } from "./event.ts";
import { limitReached, type RunLimits } from "./limits.ts";
import { summarize, type Target } from "./model-caller.ts";
import { delayAfter, type RetryPolicy, sleep } from "./retry.ts";
import { type PrepareStep, StepSetup } from "./setup.ts";
import type { Step } from "./step.ts";
import type { Tool } from "./tool.ts";

export interface LoopOptions {
  /** Whom to ask, the best first. */
  readonly targets: readonly Target[];
  /** What of a request stays the same, unless `prepareStep` changes it. */
  readonly request: Omit<ModelRequest, "messages" | "tools" | "model" | "options">;
  readonly tools: readonly Tool[];
  readonly limits: RunLimits;
  readonly maxParallelTools: number;
  /** For tools without a limit of their own, in milliseconds. */
  readonly toolTimeoutMs: number | undefined;
  readonly retry: RetryPolicy;
  readonly failoverOn: readonly ErrorCode[];
  readonly onInterrupted: "fail" | "continue";
  readonly prepareStep: PrepareStep | undefined;
  /** Hands over what was said to the model while it was busy. */
  readonly takeSteering: () => readonly MessageInput[];
  readonly hasSteering: () => boolean;
  /** Aborts everything that the run has begun. */
  readonly abort: (reason: unknown) => void;
}

/** Asks a model to go on whose answer broke off and left no result of a tool to go on with. */
const goOn: MessageInput = { role: "user", content: "Your answer broke off. Go on exactly where it stopped." };

/**
 * The tool-use loop: ask the model, hand its events on, carry out its calls, ask again. Yields the very batches that
 * the gateway delivered, with the loop's own events in batches between them. However it is left (end, failure, abort,
 * `return()`), the conversation holds what was said, and every call is answered.
 */
export async function* loop(
  options: LoopOptions,
  conversation: Conversation,
): AsyncGenerator<readonly RunEvent[], void, void> {
  const { limits, request } = options;
  const { signal } = request;
  signal.throwIfAborted();
  const setup = new StepSetup(options, conversation);
  let toolCalls = 0;
  let interruptions = 0;
  for (let number = 1; ; number++) {
    await setup.prepare(number);
    const step = setup.step((limits.maxToolCalls ?? Number.POSITIVE_INFINITY) - toolCalls);
    const interruption = yield* takeStep(number, step, setup, options, interruptions + 1);
    const { message, results } = step.commit();
    toolCalls += step.callsCarriedOut;
    yield [{ type: "step-end", step: number, message, results, usage: step.fold.usage }];
    // The consumer may have aborted while it held that event.
    signal.throwIfAborted();

    const { usage, cost } = conversation;
    const limit = limitReached(limits, { steps: number, toolCalls, usage, cost });
    if (interruption !== undefined && limit === undefined) {
      interruptions++;
      yield [
        { type: "retry", attempt: interruptions, delayMs: interruption.delayMs, error: summarize(interruption.error) },
      ];
      await sleep(interruption.delayMs, signal);
      if (results.length === 0) conversation.say([goOn]);
      continue;
    }
    interruptions = 0;
    // What broke the answer off would have been gone on from, but for the limit.
    const ended = interruption === undefined ? step.endReason() : undefined;
    const reason = ended === "stop" && limit === undefined && options.hasSteering() ? undefined : (ended ?? limit);
    if (reason !== undefined) {
      yield [{ type: "run-end", reason, steps: number, usage, cost }];
      return;
    }
  }
}

interface Interruption {
  readonly error: GatewayError;
  readonly delayMs: number;
}

/** One answer and its tool calls. Returns what broke the answer off, where the run is to go on nevertheless. */
async function* takeStep(
  number: number,
  step: Step,
  setup: StepSetup,
  options: LoopOptions,
  attempt: number,
): AsyncGenerator<readonly RunEvent[], Interruption | undefined, void> {
  const { fold, runner } = step;
  let over = false;
  try {
    yield [{ type: "step-start", step: number }];
    let interruption: Interruption | undefined;
    try {
      const { caller } = setup;
      caller.ask(setup.request());
      for (let batch = await caller.next(); batch !== undefined; batch = await caller.next()) {
        if (isAnswer(batch)) step.add(batch);
        else fold.answeredBy(caller.origin);
        yield batch;
        if (runner.hasEvents) yield runner.take();
      }
    } catch (error) {
      if (!isGatewayError(error)) throw error;
      error.partial = fold.message();
      const mayGoOn = options.onInterrupted === "continue" && setup.caller.visible && !options.request.signal.aborted;
      const delayMs = mayGoOn ? delayAfter(attempt, error, options.retry) : undefined;
      if (delayMs === undefined) throw error;
      interruption = { error, delayMs };
    }
    step.startRemaining();
    for (let events = await runner.next(); events !== undefined; events = await runner.next()) yield events;
    options.request.signal.throwIfAborted();
    over = true;
    return interruption;
  } finally {
    // Left early, the tools still at work are told to stop before their calls are answered for them.
    if (!over) options.abort(new DOMException("The run was left before it ended.", "AbortError"));
    step.commit();
  }
}

/** Whether a batch is of the model's own events: retries and failovers come alone. */
function isAnswer(batch: readonly (ModelEvent | Retry | Failover)[]): batch is readonly ModelEvent[] {
  const type = batch[0]?.type;
  return type !== "retry" && type !== "failover";
}
