import { describeValue } from "../describe-value.ts";
import { formatPath } from "../settings.ts";

/** What is wrong with an input. The path is built on the way out of the checks, so that a check without faults costs nothing. */
export interface Fault {
  /** Keys and list positions from the checked value to the place of the fault. */
  readonly path: (string | number)[];
  /** Completes a sentence that begins with the path: "must be …". Without a full stop. */
  readonly words: string;
  /** What to do, in whole sentences. */
  readonly advice: string;
}

/** Returns the fault of a value, or `undefined`. */
export type Check = (value: unknown) => Fault | undefined;

/** Makes a fault at a value: `expected` completes "must be …". */
export function mismatch(value: unknown, expected: string, advice = ""): Fault {
  return { path: [], words: `must be ${expected}, not ${describeValue(value)}`, advice };
}

export function fault(words: string, advice = ""): Fault {
  return { path: [], words, advice };
}

/** Puts a fault under a key. */
export function under<Found extends Fault | undefined>(key: string | number, found: Found): Found {
  found?.path.unshift(key);
  return found;
}

/** Throws a fault as a `TypeError`. `subject`: what was checked, such as `run` or `The stored conversation`. */
export function throwFault(subject: string, { path, words, advice }: Fault): never {
  throw new TypeError(`${subject}: ${quoted(formatPath(path))} ${words}.${advice === "" ? "" : ` ${advice}`}`);
}

/** Names are quoted; a path into a list is clear as it is. */
function quoted(path: string): string {
  return path.includes("[") ? path : `"${path}"`;
}
