import type { FinishReason, ModelEvent } from "../contract/event.ts";
import type { AssistantMessage, ServiceApprovalPart, ToolCallPart, ToolResultPart } from "../contract/message.ts";
import { cancelledResult } from "../stream/fit/words.ts";
import type { FoldedCall, MessageFold } from "../stream/fold.ts";
import type { Conversation } from "./conversation.ts";
import type { Interruption, RunEndReason } from "./event.ts";
import type { ToolRunner } from "./execute.ts";
import type { StepAccount } from "./metering/step-account.ts";
import type { PendingStep } from "./pending-step.ts";
import type { ExecutableTool } from "./tool.ts";

/** The reasons after which the calls of an answer are not executed: what was found to be wrong is not acted upon. */
const stopping = {
  "content-filter": true,
  guardrail: true,
  refusal: true,
  "context-overflow": true,
} satisfies Partial<Record<FinishReason, true>>;

/** One answer of the model and the execution of its tool calls. */
export class Step {
  readonly fold: MessageFold;
  readonly runner: ToolRunner;
  readonly account: StepAccount;
  readonly #tools: ReadonlyMap<string, ExecutableTool>;
  readonly #conversation: Conversation;
  /** The calls that were handed to the runner. */
  #started: Set<string> | undefined;
  readonly #callsLeft: number;
  /** What broke the answer off, where the run goes on nevertheless. */
  interruption: Interruption | undefined;
  /** Which step of the run it is: 1 for the first. */
  readonly number: number;
  #answered = false;
  #carriedOut = 0;
  #committed: { message: AssistantMessage; results: readonly ToolResultPart[] } | undefined;

  /** `callsLeft`: how many calls may be carried out; further ones are answered with that. */
  constructor(
    fold: MessageFold,
    runner: ToolRunner,
    tools: ReadonlyMap<string, ExecutableTool>,
    conversation: Conversation,
    callsLeft: number,
    account: StepAccount,
  ) {
    this.fold = fold;
    this.account = account;
    this.runner = runner;
    this.#tools = tools;
    this.mayBeginTools = [...tools.values()].some(({ readOnly }) => readOnly === true);
    this.#conversation = conversation;
    this.#callsLeft = callsLeft;
    this.number = conversation.steps + 1;
  }

  /** Whether tools may begin while the answer streams. */
  readonly mayBeginTools: boolean;

  /** Whether the service wants the same history again, with this answer last. Calls of the client come first. */
  get paused(): boolean {
    const { fold } = this;
    return fold.finish?.reason === "pause" && fold.calls.length === 0 && fold.approvalRequests.length === 0;
  }

  /** Whether the model has said all that it is going to say. */
  get answered(): boolean {
    return this.#answered;
  }

  /** Whether every call has its result, and every approval that the service asked for its decision. */
  get complete(): boolean {
    return (
      this.fold.calls.every(({ part }) => this.runner.results.has(part.id)) &&
      this.fold.approvalRequests.every(({ id }) => this.runner.serviceApprovals.has(id))
    );
  }

  /** What is left to be done of a step whose answer has ended; undefined where there is nothing, or it has not. */
  pending(): Omit<PendingStep, "decisions"> | undefined {
    if (!this.#answered || this.#committed !== undefined) return undefined;
    const { interruption, runner } = this;
    return {
      answer: this.fold.save(),
      results: [...runner.results.values()],
      serviceApprovals: [...runner.serviceApprovals.values()],
      begun: [...runner.begun],
      ...(interruption && { interruption }),
    };
  }

  /** Takes up what was done of it elsewhere. */
  restore(pending: PendingStep): void {
    this.interruption = pending.interruption;
    this.account.restore(this.fold);
    this.#answered = true;
    this.runner.restore(this.fold.calls, pending);
    for (const { part } of this.fold.calls) {
      this.#conversation.callIds.note(part.id);
      if (!this.runner.results.has(part.id)) continue;
      this.#started ??= new Set();
      this.#started.add(part.id);
      if (this.#usesUp(part)) this.#carriedOut++;
    }
  }

  /**
   * Folds a batch, and returns it with call ids that are unique in the conversation. Tools that only read begin as soon as
   * their call is complete.
   */
  add(batch: readonly ModelEvent[]): readonly ModelEvent[] {
    const unique = this.#conversation.callIds.makeUnique(batch);
    for (const event of unique) {
      this.fold.add(event);
      if (event.type !== "tool-call-end" || !this.mayBeginTools) continue;
      const call = this.fold.calls.at(-1);
      if (call?.part.id !== event.id || call.part.status !== "ok") continue;
      if (this.#tools.get(call.part.name)?.readOnly === true) this.#start(call);
    }
    return unique;
  }

  /**
   * Begins all calls that have not begun yet, in their order. Those of an answer that a filter, a guardrail or a failure
   * put an end to are answered with that: what was held to be wrong is not acted upon.
   */
  startRemaining(): void {
    this.#answered = true;
    this.account.settle(this.fold);
    const stopped = this.#stoppedBy();
    for (const call of this.fold.calls) {
      if (stopped === undefined) this.#start(call);
      else if (this.#started?.has(call.part.id) !== true) {
        this.runner.refuse(call.part, `The answer was ended (${stopped}), so this call was not carried out.`);
      }
    }
    for (const request of this.fold.approvalRequests) {
      if (stopped === undefined && !this.runner.serviceApprovals.has(request.id)) this.runner.askFor(request);
    }
  }

  /**
   * Puts the answer and its results into the conversation; calls without a result are answered as cancelled. Called
   * again, it changes nothing.
   */
  commit(): { readonly message: AssistantMessage; readonly results: readonly ToolResultPart[] } {
    if (this.#committed === undefined) {
      const message = this.fold.message();
      const calls = message.content.filter((part) => part.type === "tool-call" && part.executor === undefined);
      const results = calls.map((call) => this.#resultOf(call as ToolCallPart));
      const approvals = this.fold.approvalRequests.map(({ id }) => this.#approvalOf(id));
      this.#committed = { message, results };
      this.#conversation.append(message, [...results, ...approvals]);
      this.#conversation.steps++;
      this.#conversation.toolCalls += this.#carriedOut;
      this.account.settle(this.fold);
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
    if (this.fold.calls.length > 0 || this.fold.approvalRequests.length > 0) return undefined;
    const reason = this.fold.finish?.reason ?? "stop";
    return reason === "tool-calls" ? "stop" : reason;
  }

  /** The finish reason, if a rule or a limit of the service ended the answer instead of the model. */
  #stoppedBy(): RunEndReason | undefined {
    const reason = this.fold.finish?.reason;
    return reason !== undefined && reason in stopping ? (reason as RunEndReason) : undefined;
  }

  #approvalOf(id: string): ServiceApprovalPart {
    const reason = "Cancelled before it was decided.";
    return this.runner.serviceApprovals.get(id) ?? { type: "service-approval", id, approved: false, reason };
  }

  #resultOf(call: ToolCallPart): ToolResultPart {
    return this.runner.results.get(call.id) ?? cancelledResult(call, this.runner.begun.has(call.id));
  }

  #start(call: FoldedCall): void {
    this.#started ??= new Set();
    if (this.#started.has(call.part.id)) return;
    this.#started.add(call.part.id);
    if (this.#usesUp(call.part)) {
      if (this.#carriedOut >= this.#callsLeft) {
        this.runner.refuse(call.part, "The limit on tool calls is reached, so this call was not carried out.");
        return;
      }
      this.#carriedOut++;
    }
    this.runner.start(call);
  }

  /** Calls that are not whole, or of no tool, get an answer that says so. They use up nothing. */
  #usesUp(call: ToolCallPart): boolean {
    return call.status === "ok" && this.#tools.has(call.name);
  }
}
