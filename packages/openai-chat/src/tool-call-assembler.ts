import { type HeldBytes, isObject, type JsonObject, type JsonValue, type ModelEvent } from "@waygate/core/plugin";
import { ArgumentPieces, type ReadArguments } from "./argument-pieces.ts";
import { splitValues } from "./json-scanner.ts";

interface Call {
  /** The id that the service sent. */
  sentId: string | undefined;
  /** The id in events: the service's, if it came in time and is unique. */
  id: string | undefined;
  name: string;
  readonly pieces: ArgumentPieces;
  /** Pieces that came before `tool-call-start`. */
  held: string[];
  announced: boolean;
  /** Whether more of its arguments has come since it was last looked at for its end. */
  grown: boolean;
  state: JsonObject | undefined;
  /** The arguments, once the call has ended, and what came for it afterwards. */
  ended: { readonly text: string; late: string } | undefined;
}

/** One entry of `tool_calls`. Any field may be missing. */
interface Delta {
  readonly index: number | undefined;
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly arguments: string | undefined;
  readonly state: JsonObject | undefined;
}

/**
 * Assembles tool calls from the pieces of a stream. Services omit the index or the id, use one index for all calls, and repeat
 * or split names. An entry belongs to the only call that it can mean, and each kind of deviation is one notice.
 */
export class ToolCallAssembler {
  readonly #offered: ReadonlySet<string>;
  readonly #held: HeldBytes;
  readonly #calls: Call[] = [];
  /** By the ids that the service sent, the first of each. */
  readonly #bySentId = new Map<string, Call>();
  /** In the order of their `tool-call-start`. */
  readonly #announced: Call[] = [];
  /** Those of them that have grown. */
  #grown: Call[] = [];
  readonly #byIndex = new Map<number, Call>();
  readonly #usedIds = new Set<string>();
  readonly #noticed = new Set<string>();

  /** `offered`: the names of the request's tools. `held`: counts what is kept before it is in an event. */
  constructor(offered: ReadonlySet<string>, held: HeldBytes) {
    this.#offered = offered;
    this.#held = held;
  }

  get any(): boolean {
    return this.#calls.length > 0;
  }

  /**
   * The name of a call whose arguments changed after it had ended, if there is one. A read-only tool may have started by
   * then, so the call cannot be corrected.
   */
  get contradicted(): string | undefined {
    return this.#announced.find(({ ended }) => ended !== undefined && !isRepeated(ended.text, ended.late))?.name;
  }

  /** Reads one entry of `tool_calls`. */
  add(entry: unknown, events: ModelEvent[]): void {
    if (!isObject(entry)) {
      this.#notice(events, "tool-call-entry-empty", "An entry of tool_calls was empty.");
      return;
    }
    const delta = readDelta(entry);
    const call = this.#callFor(delta, events);
    if (call.ended !== undefined) {
      this.#addLate(call, call.ended, delta, events);
      return;
    }
    if (delta.id !== undefined) this.#identify(call, delta.id);
    if (delta.state !== undefined) call.state = { ...call.state, ...delta.state };
    if (delta.name !== undefined) this.#addName(call, delta.name, events);
    if (delta.arguments !== undefined && delta.arguments !== "") {
      call.pieces.add(delta.arguments);
      if (!call.announced && call.name !== "") this.#announce(call, events);
      if (call.announced) {
        this.#grow(call);
        events.push({ type: "tool-call-delta", id: idOf(call), text: delta.arguments });
      } else {
        this.#held.add(delta.arguments.length);
        call.held.push(delta.arguments);
      }
    } else if (!call.announced && this.#offered.has(call.name)) {
      this.#announce(call, events);
    }
  }

  /** Ends all calls. `cutOff`: the answer was cut off by its length. */
  end(cutOff: boolean, events: ModelEvent[]): void {
    for (const call of this.#calls) {
      if (call.name === "") {
        this.#notice(events, "tool-call-name-missing", "A tool call came without a name and cannot be run.");
        call.name = "unnamed";
      }
      if (!call.announced) this.#announce(call, events);
    }
    for (const call of this.#announced) {
      if (call.ended === undefined) this.#end(call, call.pieces.read(cutOff), events);
    }
  }

  #end(call: Call, { text, complete, deviation }: ReadArguments, events: ModelEvent[]): void {
    if (deviation !== undefined) this.#notice(events, deviation.code, deviation.message);
    call.ended = { text, late: "" };
    const state = call.state as JsonValue | undefined;
    const end = { type: "tool-call-end", id: idOf(call), arguments: text, complete } as const;
    events.push(state === undefined ? end : { ...end, state });
  }

  /**
   * Ends earlier calls when another one begins, so that read-only tools need not wait for the whole answer: the calls whose
   * arguments are one complete object. An empty object may stand for arguments that are still to come. A call that has not
   * grown is not checked again, so that many calls do not take quadratic time.
   */
  #endEarlier(events: ModelEvent[]): void {
    const grown = this.#grown;
    this.#grown = [];
    for (const call of grown) {
      call.grown = false;
      if (call.pieces.incomplete) continue;
      const read = call.pieces.read(false);
      const whole = isObject(read.value) && Object.keys(read.value).length > 0 && read.deviation === undefined;
      if (whole) this.#end(call, read, events);
    }
  }

  #identify(call: Call, sentId: string): void {
    call.sentId ??= sentId;
    if (!this.#bySentId.has(call.sentId)) this.#bySentId.set(call.sentId, call);
  }

  #grow(call: Call): void {
    if (call.grown) return;
    call.grown = true;
    this.#grown.push(call);
  }

  #addLate(call: Call, ended: { late: string }, delta: Delta, events: ModelEvent[]): void {
    this.#held.add(delta.arguments?.length ?? 0);
    ended.late += delta.arguments ?? "";
    if (ended.late.trim() !== "") {
      this.#notice(
        events,
        "tool-arguments-repeated",
        "The service sent its arguments more than once; they were read once.",
      );
    }
    if (delta.state === undefined || JSON.stringify(delta.state) === JSON.stringify(call.state)) return;
    this.#notice(events, "tool-call-state-late", "State of a tool call came after its end, and was left out.");
  }

  #callFor(delta: Delta, events: ModelEvent[]): Call {
    const { index, id, name } = delta;
    if (index !== undefined) {
      const current = this.#byIndex.get(index);
      if (current !== undefined && !this.#isAnother(current, delta)) return current;
      if (current !== undefined) {
        this.#notice(
          events,
          "tool-call-index-shared",
          "Several tool calls came under one index; their ids tell them apart.",
        );
      }
      return this.#begin(index);
    }
    this.#notice(events, "tool-call-index-missing", "Tool calls came without an index.");
    const known = id === undefined ? undefined : this.#bySentId.get(id);
    if (known !== undefined) return known;
    const last = this.#calls[this.#calls.length - 1];
    if (last === undefined) return this.#begin(undefined);
    if (id !== undefined) return this.#isAnother(last, delta) ? this.#begin(undefined) : last;
    return name !== undefined && this.#beginsAnother(last, name) ? this.#begin(undefined) : last;
  }

  /** Whether an entry with the index of a call begins another call. An id may come late, or change within one call. */
  #isAnother(current: Call, { id, name }: Delta): boolean {
    if (id === undefined || current.sentId === undefined || id === current.sentId) return false;
    if (name === undefined) return false;
    return name !== current.name || !current.pieces.incomplete;
  }

  /** Whether a name begins another call, if there is neither an index nor an id. Open arguments are continued. */
  #beginsAnother(last: Call, name: string): boolean {
    if (last.name === "" || last.pieces.incomplete) return false;
    return !last.pieces.empty || (name !== last.name && this.#offered.has(last.name));
  }

  #begin(index: number | undefined): Call {
    this.#held.add(leastCall);
    const pieces = new ArgumentPieces();
    const call: Call = {
      sentId: undefined,
      id: undefined,
      name: "",
      pieces,
      held: [],
      announced: false,
      grown: false,
      state: undefined,
      ended: undefined,
    };
    this.#calls.push(call);
    if (index !== undefined) this.#byIndex.set(index, call);
    return call;
  }

  /** Adds a name, which comes whole, repeated, or in fragments. */
  #addName(call: Call, name: string, events: ModelEvent[]): void {
    if (call.name === name || call.announced || this.#offered.has(call.name)) return;
    this.#held.add(name.length);
    if (call.name === "" || name.startsWith(call.name)) {
      call.name = name;
    } else {
      call.name += name;
      this.#notice(events, "tool-call-name-split", "The name of a tool came in pieces.");
    }
    if (!call.pieces.empty) this.#announce(call, events);
  }

  #announce(call: Call, events: ModelEvent[]): void {
    this.#endEarlier(events);
    call.announced = true;
    this.#announced.push(call);
    call.id = this.#uniqueId(call, events);
    events.push({ type: "tool-call-start", id: call.id, name: call.name });
    for (const text of call.held) events.push({ type: "tool-call-delta", id: call.id, text });
    call.held = [];
    if (!call.pieces.empty) this.#grow(call);
  }

  #uniqueId(call: Call, events: ModelEvent[]): string {
    const sent = call.sentId;
    if (sent !== undefined && !this.#usedIds.has(sent)) {
      this.#usedIds.add(sent);
      return sent;
    }
    const why = sent === undefined ? "without an id" : "with the id of another";
    this.#notice(events, "tool-call-id-made", `A tool call came ${why} and was given one.`);
    const id = `call_${crypto.randomUUID().replaceAll("-", "")}`;
    this.#usedIds.add(id);
    return id;
  }

  #notice(events: ModelEvent[], code: string, message: string): void {
    if (this.#noticed.has(code)) return;
    this.#noticed.add(code);
    events.push({ type: "notice", code, message });
  }
}

/** What a call takes that says nothing. */
const leastCall = 100;

/** Whether a text is the same arguments again, once or several times. */
function isRepeated(text: string, late: string): boolean {
  return late.trim() === "" || splitValues(late)?.every((value) => value === text.trim()) === true;
}

function idOf(call: Call): string {
  return call.id ?? "";
}

function readDelta(entry: Record<string, unknown>): Delta {
  const called = isObject(entry.function) ? entry.function : {};
  return {
    index: readIndex(entry.index),
    id: text(entry.id),
    name: text(called.name),
    arguments: readArguments(called.arguments),
    // Gemini's thought signatures, which are sent back with the call.
    state: isObject(entry.extra_content) ? ({ extra_content: entry.extra_content } as JsonObject) : undefined,
  };
}

/** Reads an index, a number or a text. Null, -1 and other values mean that there is none. */
function readIndex(value: unknown): number | undefined {
  const index = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof index === "number" && Number.isInteger(index) && index >= 0 ? index : undefined;
}

function readArguments(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? undefined : JSON.stringify(value);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
