import { isObject, type JsonValue, type ModelEvent } from "@waygate/core/plugin";
import type { Notices } from "../notices.ts";

/** A tool block that has begun. */
export interface Call {
  readonly id: string;
  readonly name: string;
  /** How its start had it. */
  readonly sent: { readonly id: unknown; readonly name: unknown };
  readonly pieces: string[];
}

/** Where a call stands in an answer that is not streamed. */
export interface Place {
  /** Whether the answer was ended before it came to its own end. */
  readonly cutOff: boolean;
  /** Whether nothing comes after the call. */
  readonly last: boolean;
}

/**
 * The client's tool calls of one answer. A call is ended where its block ends, if its arguments are JSON by then; one
 * whose arguments are not, or are empty, waits for the word on why the answer ended: they may have been cut off.
 */
export class ToolCalls {
  readonly #notices: Notices;
  /** Made with the first call. */
  #ids: Set<string> | undefined;
  readonly #held: Call[] = [];

  constructor(notices: Notices) {
    this.#notices = notices;
  }

  /** Whether any call has begun. */
  get any(): boolean {
    return this.#ids !== undefined;
  }

  begin(sentId: unknown, sentName: unknown, events: ModelEvent[]): Call {
    const name = typeof sentName === "string" && sentName !== "" ? sentName : this.#unnamed(events);
    const id = this.#unique(sentId, events);
    events.push({ type: "tool-call-start", id, name });
    return { id, name, sent: { id: sentId, name: sentName }, pieces: [] };
  }

  add(call: Call, input: unknown, events: ModelEvent[]): void {
    const nothing = input === undefined || input === null;
    const piece = typeof input === "string" ? input : nothing ? "" : JSON.stringify(input);
    if (piece === "") return;
    call.pieces.push(piece);
    events.push({ type: "tool-call-delta", id: call.id, text: piece });
  }

  /** The call's block has ended. */
  end(call: Call, events: ModelEvent[]): void {
    const text = call.pieces.join("");
    const value = text.trim() === "" ? undefined : parse(text);
    if (value === undefined) this.#held.push(call);
    else this.#finish(call, text, true, events);
  }

  /** Another block took the place of the call's, without a word on its end. */
  displace(call: Call, events: ModelEvent[]): void {
    const text = call.pieces.join("");
    this.#finish(call, text, parse(text) !== undefined, events);
  }

  /**
   * A call of an answer that is not streamed. Bedrock makes JSON of what there was when the answer was cut off, `{}` of
   * nothing: that it is JSON says nothing of whether it is whole.
   */
  whole(sent: Record<string, unknown>, { cutOff, last }: Place, events: ModelEvent[]): void {
    const call = this.begin(sent.toolUseId, sent.name, events);
    const input = (sent.input ?? {}) as JsonValue;
    const text = typeof input === "string" ? input : JSON.stringify(input);
    const value = text.trim() === "" ? {} : parse(text);
    this.#finish(call, text, !(cutOff && (last || isEmpty(value))), events);
  }

  /** Ends a call whose block never ended. */
  cut(call: Call, events: ModelEvent[]): void {
    this.#finish(call, call.pieces.join(""), false, events);
  }

  /** The answer has ended. `cutOff`: before it came to its own end, so that what is missing was still to come. */
  settle(cutOff: boolean, events: ModelEvent[]): void {
    for (const call of this.#held) {
      this.#finish(call, call.pieces.join(""), !cutOff, events);
    }
    this.#held.length = 0;
  }

  #finish({ id }: Call, text: string, complete: boolean, events: ModelEvent[]): void {
    events.push({ type: "tool-call-end", id, arguments: text, complete });
  }

  #unnamed(events: ModelEvent[]): string {
    this.#notices.say("tool-call-name-missing", "A tool call came without a name and cannot be carried out.", events);
    return "unnamed";
  }

  #unique(sent: unknown, events: ModelEvent[]): string {
    const named = typeof sent === "string" && sent !== "";
    const usable = named && this.#ids?.has(sent) !== true;
    if (!usable) {
      const words = named ? "with the id of another call and was given its own" : "without an id and was given one";
      this.#notices.say("tool-call-id-made", `A tool call came ${words}.`, events);
    }
    const id = usable ? sent : `tooluse_${crypto.randomUUID().replaceAll("-", "")}`;
    this.#ids ??= new Set();
    this.#ids.add(id);
    return id;
  }
}

function isEmpty(value: JsonValue | undefined): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
