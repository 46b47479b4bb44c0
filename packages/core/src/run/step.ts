import type { ModelEvent } from "../contract/event.ts";
import type { AssistantMessage, ToolResultPart } from "../contract/message.ts";
import type { MessageFold } from "../stream/fold.ts";
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
  #refused = 0;
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
    return this.#started.size - this.#refused;
  }

  /** Folds a batch; tools that only read begin as soon as their call is complete. */
  add(batch: readonly ModelEvent[]): void {
    for (const event of batch) {
      this.fold.add(event);
      if (event.type === "tool-call-end" && event.status === "ok" && this.#tools.get(event.name)?.readOnly === true) {
        this.#start(event.id);
      }
    }
  }

  /** Begins all calls that have not begun yet, in their order. */
  startRemaining(): void {
    for (const { part } of this.fold.calls) this.#start(part.id);
  }

  /**
   * Puts the answer and its results into the conversation; calls without a result are answered as cancelled. Called
   * again, it changes nothing.
   */
  commit(): { readonly message: AssistantMessage; readonly results: readonly ToolResultPart[] } {
    if (this.#committed === undefined) {
      const message = this.fold.message();
      const calls = message.content.filter((part) => part.type === "tool-call");
      const results = calls.map((call) => this.runner.results.get(call.id) ?? cancelledResult(call));
      this.#committed = { message, results };
      this.#conversation.append(message, results);
      this.#conversation.charge(this.fold.usage, this.fold.cost);
    }
    return this.#committed;
  }

  /**
   * Why the run ends after this step; undefined where the model is to be asked again. Decided by the calls: services
   * say `stop` after tool calls, and `tool_calls` after none. An answer that was cut off by a filter or an error is
   * continued only if at least one of its calls was whole.
   */
  endReason(): RunEndReason | undefined {
    const reason = this.fold.finish?.reason ?? "error";
    const calls = this.fold.calls;
    if (calls.length === 0) return reason === "tool-calls" ? "stop" : reason;
    const mayBeAskedAgain = reason === "stop" || reason === "tool-calls" || reason === "length";
    const whole = calls.some((call) => call.part.status === "ok");
    return mayBeAskedAgain || whole ? undefined : reason;
  }

  #start(id: string): void {
    if (this.#started.has(id)) return;
    const call = this.fold.calls.find(({ part }) => part.id === id);
    if (call === undefined) return;
    this.#started.add(id);
    if (this.callsCarriedOut > this.#callsLeft) {
      this.#refused++;
      this.runner.refuse(call.part, "The limit on tool calls is reached, so this call was not carried out.");
      return;
    }
    this.runner.start(call);
  }
}
