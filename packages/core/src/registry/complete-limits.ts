import { defaultLimits, type Limits } from "../contract/limits.ts";

/** Fills the defaults in. Throws a `TypeError` that names a limit that is not a whole number above 0, or `Infinity`. */
export function completeLimits(limits: { readonly [Name in keyof Limits]?: Limits[Name] | undefined } = {}): Limits {
  const complete: { -readonly [Name in keyof Limits]: Limits[Name] } = { ...defaultLimits };
  for (const name of Object.keys(defaultLimits) as (keyof Limits)[]) {
    complete[name] = requireLimit(`limits.${name}`, limits[name] ?? defaultLimits[name]);
  }
  return complete;
}

/** Returns a limit. Throws a `TypeError` that names it unless it is a whole number above 0, or `Infinity`. */
export function requireLimit(name: string, limit: number): number {
  if (limit === Number.POSITIVE_INFINITY || (Number.isInteger(limit) && limit > 0)) return limit;
  throw new TypeError(`createRegistry: "${name}" must be a whole number above 0, or Infinity, not ${limit}.`);
}
