import { type HeldBytes, isObject, type JsonValue } from "@waygate/core/plugin";

type Detail = Record<string, unknown>;

/**
 * Joins `reasoning_details` that come in pieces. Pieces with the same index, or else the same id, are one detail: their texts
 * are joined, and of other fields the last value counts. The service expects the details back exactly as it would send them
 * whole.
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

  /** `whole`: the details are complete and not pieces. */
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

  /** Returns the detail that a piece continues. */
  #detailOf(piece: Detail): Detail | undefined {
    const { ofIndex, ofBoth, ofId } = keysOf(piece);
    if (ofIndex === undefined) return ofId === undefined ? undefined : this.#first.get(ofId);
    const detail = this.#first.get(ofIndex);
    // Some services give every detail the index 0: one with another id is another detail.
    const isOther = typeof detail?.id === "string" && typeof piece.id === "string" && detail.id !== piece.id;
    return isOther && ofBoth !== undefined ? this.#first.get(ofBoth) : detail;
  }

  #learn(detail: Detail): void {
    for (const key of Object.values(keysOf(detail))) {
      if (key !== undefined && !this.#first.has(key)) this.#first.set(key, detail);
    }
  }

  /** Returns all details, possibly none, or `undefined` if the service sent no `reasoning_details`. */
  take(): readonly JsonValue[] | undefined {
    return this.#any ? (this.#details as unknown as readonly JsonValue[]) : undefined;
  }
}

/** Returns the details of a state, with or without their model, or `undefined` for another state. */
export function keptDetails(state: JsonValue | undefined): readonly JsonValue[] | undefined {
  const details = isObject(state) ? state.reasoning_details : state;
  return Array.isArray(details) ? (details as readonly JsonValue[]) : undefined;
}

/** Returns the keys that tell details apart, as far as this one has them. */
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
