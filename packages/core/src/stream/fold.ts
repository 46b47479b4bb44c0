import type {
  Cost,
  FinishEvent,
  ModelEvent,
  SourceEvent,
  ToolCallEndEvent,
  ToolCallStartEvent,
  Usage,
} from "../contract/event.ts";
import type { JsonValue } from "../contract/json.ts";
import type {
  AssistantMessage,
  AssistantPart,
  OpaqueState,
  Origin,
  ServiceApprovalRequestPart,
  SourcePart,
  ToolCallPart,
} from "../contract/message.ts";
import { answerPart, callPart, sourcePart, stateOf } from "./answer-part.ts";
import { readArguments } from "./read-arguments.ts";
import { addCost, addUsage } from "./usage-sum.ts";

/** A call that the client is to execute, with its parsed arguments. */
export interface FoldedCall {
  readonly part: ToolCallPart;
  /** The JSON value, or the text of a freeform call. `undefined` unless `part.status` is `"ok"`. */
  readonly value: JsonValue | undefined;
}

/** Text or reasoning that deltas are still added to. */
interface OpenBlock {
  readonly type: "text" | "reasoning";
  text: string;
  summary?: boolean;
  state?: OpaqueState;
}

/** A call whose arguments are still on their way. */
interface OpenCall {
  readonly type: "open-call";
  /** Its place in the message. */
  readonly index: number;
  readonly start: ToolCallStartEvent;
  arguments: string;
}

type BuildingPart = AssistantPart | OpenBlock | OpenCall;

/** How many deltas are joined at a time. */
const manyPieces = 32;

/** A fold as plain data, in the middle of an answer or after it. */
export interface SavedFold {
  readonly version: 1;
  readonly origin: Origin;
  /** As `message()` returns it. */
  readonly message: AssistantMessage;
  /** The places of the text and reasoning parts that are still open, with their block numbers. */
  readonly open: readonly { readonly index: number; readonly block?: number }[];
  /** The ids of the calls in the message that have not ended. */
  readonly openCalls: readonly string[];
  /** The ids of the client's calls that have ended, in the order in which they ended. */
  readonly calls: readonly string[];
  readonly usage?: Usage;
  readonly costs?: readonly Cost[];
  readonly finish?: FinishEvent;
}

/**
 * Folds the events of one answer into a message. It can be stored in the middle of an answer and continue elsewhere.
 */
export class MessageFold {
  #origin: Origin;
  readonly #parts: BuildingPart[] = [];
  /** These three are created with their first entry: most answers need none. */
  #openCalls: Map<string, OpenCall> | undefined;
  /** Sources that wait for the text that they belong to. */
  #sources: SourcePart[] | undefined;
  /** The open blocks that have a number. */
  #blocks: Map<string, OpenBlock> | undefined;
  /** The open blocks without a number. */
  #text: OpenBlock | undefined;
  #reasoning: OpenBlock | undefined;
  readonly #calls: FoldedCall[] = [];
  /** The block that the last delta was added to. */
  #open: OpenBlock | undefined;
  #openNumber: number | undefined;
  /** Deltas that are not joined yet: text that grows delta by delta takes several times its memory. */
  #pieces: string[] = [];
  #state: OpaqueState | undefined;
  usage: Usage | undefined;
  /** One for each currency. */
  costs: readonly Cost[] = [];
  finish: FinishEvent | undefined;
  /** Usage and costs of the answer up to its last pause. */
  #earlierUsage: Usage | undefined;
  #earlierCosts: readonly Cost[] = [];

  /** `origin` tags opaque state. The upstream is learnt from the events. */
  constructor(origin: Origin) {
    this.#origin = origin;
  }

  /** Continues from what `save` returned. */
  static restore(saved: SavedFold): MessageFold {
    const fold = new MessageFold(saved.origin);
    const openCalls = new Set(saved.openCalls);
    const ended = new Map<string, FoldedCall>();
    for (const [index, part] of saved.message.content.entries()) {
      if (part.type === "tool-call" && openCalls.has(part.id)) {
        fold.#openCalls ??= new Map();
        const { id, name, executor, format } = part;
        const start: ToolCallStartEvent = { type: "tool-call-start", id, name, executor, format };
        const call: OpenCall = { type: "open-call", index, start, arguments: part.arguments };
        fold.#openCalls.set(id, call);
        fold.#parts.push(call);
        continue;
      }
      fold.#parts.push({ ...part });
      if (part.type === "tool-call") ended.set(part.id, { part, value: readArguments(part).value });
    }
    for (const id of saved.calls) {
      const call = ended.get(id);
      if (call !== undefined) fold.#calls.push(call);
    }
    for (const { index, block } of saved.open) {
      const part = fold.#parts[index];
      if (part?.type !== "text" && part?.type !== "reasoning") continue;
      fold.#register(part as OpenBlock, block);
    }
    fold.#state = saved.message.state;
    fold.usage = saved.usage;
    fold.costs = saved.costs ?? [];
    fold.finish = saved.finish;
    return fold;
  }

  /** Sets another origin. Nothing has been added yet. */
  answeredBy(origin: Origin): void {
    this.#origin = origin;
  }

  /** The client's calls that have ended, in the order in which they ended. Calls that the service executes are not among them. */
  get calls(): readonly FoldedCall[] {
    return this.#calls;
  }

  /** The approvals that the service asks for. */
  get approvalRequests(): readonly ServiceApprovalRequestPart[] {
    return this.#parts.filter((part) => part.type === "service-approval-request");
  }

  /** Whether a call that the service executes is still without its result. */
  get awaitsService(): boolean {
    return this.message().content.some((part) => part.type === "tool-call" && part.status === "unanswered");
  }

  /** Continues with the next answer, which goes on where this one paused. Usage of the two is added up. */
  resumeAfterPause(): void {
    this.#closeAll();
    this.#earlierUsage = this.usage;
    this.#earlierCosts = this.costs;
    this.finish = undefined;
  }

  add(event: ModelEvent): void {
    switch (event.type) {
      case "text-delta":
        this.#append("text", event.text, event.block);
        break;
      case "reasoning-delta":
        this.#append("reasoning", event.text, event.block);
        if (event.summary === true && this.#open !== undefined) this.#open.summary = true;
        break;
      case "text-end":
        this.#endBlock("text", event.block, event.state);
        break;
      case "reasoning-end":
        this.#endBlock("reasoning", event.block, event.state);
        break;
      case "tool-call-start": {
        this.#closeText();
        const call: OpenCall = { type: "open-call", index: this.#parts.length, start: event, arguments: "" };
        this.#openCalls ??= new Map();
        this.#openCalls.set(event.id, call);
        this.#parts.push(call);
        break;
      }
      case "tool-call-delta":
        // Only ever appended to: reading it here would flatten the rope and cost quadratic time.
        this.#openCall(event.id).arguments += event.text;
        break;
      case "tool-call-end":
        this.#endCall(this.#openCall(event.id), event);
        break;
      case "source":
        this.#addSource(event);
        break;
      case "media":
        if (event.partial !== true) this.#push(answerPart(event, this.#origin));
        break;
      case "service-tool-result":
      case "service-approval-request":
      case "opaque":
        this.#push(answerPart(event, this.#origin));
        break;
      case "response-start":
        if (event.upstream !== undefined) this.#origin = { ...this.#origin, upstream: event.upstream };
        break;
      case "usage":
        this.usage = this.#earlierUsage === undefined ? event.usage : addUsage(this.#earlierUsage, event.usage);
        // A later report without a cost says nothing about it.
        if (event.cost !== undefined) this.costs = addCost(this.#earlierCosts, event.cost);
        break;
      case "finish":
        this.#closeAll();
        this.finish = event;
        if (event.state !== undefined) this.#state = { origin: this.#origin, data: event.state };
        break;
      case "notice":
        break;
    }
  }

  /** The message so far. A tool call that has not ended is `truncated` in it. */
  message(): AssistantMessage {
    this.#gather();
    const results = this.#resultIds();
    const content = this.#parts.map((part): AssistantPart => {
      if (part.type === "open-call") {
        const { start } = part;
        return { ...callPart(start), arguments: part.arguments, status: "truncated" };
      }
      if (part.type === "tool-call" && part.executor === "service" && part.status !== "truncated") {
        return { ...part, status: results.has(part.id) ? "ok" : "unanswered" };
      }
      return { ...part };
    });
    for (const source of this.#sources ?? []) content.push({ ...source, part: "message" });
    return { role: "assistant", content, ...(this.#state !== undefined && { state: this.#state }) };
  }

  /** Everything that it holds, as plain data for `restore`. */
  save(): SavedFold {
    const { usage, costs, finish } = this;
    const open = this.#openBlocks().map(([part, block]) => {
      const index = this.#parts.indexOf(part);
      return block === undefined ? { index } : { index, block };
    });
    return {
      version: 1,
      origin: this.#origin,
      message: this.message(),
      open,
      openCalls: [...(this.#openCalls?.keys() ?? [])],
      calls: this.#calls.map(({ part }) => part.id),
      ...(usage && { usage }),
      ...(costs.length > 0 && { costs }),
      ...(finish && { finish }),
    };
  }

  #append(type: "text" | "reasoning", text: string, block: number | undefined): void {
    const open = this.#open;
    if (open === undefined || open.type !== type || this.#openNumber !== block) this.#turnTo(type, block);
    if (this.#pieces.push(text) === manyPieces) this.#gather();
  }

  /** Makes the block of this type and number the one that deltas are added to; opens it if it is not open. */
  #turnTo(type: "text" | "reasoning", block: number | undefined): void {
    this.#gather();
    const known = this.#openBlock(type, block);
    if (known !== undefined) {
      this.#open = known;
      this.#openNumber = block;
      return;
    }
    if (block === undefined && type === "reasoning") this.#closeText();
    const part: OpenBlock = { type, text: "" };
    this.#parts.push(part);
    this.#register(part, block);
    if (type === "text") this.#placeSources();
  }

  #openBlock(type: "text" | "reasoning", block: number | undefined): OpenBlock | undefined {
    if (block !== undefined) return this.#blocks?.get(keyOf(type, block));
    return type === "text" ? this.#text : this.#reasoning;
  }

  #register(part: OpenBlock, block: number | undefined): void {
    if (block !== undefined) {
      this.#blocks ??= new Map();
      this.#blocks.set(keyOf(part.type, block), part);
    } else if (part.type === "text") this.#text = part;
    else this.#reasoning = part;
    this.#open = part;
    this.#openNumber = block;
  }

  #endBlock(type: "text" | "reasoning", block: number | undefined, data: JsonValue | undefined): void {
    this.#gather();
    let part = this.#openBlock(type, block);
    if (part === undefined) {
      if (data === undefined) return;
      // State without deltas, such as encrypted reasoning.
      if (type === "reasoning" && block === undefined) this.#closeText();
      part = { type, text: "" };
      this.#parts.push(part);
    }
    if (data !== undefined) part.state = { origin: this.#origin, data };
    if (block !== undefined) this.#blocks?.delete(keyOf(type, block));
    else if (type === "text") this.#text = undefined;
    else this.#reasoning = undefined;
    if (this.#open === part) this.#open = undefined;
  }

  #gather(): void {
    if (this.#open === undefined || this.#pieces.length === 0) return;
    this.#open.text += this.#pieces.join("");
    this.#pieces.length = 0;
  }

  /** Ends text without a number: what comes next is another part. */
  #closeText(): void {
    this.#gather();
    if (this.#open === this.#text) this.#open = undefined;
    this.#text = undefined;
  }

  #closeAll(): void {
    this.#gather();
    this.#blocks = undefined;
    this.#text = undefined;
    this.#reasoning = undefined;
    this.#open = undefined;
  }

  #push(part: AssistantPart): void {
    this.#closeText();
    this.#parts.push(part);
  }

  #endCall(open: OpenCall, event: ToolCallEndEvent): void {
    const { start, index } = open;
    const { text, status, value } = readArguments({ ...event, format: start.format });
    const part: ToolCallPart = { ...callPart(start), arguments: text, status, ...stateOf(event.state, this.#origin) };
    this.#parts[index] = part;
    this.#openCalls?.delete(event.id);
    if (part.executor === undefined) this.#calls.push({ part, value });
  }

  /** Sources stand behind the text that they belong to. One that comes before its text waits for it. */
  #addSource(event: SourceEvent): void {
    const part = sourcePart(event, this.#origin);
    const hasText = this.#text !== undefined || this.#open?.type === "text";
    if (part.part === "message" || hasText) {
      this.#parts.push(part);
      return;
    }
    this.#sources ??= [];
    this.#sources.push(part);
  }

  #placeSources(): void {
    if (this.#sources === undefined) return;
    this.#parts.push(...this.#sources);
    this.#sources = undefined;
  }

  #resultIds(): ReadonlySet<string> {
    const ids = new Set<string>();
    for (const part of this.#parts) if (part.type === "service-tool-result") ids.add(part.id);
    return ids;
  }

  /** The open blocks with their numbers. */
  #openBlocks(): readonly (readonly [OpenBlock, number | undefined])[] {
    const plain = [this.#text, this.#reasoning].filter((part) => part !== undefined);
    const numbered = [...(this.#blocks ?? [])].map(([key, part]) => [part, Number(key.split(" ")[1])] as const);
    return [...plain.map((part) => [part, undefined] as const), ...numbered];
  }

  #openCall(id: string): OpenCall {
    const call = this.#openCalls?.get(id);
    if (call === undefined) throw new TypeError(`No tool call "${id}" is open: the events are out of order.`);
    return call;
  }
}

function keyOf(type: "text" | "reasoning", block: number): string {
  return `${type} ${block}`;
}
