import { abortable } from "../contract/abortable.ts";
import { isGatewayError } from "../contract/error.ts";
import { soleCost } from "../stream/usage-sum.ts";
import { AnswerStream, type LoopYield } from "./answer-stream.ts";
import { type Conversation, type MessageInput, textOf } from "./conversation.ts";
import type { Interruption, RunEndReason, RunEvent } from "./event.ts";
import { limitReached } from "./limits.ts";
import type { LoopOptions } from "./loop-options.ts";
import { summarize } from "./model-caller.ts";
import { misfit, type Output } from "./output.ts";
import { maxPauses } from "./pauses.ts";
import type { PendingStep } from "./pending-step.ts";
import { delayAfter, sleep } from "./retry.ts";
import { StepSetup } from "./setup.ts";
import type { Step } from "./step.ts";

/** Asks a model to go on whose answer broke off and left no result of a tool to go on with. */
const goOn: MessageInput = { role: "user", content: "Your answer broke off. Go on exactly where it stopped." };

/**
 * The tool-use loop: ask the model, hand its answer on, carry out its calls, ask again. Yields the answers, which give
 * the very batches that the gateway delivered, and the loop's own events in batches between them. However it is left
 * (end, failure, abort, `return()`), the conversation holds what was said, and every call is answered; only a run that
 * pauses may leave a step unfinished, which its snapshot holds then. `pending`: a step to begin with, left unfinished
 * elsewhere.
 */
export async function* loop(
  options: LoopOptions,
  conversation: Conversation,
  pending: PendingStep | undefined,
): AsyncGenerator<LoopYield, void, void> {
  const { limits, request, control, output } = options;
  const { signal } = request;
  signal.throwIfAborted();
  const setup = new StepSetup(options, conversation);
  const end = (reason: RunEndReason): readonly RunEvent[] => {
    const { steps, usage, cost, costs } = conversation;
    control.end = { type: "run-end", reason, steps, usage, cost, costs };
    return [control.end];
  };
  let unfinished = pending;
  let interruptions = 0;
  for (;;) {
    if (control.paused && unfinished === undefined) {
      yield end("paused");
      return;
    }
    if (unfinished === undefined) await setup.prepare(conversation.steps + 1);
    const callsLeft = (limits.maxToolCalls ?? Number.POSITIVE_INFINITY) - conversation.toolCalls;
    const step = unfinished === undefined ? setup.step(callsLeft) : setup.resumedStep(callsLeft, unfinished);
    unfinished = undefined;
    yield* takeStep(step, setup, options, interruptions + 1);
    if (!step.complete) {
      yield end("paused");
      return;
    }
    const { message, results } = step.commit();
    const { usage, costs, notices } = step.account.charge;
    const cost = soleCost(costs);
    yield [...notices, { type: "step-end", step: step.number, message, results, usage, cost, costs }];
    // The consumer may have aborted while it held that event.
    signal.throwIfAborted();

    const limit = limitReached(limits, conversation);
    const { interruption } = step;
    if (interruption !== undefined && limit === undefined) {
      interruptions++;
      yield [{ type: "retry", attempt: interruptions, ...interruption }];
      await sleep(interruption.delayMs, signal);
      if (results.length === 0) conversation.say([goOn]);
      continue;
    }
    interruptions = 0;
    // What broke the answer off would have been gone on from, but for the limit.
    let ended = interruption === undefined ? step.endReason() : undefined;
    if (output !== undefined) {
      const problem = await abortable(problemWith(output, step, ended), signal);
      if (problem !== undefined) {
        if (limit !== undefined || !output.mayRepair()) throw misfit(problem, setup.caller.target, message);
        yield [{ type: "output-repair", problem }];
        // A call has been answered with it already.
        if (results.length === 0) conversation.say([{ role: "user", content: output.repairRequest(problem) }]);
        continue;
      }
      if (output.accepted !== undefined) ended = "stop";
    }
    const goesOn = ended === "stop" && limit === undefined && control.steering.length > 0;
    if (goesOn) output?.withdraw();
    const reason = goesOn ? undefined : (ended ?? limit);
    if (reason !== undefined) {
      yield end(reason);
      return;
    }
  }
}

/** One answer and its tool calls. */
async function* takeStep(
  step: Step,
  setup: StepSetup,
  options: LoopOptions,
  attempt: number,
): AsyncGenerator<LoopYield, void, void> {
  const { runner } = step;
  let over = false;
  options.control.step = step;
  try {
    yield [{ type: "step-start", step: step.number }];
    if (!step.answered) {
      const { caller } = setup;
      caller.ask(setup.request());
      for (let pauses = 0; ; pauses++) {
        const answer = new AnswerStream(step, caller);
        yield answer;
        if (runner.hasEvents) yield runner.take();
        const { failure } = answer;
        if (failure !== undefined) step.interruption = interruptionBy(failure.error, step, setup, options, attempt);
        if (failure !== undefined || !step.paused || pauses === maxPauses) break;
        step.fold.resumeAfterPause();
        caller.ask(setup.continuation(step.fold.message()));
      }
    }
    step.startRemaining();
    for (let events = await runner.next(); events !== undefined; events = await runner.next()) yield events;
    options.request.signal.throwIfAborted();
    over = true;
  } finally {
    // Left early, the tools still at work are told to stop before their calls are answered for them.
    if (!over) options.abort(new DOMException("The run was left before it ended.", "AbortError"));
    if (!over || step.complete) {
      step.commit();
      options.control.step = undefined;
    }
  }
}

/** What broke an answer off, where the run is to go on nevertheless; throws it where it is not. */
function interruptionBy(
  error: unknown,
  { fold }: Step,
  setup: StepSetup,
  { onInterrupted, request, retry }: LoopOptions,
  attempt: number,
): Interruption {
  if (!isGatewayError(error)) throw error;
  error.partial = fold.message();
  // A call that the service was executing may have had its effect already: asking again could repeat it.
  const mayGoOn =
    onInterrupted === "continue" && setup.caller.visible && !fold.awaitsService && !request.signal.aborted;
  const delayMs = mayGoOn ? delayAfter(attempt, error, retry) : undefined;
  if (delayMs === undefined) throw error;
  return { error: summarize(error), delayMs };
}

/** What is wrong with a final answer that is to be data; undefined where nothing is, or it is not the final one. */
async function problemWith(output: Output, step: Step, ended: RunEndReason | undefined): Promise<string | undefined> {
  const { message, results } = step.commit();
  if (output.accepted !== undefined) return undefined;
  const refused = results.find(({ name, isError }) => name === output.tool.name && isError);
  if (refused !== undefined) return textOf(refused.content);
  // Taken in another process, before the run was stored.
  const taken = step.fold.calls.find(({ part }) => part.name === output.tool.name);
  if (taken?.value !== undefined) return output.take(taken.value);
  return ended === "stop" ? output.read(textOf(message.content)) : undefined;
}
