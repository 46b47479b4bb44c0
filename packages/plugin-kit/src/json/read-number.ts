/**
 * Returns a finite number that is not negative, also from a text that holds one: some services quote their numbers. Returns
 * `undefined` for any other value.
 */
export function readNumber(value: unknown): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) && number >= 0 ? number : undefined;
}

/** Returns a count, such as one of tokens: like `readNumber`, rounded to a whole number. */
export function readCount(value: unknown): number | undefined {
  const number = readNumber(value);
  return number === undefined ? undefined : Math.round(number);
}

/** Returns a limit in tokens, such as a context window: a whole number above 0. Some lists have 0 for "not known". */
export function readLimit(value: unknown): number | undefined {
  const number = readNumber(value);
  return number !== undefined && Number.isSafeInteger(number) && number > 0 ? number : undefined;
}
