import type { Cost, FinishEvent, ModelEvent, Usage } from "../contract/event.ts";
import type { JsonValue } from "../contract/json.ts";
import type { AssistantMessage, AssistantPart, OpaqueState, Origin, ToolCallPart } from "../contract/message.ts";

/** A tool call as it stands in the message, with its parsed arguments. */
export interface FoldedCall {
  readonly part: ToolCallPart;
  /** Undefined unless `part.status` is `"ok"`. */
  readonly value: JsonValue | undefined;
}

type Building<Part> = { -readonly [Key in keyof Part]: Part[Key] };
type BuildingPart = Building<AssistantPart> | OpenCall;
interface OpenCall {
  type: "open-call";
  /** Its place in the message. */
  index: number;
  id: string;
  name: string;
  arguments: string;
}

/** So many deltas are put together at a time. */
const manyPieces = 32;

/** A fold as plain data, in the middle of an answer or after it. */
export interface SavedFold {
  readonly version: 1;
  readonly origin: Origin;
  /** As `message()` gives it. */
  readonly message: AssistantMessage;
  /** Whether the next delta goes on with the last part. */
  readonly open: boolean;
  /** The ids of the calls in the message that have not ended. */
  readonly openCalls: readonly string[];
  /** The calls that have ended, in the order in which they ended. `value`: absent unless the call is `ok`. */
  readonly calls: readonly { readonly id: string; readonly value?: JsonValue }[];
  readonly usage?: Usage;
  readonly cost?: Cost;
  readonly finish?: FinishEvent;
}

/**
 * Folds the events of one answer into the message that they say. It can be stored in the middle of an answer, and go on
 * somewhere else.
 */
export class MessageFold {
  #origin: Origin;
  readonly #parts: BuildingPart[] = [];
  /** Made with the first of them: most answers have none. */
  #openCalls: Map<string, OpenCall> | undefined;
  readonly #calls: FoldedCall[] = [];
  /** The part that the next delta of text or reasoning belongs to. */
  #open: { type: "text" | "reasoning"; text: string } | undefined;
  /** The deltas that it has still to be given: text that is added to delta by delta takes several times its memory. */
  #pieces: string[] = [];
  usage: Usage | undefined;
  cost: Cost | undefined;
  finish: FinishEvent | undefined;

  /** `origin`: who answers; opaque state is tagged with it. The upstream is learnt from the events. */
  constructor(origin: Origin) {
    this.#origin = origin;
  }

  /** Goes on from what `save` gave. */
  static restore(saved: SavedFold): MessageFold {
    const fold = new MessageFold(saved.origin);
    const openCalls = new Set(saved.openCalls);
    const values = new Map(saved.calls.map(({ id, value }) => [id, value]));
    const ended = new Map<string, FoldedCall>();
    for (const [index, part] of saved.message.content.entries()) {
      if (part.type === "tool-call" && openCalls.has(part.id)) {
        const { id, name } = part;
        const call: OpenCall = { type: "open-call", index, id, name, arguments: part.arguments };
        fold.#openCalls ??= new Map();
        fold.#openCalls.set(id, call);
        fold.#parts.push(call);
        continue;
      }
      fold.#parts.push({ ...part });
      if (part.type === "tool-call") ended.set(part.id, { part, value: values.get(part.id) });
    }
    for (const { id } of saved.calls) {
      const call = ended.get(id);
      if (call !== undefined) fold.#calls.push(call);
    }
    const last = fold.#parts.at(-1);
    if (saved.open && (last?.type === "text" || last?.type === "reasoning")) fold.#open = last;
    fold.usage = saved.usage;
    fold.cost = saved.cost;
    fold.finish = saved.finish;
    return fold;
  }

  /** Says that somebody else answers; nothing has been said yet. */
  answeredBy(origin: Origin): void {
    this.#origin = origin;
  }

  /** The calls that have ended, in the order in which they ended. */
  get calls(): readonly FoldedCall[] {
    return this.#calls;
  }

  add(event: ModelEvent): void {
    switch (event.type) {
      case "text-delta":
        this.#append("text", event.text);
        break;
      case "reasoning-delta":
        this.#append("reasoning", event.text);
        break;
      case "reasoning-end":
        this.#endReasoning(event.state);
        break;
      case "tool-call-start": {
        const { id, name } = event;
        const call: OpenCall = { type: "open-call", index: this.#parts.length, id, name, arguments: "" };
        this.#close();
        this.#openCalls ??= new Map();
        this.#openCalls.set(id, call);
        this.#parts.push(call);
        break;
      }
      case "tool-call-delta":
        // Only ever appended to: reading it here would flatten the rope and cost quadratic time.
        this.#openCall(event.id).arguments += event.text;
        break;
      case "tool-call-end": {
        const part: ToolCallPart = {
          type: "tool-call",
          id: event.id,
          name: event.name,
          arguments: event.arguments,
          status: event.status,
          ...this.#stateOf(event.state),
        };
        this.#parts[this.#openCall(event.id).index] = part;
        this.#openCalls?.delete(event.id);
        this.#calls.push({ part, value: event.value });
        break;
      }
      case "response-start":
        if (event.upstream !== undefined) this.#origin = { ...this.#origin, upstream: event.upstream };
        break;
      case "usage":
        this.usage = event.usage;
        // A later report without a cost says nothing about it.
        this.cost = event.cost ?? this.cost;
        break;
      case "finish":
        this.finish = event;
        break;
      case "notice":
        break;
    }
  }

  /** The message so far. A tool call that has not ended stands in it as `truncated`. */
  message(): AssistantMessage {
    this.#gather();
    const content = this.#parts.map((part): AssistantPart => {
      if (part.type !== "open-call") return { ...part };
      return { type: "tool-call", id: part.id, name: part.name, arguments: part.arguments, status: "truncated" };
    });
    return { role: "assistant", content };
  }

  /** All that it holds, as plain data for `restore`. */
  save(): SavedFold {
    const { usage, cost, finish } = this;
    return {
      version: 1,
      origin: this.#origin,
      message: this.message(),
      open: this.#open !== undefined,
      openCalls: [...(this.#openCalls?.keys() ?? [])],
      calls: this.#calls.map(({ part, value }) => (value === undefined ? { id: part.id } : { id: part.id, value })),
      ...(usage && { usage }),
      ...(cost && { cost }),
      ...(finish && { finish }),
    };
  }

  #append(type: "text" | "reasoning", text: string): void {
    if (this.#open?.type !== type) {
      this.#close();
      this.#open = { type, text: "" };
      this.#parts.push(this.#open);
    }
    if (this.#pieces.push(text) === manyPieces) this.#gather();
  }

  #gather(): void {
    if (this.#open === undefined || this.#pieces.length === 0) return;
    this.#open.text += this.#pieces.join("");
    this.#pieces.length = 0;
  }

  /** What comes next is another part. */
  #close(): void {
    this.#gather();
    this.#open = undefined;
  }

  #endReasoning(data: JsonValue | undefined): void {
    if (this.#open?.type !== "reasoning") {
      this.#close();
      this.#parts.push({ type: "reasoning", text: "", ...this.#stateOf(data) });
      return;
    }
    if (data !== undefined) Object.assign(this.#open, this.#stateOf(data));
    this.#close();
  }

  #stateOf(data: JsonValue | undefined): { state?: OpaqueState } {
    return data === undefined ? {} : { state: { origin: this.#origin, data } };
  }

  #openCall(id: string): OpenCall {
    const call = this.#openCalls?.get(id);
    if (call === undefined) throw new TypeError(`No tool call "${id}" is open: the events are out of order.`);
    return call;
  }
}
