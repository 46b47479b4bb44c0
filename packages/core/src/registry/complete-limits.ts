import { defaultLimits, type Limits } from "../contract/limits.ts";

/** A text of V8 has 2 ** 29 characters at most, and what is put around an answer has to fit in as well. */
const largestAnswer = 2 ** 28;

/** Fills the defaults in. Throws a `TypeError` that names a limit that is not a whole number above 0, or `Infinity`. */
export function completeLimits(limits: { readonly [Name in keyof Limits]?: Limits[Name] | undefined } = {}): Limits {
  const complete: { -readonly [Name in keyof Limits]: Limits[Name] } = { ...defaultLimits };
  for (const name of Object.keys(defaultLimits) as (keyof Limits)[]) {
    complete[name] = requireLimit(`limits.${name}`, limits[name] ?? defaultLimits[name]);
  }
  complete.answerBytes = Math.min(complete.answerBytes, largestAnswer);
  return complete;
}

/** Returns a limit. Throws a `TypeError` that names it unless it is a whole number above 0, or `Infinity`. */
export function requireLimit(name: string, limit: number): number {
  if (limit === Number.POSITIVE_INFINITY || (Number.isInteger(limit) && limit > 0)) return limit;
  throw new TypeError(`createRegistry: "${name}" must be a whole number above 0, or Infinity, not ${limit}.`);
}
