import type { ModelEvent } from "../contract/event.ts";
import type { AssistantMessage, ToolCallPart, ToolResultPart } from "../contract/message.ts";
import type { FoldedCall, MessageFold } from "../stream/fold.ts";
import { cancelledResult } from "../stream/history.ts";
import type { Conversation } from "./conversation.ts";
import type { RunEndReason } from "./event.ts";
import type { ToolRunner } from "./execute.ts";
import type { Tool } from "./tool.ts";

/** One answer of the model and the carrying out of its tool calls. */
export class Step {
  readonly fold: MessageFold;
  readonly runner: ToolRunner;
  readonly #tools: ReadonlyMap<string, Tool>;
  readonly #conversation: Conversation;
  /** The calls that were handed to the runner. */
  readonly #started = new Set<string>();
  readonly #callsLeft: number;
  #carriedOut = 0;
  #committed: { message: AssistantMessage; results: readonly ToolResultPart[] } | undefined;

  /** `callsLeft`: how many calls may be carried out; further ones are answered with that. */
  constructor(
    fold: MessageFold,
    runner: ToolRunner,
    tools: ReadonlyMap<string, Tool>,
    conversation: Conversation,
    callsLeft: number,
  ) {
    this.fold = fold;
    this.runner = runner;
    this.#tools = tools;
    this.#conversation = conversation;
    this.#callsLeft = callsLeft;
  }

  /** How many calls were handed to their tools. */
  get callsCarriedOut(): number {
    return this.#carriedOut;
  }

  /** Folds a batch; tools that only read begin as soon as their call is complete. */
  add(batch: readonly ModelEvent[]): void {
    for (const event of batch) {
      this.fold.add(event);
      if (event.type === "tool-call-end" && event.status === "ok" && this.#tools.get(event.name)?.readOnly === true) {
        const call = this.fold.calls.at(-1);
        if (call !== undefined) this.#start(call);
      }
    }
  }

  /**
   * Begins all calls that have not begun yet, in their order. Those of an answer that a filter, a guardrail or a failure
   * put an end to are answered with that: what was held to be wrong is not acted upon.
   */
  startRemaining(): void {
    const stopped = this.#stoppedBy();
    for (const call of this.fold.calls) {
      if (stopped === undefined) this.#start(call);
      else if (!this.#started.has(call.part.id)) {
        this.runner.refuse(call.part, `The answer was ended (${stopped}), so this call was not carried out.`);
      }
    }
  }

  /**
   * Puts the answer and its results into the conversation; calls without a result are answered as cancelled. Called
   * again, it changes nothing.
   */
  commit(): { readonly message: AssistantMessage; readonly results: readonly ToolResultPart[] } {
    if (this.#committed === undefined) {
      const message = this.fold.message();
      const calls = message.content.filter((part) => part.type === "tool-call");
      const results = calls.map((call) => this.#resultOf(call));
      this.#committed = { message, results };
      this.#conversation.append(message, results);
      this.#conversation.charge(this.fold.usage, this.fold.cost);
    }
    return this.#committed;
  }

  /**
   * Why the run ends after this step; undefined where the model is to be asked again. Decided by the calls: services
   * say `stop` after tool calls, and `tool_calls` after none.
   */
  endReason(): RunEndReason | undefined {
    const stopped = this.#stoppedBy();
    if (stopped !== undefined) return stopped;
    const reason = this.fold.finish?.reason ?? "error";
    if (this.fold.calls.length > 0) return undefined;
    return reason === "tool-calls" ? "stop" : reason;
  }

  /** What put an end to the answer that was not the model's own doing, nor its limit. */
  #stoppedBy(): RunEndReason | undefined {
    const reason = this.fold.finish?.reason;
    return reason === undefined || reason === "stop" || reason === "tool-calls" || reason === "length"
      ? undefined
      : reason;
  }

  #resultOf(call: ToolCallPart): ToolResultPart {
    return this.runner.results.get(call.id) ?? cancelledResult(call, this.runner.hasBegun(call.id));
  }

  #start(call: FoldedCall): void {
    if (this.#started.has(call.part.id)) return;
    this.#started.add(call.part.id);
    // Calls that are not whole, or of no tool, get an answer that says so. They use up nothing.
    if (call.part.status === "ok" && this.#tools.has(call.part.name)) {
      if (this.#carriedOut >= this.#callsLeft) {
        this.runner.refuse(call.part, "The limit on tool calls is reached, so this call was not carried out.");
        return;
      }
      this.#carriedOut++;
    }
    this.runner.start(call);
  }
}
