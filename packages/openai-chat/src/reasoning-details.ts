import { isObject, type JsonValue } from "@waygate/core/plugin";

/**
 * Gathers `reasoning_details` that come in pieces: pieces of one index (or, without, one id) are one detail, whose
 * texts are joined and whose other fields are kept as they came last. Sent back, it must be byte for byte what the
 * service would have sent whole.
 */
export class ReasoningDetails {
  readonly #details: Record<string, unknown>[] = [];

  add(pieces: readonly unknown[]): void {
    for (const piece of pieces) {
      if (!isObject(piece)) continue;
      const known = this.#details.find((detail) => isSame(detail, piece));
      if (known === undefined) this.#details.push({ ...piece });
      else merge(known, piece);
    }
  }

  /** All details, or undefined where there were none. */
  take(): JsonValue | undefined {
    return this.#details.length === 0 ? undefined : (this.#details as JsonValue);
  }
}

function isSame(detail: Record<string, unknown>, piece: Record<string, unknown>): boolean {
  if (detail.type !== piece.type) return false;
  if (typeof piece.index === "number") return detail.index === piece.index;
  return typeof piece.id === "string" && detail.id === piece.id;
}

function merge(detail: Record<string, unknown>, piece: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(piece)) {
    if (value === null || value === undefined) continue;
    const before = detail[key];
    const joins = key === "text" || key === "summary" || key === "data";
    detail[key] = joins && typeof before === "string" && typeof value === "string" ? before + value : value;
  }
}
