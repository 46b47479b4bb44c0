import { isObject, type JsonValue } from "@waygate/core/plugin";

/**
 * Gathers `reasoning_details` that come in pieces: pieces of one index (or, without, one id) are one detail, whose
 * texts are joined and whose other fields are kept as they came last. Sent back, it must be byte for byte what the
 * service would have sent whole.
 */
export class ReasoningDetails {
  readonly #details: Record<string, unknown>[] = [];
  #any = false;

  /** `whole`: these are no pieces, but details as they are. */
  add(pieces: readonly unknown[], whole: boolean): void {
    this.#any = true;
    for (const piece of pieces) {
      if (!isObject(piece)) continue;
      const known = whole ? undefined : this.#details.find((detail) => isSame(detail, piece));
      if (known === undefined) this.#details.push({ ...piece });
      else merge(known, piece);
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

function isSame(detail: Record<string, unknown>, piece: Record<string, unknown>): boolean {
  if (detail.type !== piece.type) return false;
  const { id } = detail;
  // Some number every detail 0: what has an id of its own is another one.
  if (typeof id === "string" && typeof piece.id === "string" && id !== piece.id) return false;
  if (typeof piece.index === "number") return detail.index === piece.index;
  return typeof piece.id === "string" && id === piece.id;
}

function merge(detail: Record<string, unknown>, piece: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(piece)) {
    if (value === null || value === undefined) continue;
    const before = detail[key];
    const joins = key === "text" || key === "summary" || key === "data";
    detail[key] = joins && typeof before === "string" && typeof value === "string" ? before + value : value;
  }
}
