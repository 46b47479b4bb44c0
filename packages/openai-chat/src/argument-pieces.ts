import { isObject, type JsonObject, type JsonValue } from "@waygate/core/plugin";
import { JsonScanner, splitValues } from "./json-scanner.ts";

/** A deviation that was tolerated, with a stable code and a message for people. */
export interface Deviation {
  readonly code: string;
  readonly message: string;
}

export interface ReadArguments {
  /** The text of the arguments, without what was sent repeatedly. */
  readonly text: string;
  /** False if the answer ended before the arguments did. */
  readonly complete: boolean;
  /** The arguments as JSON; `undefined` if they are not. */
  readonly value: JsonValue | undefined;
  readonly deviation?: Deviation;
}

/** The pieces of one call's arguments. They are interpreted once, after the last piece. */
export class ArgumentPieces {
  readonly #pieces: string[] = [];
  readonly #scanner = new JsonScanner();
  /** Number of pieces that the scanner has read. It is needed in rare cases only, and catches up then. */
  #scanned = 0;

  get empty(): boolean {
    return this.#pieces.length === 0;
  }

  add(piece: string): void {
    this.#pieces.push(piece);
  }

  /** Whether the text so far ends within a JSON value, so that more is to come. */
  get incomplete(): boolean {
    for (; this.#scanned < this.#pieces.length; this.#scanned++) this.#scanner.scan(this.#pieces[this.#scanned] ?? "");
    return this.#scanner.incomplete;
  }

  /** `cutOff`: the answer was cut off by its length, so empty arguments count as missing. */
  read(cutOff: boolean): ReadArguments {
    const text = this.#pieces.join("");
    if (text.trim() === "") {
      return cutOff ? { text, complete: false, value: undefined } : { text, complete: true, value: {} };
    }
    const value = parse(text);
    if (value !== undefined) return unwrap(text, value);
    return this.#repeated(text) ?? { text, complete: !this.incomplete, value: undefined };
  }

  /**
   * Some services send the text so far with every piece, repeat the whole text at the end, or send `{}` before the real
   * arguments. Only text with one possible meaning is read this way.
   */
  #repeated(text: string): ReadArguments | undefined {
    const last = this.#pieces[this.#pieces.length - 1] ?? "";
    const whole = parse(last);
    if (isObject(whole) && this.#pieces.every((piece) => last.startsWith(piece))) {
      return accept(last, whole as JsonObject, "tool-arguments-cumulative", "sent its arguments anew with each piece");
    }
    const values = splitValues(text)?.map((part) => ({ part, value: parse(part) }));
    const final = values?.[values.length - 1];
    if (values === undefined || final === undefined || !isObject(final.value)) return undefined;
    const earlier = values.slice(0, -1).map(({ value }) => JSON.stringify(value));
    const same = JSON.stringify(final.value);
    if (!earlier.every((value) => value === same || value === "{}" || value === "null" || value === '""')) {
      return undefined;
    }
    return accept(
      final.part,
      final.value as JsonObject,
      "tool-arguments-repeated",
      "sent its arguments more than once",
    );
  }
}

/** Returns the object within arguments that were encoded as JSON twice. */
function unwrap(text: string, value: JsonValue): ReadArguments {
  const inner = typeof value === "string" ? parse(value) : undefined;
  if (typeof value !== "string" || !isObject(inner)) return { text, complete: true, value };
  return accept(value, inner as JsonObject, "tool-arguments-double-encoded", "encoded its arguments twice");
}

function accept(text: string, value: JsonObject, code: string, words: string): ReadArguments {
  return { text, complete: true, value, deviation: { code, message: `The service ${words}; they were read once.` } };
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
