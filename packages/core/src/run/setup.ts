import { abortable } from "../contract/abortable.ts";
import type { AssistantMessage } from "../contract/message.ts";
import type { ModelRequest, ToolSpec } from "../contract/request.ts";
import { MessageFold } from "../stream/fold.ts";
import { sealed } from "../stream/sealed.ts";
import { Approvals } from "./approval.ts";
import type { Conversation } from "./conversation.ts";
import { ToolRunner } from "./execute.ts";
import { admitStepChanges } from "./input/admit-step-changes.ts";
import type { LoopOptions } from "./loop-options.ts";
import { admitBudget } from "./metering/admit-budget.ts";
import { Meter } from "./metering/meter.ts";
import { StepAccount } from "./metering/step-account.ts";
import { ModelCaller } from "./model-caller.ts";
import type { ModelRef } from "./model-ref.ts";
import type { PendingStep } from "./pending-step.ts";
import { Step } from "./step.ts";
import { type ExecutableTool, indexTools, type RunTool, toolSpec } from "./tool.ts";

/** What the next step is made with; changed by `prepareStep` from one step to the next. */
export class StepSetup {
  readonly #options: LoopOptions;
  readonly #conversation: Conversation;
  #request: LoopOptions["request"];
  #tools: ReadonlyMap<string, ExecutableTool>;
  #specs: readonly ToolSpec[];
  #caller: ModelCaller;
  readonly #meter: Meter;
  /** Models whose costs have still to be found out, for a cost limit. */
  #unadmitted: readonly ModelRef[] | undefined;

  constructor(options: LoopOptions, conversation: Conversation) {
    this.#options = options;
    this.#conversation = conversation;
    this.#request = options.request;
    this.#tools = indexTools(this.#withOutput(options.tools));
    this.#specs = options.tools.map((tool) => sealed(toolSpec(tool)));
    this.#caller = new ModelCaller(options.targets, options);
    this.#meter = new Meter(options.limits.budget);
    if (options.limits.budget?.cost !== undefined) this.#unadmitted = options.targets;
  }

  get caller(): ModelCaller {
    return this.#caller;
  }

  /** Asks the program what to change, and takes in what was said to the model in the meantime. */
  async prepare(step: number): Promise<void> {
    const { prepareStep, control, limits } = this.#options;
    if (prepareStep !== undefined) {
      const { messages: history, usage, cost, costs } = this.#conversation;
      const preparing = Promise.resolve(prepareStep({ step, messages: history, usage, cost, costs }));
      const changes = await abortable(preparing, this.#request.signal);
      admitStepChanges(changes);
      const { messages, targets, tools, ...rest } = changes ?? {};
      if (messages !== undefined) this.#conversation.replace(messages);
      if (targets !== undefined) {
        this.#caller = new ModelCaller(targets, this.#options);
        this.#unadmitted = targets;
      }
      if (tools !== undefined) {
        this.#tools = indexTools(this.#withOutput(tools));
        this.#specs = tools.map((tool) => sealed(toolSpec(tool)));
      }
      this.#request = { ...this.#request, ...rest };
    }
    if (this.#unadmitted !== undefined) {
      await admitBudget(limits.budget, this.#unadmitted, this.#request.signal);
      this.#unadmitted = undefined;
    }
    this.#conversation.say(control.takeSteering());
  }

  /** `callsLeft`: how many tool calls may still be carried out. */
  step(callsLeft: number): Step {
    this.#options.control.approvals = new Approvals();
    return this.#step(new MessageFold(this.#caller.origin), callsLeft);
  }

  /** A step whose answer has ended, and some of whose calls may be answered. */
  resumedStep(callsLeft: number, pending: PendingStep): Step {
    const step = this.#step(MessageFold.restore(pending.answer), callsLeft);
    step.restore(pending);
    return step;
  }

  /** The tool that takes the final answer is offered only to models that need it, but answers whoever calls it. */
  #withOutput(tools: readonly RunTool[]): readonly RunTool[] {
    const { output } = this.#options;
    return output === undefined ? tools : [...tools, output.tool];
  }

  #step(fold: MessageFold, callsLeft: number): Step {
    const { maxParallelTools, toolTimeoutMs, approve, control } = this.#options;
    const { schemaSteps } = this.#options;
    const options = { maxParallelTools, toolTimeoutMs, schemaSteps, approve, approvals: control.approvals };
    const runner = new ToolRunner(this.#tools, options, this.#request.signal);
    const account = new StepAccount(this.#meter, this.#conversation, this.#caller, this.#specs);
    return new Step(fold, runner, this.#tools, this.#conversation, callsLeft, account);
  }

  request(): Omit<ModelRequest, "model" | "gatewayOptions"> {
    return { ...this.#request, tools: this.#specs, messages: this.#conversation.messages };
  }

  /** The same history again, with the unfinished answer last. */
  continuation(unfinished: AssistantMessage): Omit<ModelRequest, "model" | "gatewayOptions"> {
    const request = this.request();
    return { ...request, messages: [...request.messages, unfinished], continuesAnswer: true };
  }
}
