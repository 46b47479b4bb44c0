import { isGatewayError } from "../contract/error.ts";
import type { ModelEvent } from "../contract/event.ts";
import type { Gateway } from "../contract/gateway.ts";
import type { ModelRequest } from "../contract/request.ts";
import { MessageFold } from "../stream/fold.ts";
import type { Conversation } from "./conversation.ts";
import type { RunEndReason, RunEvent } from "./event.ts";
import { ToolRunner } from "./execute.ts";
import { Step } from "./step.ts";
import type { Tool } from "./tool.ts";

export interface LoopOptions {
  readonly gateway: Gateway & { readonly id?: string };
  /** All of a request but the messages, which grow. */
  readonly request: Omit<ModelRequest, "messages">;
  readonly tools: ReadonlyMap<string, Tool>;
  readonly maxSteps: number;
  readonly maxParallelTools: number;
  /** Aborts everything that the run has begun. */
  readonly abort: (reason: unknown) => void;
}

/**
 * The tool-use loop: ask the model, hand its events on, carry out its calls, ask again. Yields the very batches that
 * the gateway delivered, with the loop's own events in batches between them. However it is left (end, failure, abort,
 * `return()`), the conversation holds what was said, and every call is answered.
 */
export async function* loop(
  options: LoopOptions,
  conversation: Conversation,
): AsyncGenerator<readonly RunEvent[], void, void> {
  const { gateway, request, tools } = options;
  const origin = { gateway: gateway.id ?? "", model: request.model };
  request.signal.throwIfAborted();
  for (let number = 1; ; number++) {
    const runner = new ToolRunner(tools, options.maxParallelTools, request.signal);
    const step = new Step(new MessageFold(origin), runner, tools, conversation);
    try {
      yield [{ type: "step-start", step: number }];
      for await (const batch of callModel(gateway, { ...request, messages: conversation.messages })) {
        step.add(batch);
        yield batch;
        if (runner.hasEvents) yield runner.take();
      }
      step.startRemaining();
      for (let events = await runner.next(); events !== undefined; events = await runner.next()) yield events;
      request.signal.throwIfAborted();
    } catch (error) {
      if (isGatewayError(error)) error.partial = step.fold.message();
      throw error;
    } finally {
      // Left early, the tools still at work are told to stop before their calls are answered for them.
      if (!isOver(step, runner)) options.abort(new DOMException("The run was left before it ended.", "AbortError"));
      step.commit();
    }
    const { message, results } = step.commit();
    yield [{ type: "step-end", step: number, message, results, usage: step.fold.usage }];
    // The consumer may have aborted while it held that event.
    request.signal.throwIfAborted();
    const reason: RunEndReason | undefined = step.endReason() ?? (number >= options.maxSteps ? "max-steps" : undefined);
    if (reason !== undefined) {
      const { usage, cost } = conversation;
      yield [{ type: "run-end", reason, steps: number, usage, cost }];
      return;
    }
  }
}

/** One call of the model, as batches. What makes it more than one attempt (retry, failover) belongs around this. */
async function* callModel(gateway: Gateway, request: ModelRequest): AsyncGenerator<readonly ModelEvent[], void, void> {
  for await (const events of gateway.stream(request)) {
    yield Array.isArray(events) ? events : [events as ModelEvent];
  }
}

function isOver(step: Step, runner: ToolRunner): boolean {
  return step.fold.finish !== undefined && step.fold.calls.every(({ part }) => runner.results.has(part.id));
}
