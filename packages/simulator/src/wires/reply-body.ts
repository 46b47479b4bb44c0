import type { Answer } from "../answer.ts";
import type { Frame } from "./wire.ts";

/** What a slice of a whole body holds, so that faults can hit the middle of one. */
const SLICE_BYTES = 64;

/** The body of an answer that is not streamed. */
export function* sliced(value: unknown): Iterable<Frame> {
  const bytes = Buffer.from(JSON.stringify(value));
  for (let start = 0; start < bytes.length; start += SLICE_BYTES) yield bytes.subarray(start, start + SLICE_BYTES);
}

/** Whether the raw bytes of a script are one piece, rather than one for each network write. */
export function isOne(raw: NonNullable<Answer["raw"]>): raw is Frame {
  return typeof raw === "string" || raw instanceof Uint8Array;
}

export function lowerCased(headers: Answer["headers"] = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
