import type { Cost, Usage } from "../contract/event.ts";
import type { Gateway } from "../contract/gateway.ts";
import type { Message } from "../contract/message.ts";
import type { ModelRequest } from "../contract/request.ts";
import { Conversation, type MessageInput } from "./conversation.ts";
import type { RunEndReason, RunEvent } from "./event.ts";
import { loop } from "./loop.ts";
import { type Tool, toolSpec } from "./tool.ts";

export interface RunOptions extends Omit<ModelRequest, "messages" | "tools" | "signal"> {
  /** From a registry: `registry.gateway(id)`. */
  readonly gateway: Gateway & { readonly id?: string };
  /** The conversation so far, the user's message last. It is not modified. */
  readonly messages: readonly MessageInput[];
  /** What the model may have done. Default: nothing. */
  readonly tools?: readonly Tool[] | undefined;
  /** How often the model is asked at most. Default: 50. Reaching it ends the run with the reason `max-steps`. */
  readonly maxSteps?: number | undefined;
  /** How many tools work at the same time. Default: 8. */
  readonly maxParallelTools?: number | undefined;
  /** Ends the run at any moment; its reason is thrown, unwrapped. */
  readonly signal?: AbortSignal | undefined;
}

export interface RunResult {
  readonly reason: RunEndReason;
  /** The text of the last answer. */
  readonly text: string;
  /** The whole conversation: what was handed in, and what the run added. */
  readonly messages: readonly Message[];
  readonly steps: number;
  readonly usage: Usage;
  readonly cost: Cost | undefined;
}

/**
 * A conversation going on: iterate it for its events, or await `result()` for its end. It begins with the first of the
 * two. It can be iterated once; what is left early (`break`) is aborted.
 */
export interface Run extends AsyncIterable<RunEvent, undefined, void>, AsyncDisposable {
  /** The conversation so far: always a valid history, also after an abort or a failure. */
  readonly messages: readonly Message[];
  /** Of all steps so far. */
  readonly usage: Usage;
  readonly cost: Cost | undefined;
  /** Runs to the end if nobody iterates. Rejects with what ended the run, if something did. */
  result(): Promise<RunResult>;
}

/**
 * Asks a model, carries out the tools that it calls, and asks again until it has answered. Nothing is sent before the
 * run is iterated or its result awaited. A gateway's failure is thrown as a `GatewayError`; a tool's failure is a
 * result that the model reads. Throws a `TypeError` at once for options that are wrong in themselves.
 */
export function run(options: RunOptions): Run {
  return new RunningConversation(options);
}

type Next = IteratorResult<RunEvent, undefined>;
const none: readonly RunEvent[] = [];

class RunningConversation implements Run, AsyncIterator<RunEvent, undefined, void> {
  readonly #conversation: Conversation;
  readonly #batches: AsyncGenerator<readonly RunEvent[], void, void>;
  readonly #controller = new AbortController();
  readonly #signal: AbortSignal | undefined;
  #batch = none;
  #index = 0;
  #pulling: Promise<Next> | undefined;
  #taken = false;
  #outcome: { readonly end: RunEvent & { type: "run-end" } } | { readonly error: unknown } | undefined;
  #settled: (() => void)[] = [];

  constructor(options: RunOptions) {
    const { gateway, messages, tools = [], maxSteps = 50, maxParallelTools = 8, signal, ...rest } = options;
    requirePositive("maxSteps", maxSteps);
    requirePositive("maxParallelTools", maxParallelTools);
    this.#signal = signal;
    this.#conversation = new Conversation(messages);
    const request = { ...rest, tools: tools.map(toolSpec), signal: this.#controller.signal };
    const abort = (reason: unknown) => this.#abort(reason);
    const byName = indexByName(tools);
    this.#batches = loop({ gateway, request, tools: byName, maxSteps, maxParallelTools, abort }, this.#conversation);
  }

  get messages(): readonly Message[] {
    return this.#conversation.messages;
  }

  get usage(): Usage {
    return this.#conversation.usage;
  }

  get cost(): Cost | undefined {
    return this.#conversation.cost;
  }

  [Symbol.asyncIterator](): AsyncIterator<RunEvent, undefined, void> {
    if (this.#taken) throw new TypeError("A run can be iterated once: keep its events, or start another run.");
    this.#taken = true;
    this.#listen();
    return this;
  }

  next(): Promise<Next> {
    const event = this.#batch[this.#index];
    if (event !== undefined) {
      this.#index++;
      return Promise.resolve({ done: false, value: event });
    }
    if (this.#pulling === undefined) {
      this.#pulling = this.#pull();
      return this.#pulling;
    }
    // Asked again before it answered: the batch on its way is handed out before another one is asked for.
    const again = () => this.next();
    return this.#pulling.then(again, again);
  }

  async return(): Promise<Next> {
    const reason = new DOMException("The run was left before it ended.", "AbortError");
    // Before the generator is asked to return: it may be waiting for what only the abort brings.
    if (this.#outcome === undefined) this.#abort(reason);
    await this.#batches.return();
    // Not the reason above: the run may have been aborted before it was left.
    this.#settle({ error: this.#controller.signal.reason });
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async result(): Promise<RunResult> {
    if (!this.#taken) {
      const events = this[Symbol.asyncIterator]();
      // The outcome, thrown or not, is read below.
      while (this.#outcome === undefined) await events.next().catch(() => undefined);
    }
    if (this.#outcome === undefined) await new Promise<void>((resolve) => this.#settled.push(resolve));
    const outcome = this.#outcome;
    if (outcome === undefined || "error" in outcome) throw outcome?.error;
    const { reason, steps, usage, cost } = outcome.end;
    const text = this.#conversation.answer.content.map((part) => (part.type === "text" ? part.text : "")).join("");
    return { reason, text, messages: this.messages, steps, usage, cost };
  }

  async #pull(): Promise<Next> {
    try {
      for (;;) {
        const { done, value } = await this.#batches.next();
        if (done === true) return { done: true, value: undefined };
        const first = value[0];
        const last = value[value.length - 1];
        if (last?.type === "run-end") this.#settle({ end: last });
        // Aborted while it was on its way: held back like the rest.
        else if (this.#controller.signal.aborted) continue;
        if (first === undefined) continue;
        this.#batch = value;
        this.#index = 1;
        return { done: false, value: first };
      }
    } catch (error) {
      this.#settle({ error });
      throw error;
    } finally {
      this.#pulling = undefined;
    }
  }

  /** Ends all that is under way. What was delivered, but not handed out yet, is held back. */
  #abort(reason: unknown): void {
    this.#batch = none;
    this.#controller.abort(reason);
  }

  #listen(): void {
    if (this.#signal?.aborted === true) this.#onAbort();
    else this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  readonly #onAbort = (): void => this.#abort(this.#signal?.reason);

  #settle(outcome: { readonly end: RunEvent & { type: "run-end" } } | { readonly error: unknown }): void {
    this.#signal?.removeEventListener("abort", this.#onAbort);
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    for (const resolve of this.#settled) resolve();
    this.#settled = [];
  }
}

function indexByName(tools: readonly Tool[]): ReadonlyMap<string, Tool> {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  if (byName.size < tools.length) {
    const twice = tools.find((tool, index) => tools.findIndex((other) => other.name === tool.name) < index);
    throw new TypeError(`Two tools are named "${twice?.name}": a model could not tell them apart.`);
  }
  return byName;
}

function requirePositive(name: string, value: number): void {
  if (!(Number.isInteger(value) && value > 0))
    throw new TypeError(`run: "${name}" must be a whole number above 0, not ${value}.`);
}
