import type { JsonValue } from "../contract/json.ts";
import type {
  ServiceApprovalPart,
  ServiceApprovalRequestPart,
  ToolCallPart,
  ToolResultPart,
} from "../contract/message.ts";
import { cancelledResult } from "../stream/fit/words.ts";
import type { FoldedCall } from "../stream/fold.ts";
import { readArguments } from "../stream/read-arguments.ts";
import { type ApprovalDecision, type ApprovalRequest, type Approvals, type Approve, denial } from "./approval.ts";
import type { RunEvent } from "./event.ts";
import { checkArguments, type ExecutableTool, readOutput } from "./tool.ts";
import { work } from "./tool-work.ts";
import { trace } from "./trace.ts";

/** Answers to calls of a stored run. */
export interface RestoredAnswers {
  readonly results: readonly ToolResultPart[];
  readonly serviceApprovals: readonly ServiceApprovalPart[];
  /** The ids of the calls whose tools had begun to work. */
  readonly begun: readonly string[];
}

export interface ToolRunnerOptions {
  /** How many tools work at the same time. */
  readonly maxParallelTools: number;
  /** For tools that have no limit of their own, in milliseconds. */
  readonly toolTimeoutMs: number | undefined;
  /** How many steps the check of a call's arguments may take. */
  readonly schemaSteps: number;
  readonly approvals: Approvals;
  /** Decides about calls. If it is absent, `approvals` receives the decisions from the consumer. */
  readonly approve: Approve | undefined;
}

const noResults: ReadonlyMap<string, ToolResultPart> = new Map();
const noServiceApprovals: ReadonlyMap<string, ServiceApprovalPart> = new Map();
const noneBegun: ReadonlySet<string> = new Set();

/**
 * Carries out the tool calls of one step, several at a time. Tools push nothing on anybody: their events wait here
 * until they are taken, and a tool that reports progress is held up until its last report was taken.
 */
export class ToolRunner {
  readonly #tools: ReadonlyMap<string, ExecutableTool>;
  readonly #options: ToolRunnerOptions;
  readonly #signal: AbortSignal;
  /** These are created with the first call: most answers have none. */
  #results: Map<string, ToolResultPart> | undefined;
  #serviceApprovals: Map<string, ServiceApprovalPart> | undefined;
  #begun: Set<string> | undefined;
  /** Calls that wait for their turn; what each holds lets it go on. */
  #queue: (() => void)[] = [];
  /** How many of them have had their turn: to shift a long list moves all of it. */
  #served = 0;
  #running = 0;
  /** How many calls wait for approval. They occupy no parallel slot. */
  #asking = 0;
  #paused = false;
  #events: RunEvent[] = [];
  #wake: (() => void) | undefined;
  #taken: (() => void)[] = [];

  constructor(tools: ReadonlyMap<string, ExecutableTool>, options: ToolRunnerOptions, signal: AbortSignal) {
    this.#tools = tools;
    this.#options = options;
    this.#signal = signal;
  }

  /** The results so far, by the id of the call. */
  get results(): ReadonlyMap<string, ToolResultPart> {
    return this.#results ?? noResults;
  }

  /** The decisions about calls that the service asked approval for, by the id of the request. */
  get serviceApprovals(): ReadonlyMap<string, ServiceApprovalPart> {
    return this.#serviceApprovals ?? noServiceApprovals;
  }

  /** The calls whose tools have begun to work. */
  get begun(): ReadonlySet<string> {
    return this.#begun ?? noneBegun;
  }

  /** Whether events wait to be taken. */
  get hasEvents(): boolean {
    return this.#events.length > 0;
  }

  start(call: FoldedCall): void {
    this.#answer(call).then((result) => {
      this.#running--;
      // After an abort the call has been answered as cancelled: what a stubborn tool still says is too late.
      if (this.#signal.aborted) return;
      this.#finish(result);
      this.#fill();
    });
  }

  /** Asks about a call that the service wants to execute. */
  askFor(request: ServiceApprovalRequestPart): void {
    this.#running++;
    this.#decide(request).then((part) => {
      this.#running--;
      if (this.#signal.aborted) return;
      this.#serviceApprovals ??= new Map();
      this.#serviceApprovals.set(part.id, part);
      this.#notify();
      this.#fill();
    });
  }

  async #decide({ id, name, arguments: text }: ServiceApprovalRequestPart): Promise<ServiceApprovalPart> {
    const { value = text } = readArguments({ arguments: text });
    try {
      const decision = await this.#approval({ id, name, arguments: value, executor: "service" });
      const denied = denial(name, decision);
      return {
        type: "service-approval",
        id,
        approved: denied === undefined,
        ...(denied !== undefined && { reason: denied }),
      };
    } catch (error) {
      return { type: "service-approval", id, approved: false, reason: errorText(error) };
    }
  }

  /** Answers a call with an error instead of carrying it out. */
  refuse(call: ToolCallPart, text: string): void {
    this.#finish(failure(call, text));
  }

  /** Takes up what was done elsewhere. Calls that had begun there, but have no result, are answered as cancelled. */
  restore(calls: readonly FoldedCall[], { results, serviceApprovals, begun }: RestoredAnswers): void {
    for (const result of results) this.#keep(result);
    for (const part of serviceApprovals) {
      this.#serviceApprovals ??= new Map();
      this.#serviceApprovals.set(part.id, part);
    }
    const parts = new Map(calls.map(({ part }) => [part.id, part]));
    for (const id of begun) {
      this.#begin(id);
      const part = parts.get(id);
      if (part !== undefined && !this.results.has(id)) this.#finish(cancelledResult(part, true));
    }
  }

  /** Has no further tool begin, and nobody waited for but those at work. */
  pause(): void {
    this.#paused = true;
    this.#notify();
  }

  /** The events since the last time. */
  take(): readonly RunEvent[] {
    const events = this.#events;
    this.#events = [];
    const taken = this.#taken;
    this.#taken = [];
    for (const resume of taken) resume();
    return events;
  }

  /**
   * Waits for the next events; undefined when every call is answered or, after `pause`, no tool is at work. Rejects at
   * once when the run is aborted.
   */
  async next(): Promise<readonly RunEvent[] | undefined> {
    this.#signal.throwIfAborted();
    while (this.#events.length === 0) {
      const waiting = this.#queue.length - this.#served + this.#asking;
      if (this.#running === 0 && (waiting === 0 || this.#paused)) return undefined;
      await new Promise<void>((resolve, reject) => {
        const onAbort = () => reject(this.#signal.reason);
        this.#signal.addEventListener("abort", onAbort, { once: true });
        const wake = () => {
          this.#signal.removeEventListener("abort", onAbort);
          resolve();
        };
        this.#wake = wake;
      });
    }
    return this.take();
  }

  /** Resolves when it is a call's turn. Calls get their turns in the order in which they come. */
  #turn(): Promise<void> | undefined {
    if (this.#running < this.#options.maxParallelTools && !this.#paused) {
      this.#running++;
      return undefined;
    }
    return new Promise((resolve) => this.#queue.push(resolve));
  }

  #fill(): void {
    while (!this.#paused && this.#running < this.#options.maxParallelTools) {
      const go = this.#queue[this.#served];
      if (go === undefined) return;
      this.#served++;
      if (this.#served === this.#queue.length) {
        this.#queue = [];
        this.#served = 0;
      }
      this.#running++;
      go();
    }
  }

  #finish(result: ToolResultPart): void {
    this.#keep(result);
    this.#emit({ type: "tool-result", id: result.id, name: result.name, result });
  }

  #keep(result: ToolResultPart): void {
    this.#results ??= new Map();
    this.#results.set(result.id, result);
  }

  #begin(id: string): void {
    this.#begun ??= new Set();
    this.#begun.add(id);
  }

  /** Holds a turn when it is done. Never rejects: whatever goes wrong is an answer that the model reads. */
  async #answer({ part, value }: FoldedCall): Promise<ToolResultPart> {
    const turn = this.#turn();
    if (turn !== undefined) await turn;
    if (part.status === "truncated") {
      return failure(part, "This call was cut off before its arguments were complete, so it was not carried out.");
    }
    if (part.status === "invalid" || value === undefined) {
      return failure(
        part,
        `The arguments are not valid JSON, so the call was not carried out: ${excerpt(part.arguments)}`,
      );
    }
    const { id, name } = part;
    const tool = this.#tools.get(name);
    if (tool === undefined) {
      const names = [...this.#tools.keys()].join(", ");
      return failure(part, `There is no tool "${name}". The tools are: ${names || "none"}.`);
    }
    try {
      const checked = await checkArguments(tool, value, this.#options.schemaSteps);
      if (!checked.ok) return failure(part, checked.message);
      const context = { id, signal: this.#signal };
      const { approval = "never" } = tool;
      // No promise where there is no rule: tools of one answer are to begin in the same turn.
      const needed =
        typeof approval === "function" ? await approval(checked.value as never, context) : approval === "always";
      if (needed !== false) {
        const details = needed === true ? undefined : needed;
        // A copy: whatever is done to the request, the tool runs with the arguments that were shown.
        const denied = denial(name, await this.#approval({ id, name, arguments: structuredClone(value), details }));
        if (denied !== undefined) return failure(part, denied);
      }
      this.#signal.throwIfAborted();
      this.#begin(id);
      this.#emit({ type: "tool-start", id, name, arguments: value });
      const limitMs = tool.timeoutMs ?? this.#options.toolTimeoutMs ?? Number.POSITIVE_INFINITY;
      const report = (progress: JsonValue) => {
        this.#emit({ type: "tool-progress", id, name, value: progress });
        return this.#untilTaken();
      };
      const tracing = trace("waygate.tool", () => ({ id, name, arguments: value }));
      try {
        const working = () => work(tool, checked.value, context, limitMs, report);
        const { content, isError } = readOutput(await (tracing === undefined ? working() : tracing.in(working)));
        tracing?.end({ content, isError });
        return { type: "tool-result", id, name, content, isError };
      } catch (error) {
        tracing?.fail(error);
        throw error;
      }
    } catch (error) {
      return failure(part, errorText(error));
    }
  }

  /** Waits for a decision without occupying one of the parallel slots. */
  async #approval(request: ApprovalRequest): Promise<ApprovalDecision> {
    const { approvals, approve } = this.#options;
    const known = approvals.decisionOf(request);
    if (known !== undefined) return known;
    this.#running--;
    this.#asking++;
    this.#emit({ type: "approval-request", ...request });
    this.#fill();
    const { decided, decide } = approvals.ask(request);
    if (approve !== undefined) {
      const asked = Promise.resolve(request).then((asking) => approve(asking, { signal: this.#signal }));
      asked.then(decide, (error) => decide({ approved: false, reason: errorText(error) }));
    }
    const decision = await decided;
    // Queued before `#asking` is decremented: otherwise `next()` could see no work left and end the step.
    const turn = this.#turn();
    this.#asking--;
    await turn;
    return decision;
  }

  /** Waits until the events were taken; false where the run was aborted instead. */
  async #untilTaken(): Promise<boolean> {
    await new Promise<void>((resolve) => {
      if (this.#signal.aborted) return resolve();
      const settle = () => {
        this.#signal.removeEventListener("abort", settle);
        resolve();
      };
      this.#signal.addEventListener("abort", settle, { once: true });
      this.#taken.push(settle);
    });
    return !this.#signal.aborted;
  }

  #emit(event: RunEvent): void {
    if (this.#signal.aborted) return;
    this.#events.push(event);
    this.#notify();
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}

function failure(call: ToolCallPart, text: string): ToolResultPart {
  return { type: "tool-result", id: call.id, name: call.name, content: [{ type: "text", text }], isError: true };
}

/** An error's own words; its kind only where that says something. */
function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === "Error" ? error.message : `${error.name}: ${error.message}`;
}

/** Enough of a text for a model to see what was wrong with it. */
function excerpt(text: string): string {
  return text.length <= 400 ? text : `${text.slice(0, 400)}…`;
}
