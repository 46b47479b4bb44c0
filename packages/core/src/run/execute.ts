import { longestTimerMs } from "../contract/deadlines.ts";
import type { JsonValue } from "../contract/json.ts";
import type { ToolCallPart, ToolResultPart } from "../contract/message.ts";
import type { FoldedCall } from "../stream/fold.ts";
import type { RunEvent } from "./event.ts";
import { checkArguments, readOutput, type Tool } from "./tool.ts";

/**
 * Carries out the tool calls of one step, several at a time. Tools push nothing on anybody: their events wait here
 * until they are taken, and a tool that reports progress is held up until its last report was taken.
 */
export class ToolRunner {
  readonly #tools: ReadonlyMap<string, Tool>;
  readonly #limit: number;
  readonly #signal: AbortSignal;
  readonly #timeoutMs: number | undefined;
  readonly #results = new Map<string, ToolResultPart>();
  readonly #begun = new Set<string>();
  readonly #queue: FoldedCall[] = [];
  #running = 0;
  #events: RunEvent[] = [];
  #wake: (() => void) | undefined;
  #taken: (() => void)[] = [];

  /** `limit`: how many tools work at the same time. `timeoutMs`: for tools that have no limit of their own. */
  constructor(tools: ReadonlyMap<string, Tool>, limit: number, signal: AbortSignal, timeoutMs: number | undefined) {
    this.#timeoutMs = timeoutMs;
    this.#tools = tools;
    this.#limit = limit;
    this.#signal = signal;
  }

  /** The results so far, by the id of the call. */
  get results(): ReadonlyMap<string, ToolResultPart> {
    return this.#results;
  }

  /** Whether a call's tool has begun to work. */
  hasBegun(id: string): boolean {
    return this.#begun.has(id);
  }

  /** Whether events wait to be taken. */
  get hasEvents(): boolean {
    return this.#events.length > 0;
  }

  start(call: FoldedCall): void {
    this.#queue.push(call);
    this.#fill();
  }

  /** Answers a call with an error instead of carrying it out. */
  refuse(call: ToolCallPart, text: string): void {
    this.#finish(failure(call, text));
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

  /** Waits for the next events; undefined when every call is answered. Rejects at once when the run is aborted. */
  async next(): Promise<readonly RunEvent[] | undefined> {
    this.#signal.throwIfAborted();
    while (this.#events.length === 0) {
      if (this.#running === 0 && this.#queue.length === 0) return undefined;
      await new Promise<void>((resolve, reject) => {
        const onAbort = () => reject(this.#signal.reason);
        this.#signal.addEventListener("abort", onAbort, { once: true });
        this.#wake = () => {
          this.#signal.removeEventListener("abort", onAbort);
          resolve();
        };
      });
    }
    return this.take();
  }

  #fill(): void {
    while (this.#running < this.#limit) {
      const call = this.#queue.shift();
      if (call === undefined) return;
      this.#running++;
      this.#answer(call).then((result) => {
        this.#running--;
        // After an abort the call has been answered as cancelled: what a stubborn tool still says is too late.
        if (this.#signal.aborted) return;
        this.#finish(result);
        this.#fill();
      });
    }
  }

  #finish(result: ToolResultPart): void {
    this.#results.set(result.id, result);
    this.#emit({ type: "tool-result", id: result.id, name: result.name, result });
  }

  /** Never rejects: whatever goes wrong is an answer that the model reads. */
  async #answer({ part, value }: FoldedCall): Promise<ToolResultPart> {
    if (part.status === "truncated") {
      return failure(part, "This call was cut off before its arguments were complete, so it was not carried out.");
    }
    if (part.status === "invalid" || value === undefined) {
      return failure(
        part,
        `The arguments are not valid JSON, so the call was not carried out: ${excerpt(part.arguments)}`,
      );
    }
    const tool = this.#tools.get(part.name);
    if (tool === undefined) {
      const names = [...this.#tools.keys()].join(", ");
      return failure(part, `There is no tool "${part.name}". The tools are: ${names || "none"}.`);
    }
    try {
      const checked = await checkArguments(tool, value);
      if (!checked.ok) return failure(part, checked.message);
      this.#signal.throwIfAborted();
      this.#begun.add(part.id);
      this.#emit({ type: "tool-start", id: part.id, name: part.name, arguments: value });
      const limit = tool.timeoutMs ?? this.#timeoutMs ?? Number.POSITIVE_INFINITY;
      const work = (signal: AbortSignal) => this.#execute(tool, part, checked.value, signal);
      const { content, isError } = readOutput(
        await (limit > longestTimerMs ? work(this.#signal) : this.#inTime(limit, work)),
      );
      return { type: "tool-result", id: part.id, name: part.name, content, isError };
    } catch (error) {
      return failure(part, errorText(error));
    }
  }

  /** Gives work up that takes too long, whether it heeds its signal or not. */
  async #inTime<Result>(limit: number, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const controller = new AbortController();
    const onAbort = () => controller.abort(this.#signal.reason);
    this.#signal.addEventListener("abort", onAbort, { once: true });
    const late = new Error(`It did not finish within ${limit / 1000} s and was given up.`);
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      controller.abort(late);
      reject(late);
    }, limit);
    try {
      return await Promise.race([work(controller.signal), promise]);
    } finally {
      clearTimeout(timer);
      this.#signal.removeEventListener("abort", onAbort);
    }
  }

  async #execute(tool: Tool, part: ToolCallPart, args: unknown, signal: AbortSignal): Promise<unknown> {
    // The arguments were checked against the tool's own schema, which is all that `never` stands for.
    const returned: unknown = await tool.execute(args as never, { id: part.id, signal });
    if (!isGenerator(returned)) return returned;
    for (;;) {
      const { done, value } = await returned.next();
      if (done === true) return value;
      if (!signal.aborted) this.#emit({ type: "tool-progress", id: part.id, name: part.name, value });
      if (signal.aborted || !(await this.#untilTaken())) {
        await returned.return(undefined);
        return undefined;
      }
    }
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
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}

function isGenerator(value: unknown): value is AsyncGenerator<JsonValue, unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value && "next" in value;
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
