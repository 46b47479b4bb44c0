import { type HeldBytes, isObject, type JsonValue } from "@waygate/core/plugin";

type Detail = Record<string, unknown>;

/**
 * Gathers `reasoning_details` that come in pieces: pieces of one index (or, without, one id) are one detail, whose
 * texts are joined and whose other fields are kept as they came last. Sent back, it must be byte for byte what the
 * service would have sent whole.
 */
export class ReasoningDetails {
  readonly #details: Detail[] = [];
  /** The first detail of what `keysOf` tells details apart by. */
  readonly #first = new Map<string, Detail>();
  readonly #held: HeldBytes;
  #any = false;

  /** `held`: counts the details, which no event carries before the end. */
  constructor(held: HeldBytes) {
    this.#held = held;
  }

  /** `whole`: these are no pieces, but details as they are. */
  add(pieces: readonly unknown[], whole: boolean): void {
    this.#any = true;
    for (const piece of pieces) {
      if (!isObject(piece)) continue;
      this.#held.add(sizeOf(piece));
      const known = whole ? undefined : this.#detailOf(piece);
      const detail = known ?? { ...piece };
      if (known === undefined) this.#details.push(detail);
      else merge(known, piece);
      this.#learn(detail);
    }
  }

  /** The detail that a piece belongs to, if it has come before. */
  #detailOf(piece: Detail): Detail | undefined {
    const { ofIndex, ofBoth, ofId } = keysOf(piece);
    if (ofIndex === undefined) return ofId === undefined ? undefined : this.#first.get(ofId);
    const detail = this.#first.get(ofIndex);
    // Some number every detail 0: what has an id of its own is another one.
    const isOther = typeof detail?.id === "string" && typeof piece.id === "string" && detail.id !== piece.id;
    return isOther && ofBoth !== undefined ? this.#first.get(ofBoth) : detail;
  }

  #learn(detail: Detail): void {
    for (const key of Object.values(keysOf(detail))) {
      if (key !== undefined && !this.#first.has(key)) this.#first.set(key, detail);
    }
  }

  /** All details, of which there may be none; undefined where the service said nothing of them. */
  take(): readonly JsonValue[] | undefined {
    return this.#any ? (this.#details as unknown as readonly JsonValue[]) : undefined;
  }
}

/** Reads kept state back: the details alone, or with the model that gave them. Undefined for state of another kind. */
export function keptDetails(state: JsonValue | undefined): readonly JsonValue[] | undefined {
  const details = isObject(state) ? state.reasoning_details : state;
  return Array.isArray(details) ? (details as readonly JsonValue[]) : undefined;
}

/** What details are told apart by, as far as one has it. */
function keysOf({ type, index, id }: Detail) {
  const ofIndex = typeof index === "number" ? `${type} at ${index}` : undefined;
  const ofId = typeof id === "string" ? `${type} of ${id}` : undefined;
  return { ofIndex, ofId, ofBoth: ofIndex === undefined || ofId === undefined ? undefined : `${ofIndex}, ${ofId}` };
}

function sizeOf(piece: Detail): number {
  return Object.entries(piece).reduce(
    (size, [key, value]) => size + key.length + (typeof value === "string" ? value.length : 8),
    0,
  );
}

function merge(detail: Detail, piece: Detail): void {
  for (const [key, value] of Object.entries(piece)) {
    if (value === null || value === undefined) continue;
    const before = detail[key];
    const joins = key === "text" || key === "summary" || key === "data";
    const whole = joins && typeof before === "string" && typeof value === "string" ? before + value : value;
    // Defined, not assigned: a key named __proto__ is data like any other.
    Object.defineProperty(detail, key, { value: whole, enumerable: true, configurable: true, writable: true });
  }
}
