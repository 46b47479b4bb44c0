import * as v from "valibot";

export const text = (what: string) => v.pipe(v.string(`must be ${what}`), v.nonEmpty(`must be ${what}`));

export const flag = v.boolean("must be true or false");

export const tokens = v.pipe(
  v.number("must be a number of tokens"),
  v.integer("must be a whole number of tokens"),
  v.minValue(1, "must be at least 1"),
);

export const count = v.pipe(
  v.number("must be a number"),
  v.integer("must be a whole number"),
  v.minValue(1, "must be at least 1"),
);

export const number = v.pipe(v.number("must be a number"), v.finite("must be a number"));

export const oneOf = <const Words extends readonly string[]>(words: Words) =>
  v.picklist(words, `must be one of ${words.join(", ")}`);

/** For a missing key valibot reports the whole object, with the key as what it expected. */
export const shape = (issue: { readonly expected: string | null }) =>
  issue.expected?.startsWith('"') === true ? "is missing, but required" : "must be an object";
