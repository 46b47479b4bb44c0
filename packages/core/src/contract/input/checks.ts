import { didYouMean } from "../did-you-mean.ts";
import { isObject } from "../json.ts";
import { type Check, type Fault, fault, mismatch, under } from "./fault.ts";

/** Checks of single values, and of what is made of them. `undefined` is the caller's to allow, with `optional`. */

export const text: Check = (value) => (typeof value === "string" ? undefined : mismatch(value, "a text"));

/** A text that is not empty. */
export const name: Check = (value) =>
  typeof value === "string" && value !== "" ? undefined : mismatch(value, "a text that is not empty");

export const flag: Check = (value) => (typeof value === "boolean" ? undefined : mismatch(value, "true or false"));

export const number: Check = (value) =>
  typeof value === "number" && Number.isFinite(value) ? undefined : mismatch(value, "a number");

/** A whole number above 0. */
export const count: Check = (value) =>
  Number.isInteger(value) && (value as number) > 0 ? undefined : mismatch(value, "a whole number above 0");

/** A number of milliseconds above 0, also `Infinity`. */
export const milliseconds: Check = (value) =>
  typeof value === "number" && value > 0 ? undefined : mismatch(value, "a number of milliseconds above 0");

/** A number of 0 or more, also `Infinity`. */
export const amount: Check = (value) =>
  typeof value === "number" && value >= 0 ? undefined : mismatch(value, "a number of 0 or more");

/** A function. */
export const callable: Check = (value) => (typeof value === "function" ? undefined : mismatch(value, "a function"));

/** One of several words. */
export function oneOf(words: readonly string[], advice: (value: unknown) => string = noAdvice): Check {
  const list = words.map((word) => JSON.stringify(word)).join(", ");
  return (value) => {
    if (typeof value === "string" && words.includes(value)) return undefined;
    const nearest = typeof value === "string" ? didYouMean(value, words).trim() : "";
    return mismatch(value, words.length === 1 ? list : `one of ${list}`, advice(value) || nearest);
  };
}

/** A list whose items pass a check. */
export function listOf(item: Check, advice: (value: unknown) => string = noAdvice): Check {
  return (value) => {
    if (!Array.isArray(value)) return mismatch(value, "a list", advice(value));
    for (let index = 0; index < value.length; index++) {
      const found = item(value[index]);
      if (found !== undefined) return under(index, found);
    }
    return undefined;
  };
}

/** The checks of an object's fields, all of them optional. */
export type FieldChecks = Readonly<Record<string, Check>>;

/**
 * An object with these fields and no others: a misspelt field would have no effect. `renamed` has advice for names that other
 * libraries use.
 */
export function fieldsOf(checks: FieldChecks, renamed: Readonly<Record<string, string>> = {}): Check {
  return (value) => (isObject(value) ? checkFields(value, checks, renamed) : mismatch(value, "an object"));
}

export function checkFields(
  value: Readonly<Record<string, unknown>>,
  checks: FieldChecks,
  renamed: Readonly<Record<string, string>>,
): Fault | undefined {
  for (const key in value) {
    const item = value[key];
    if (item === undefined) continue;
    const check = Object.hasOwn(checks, key) ? checks[key] : undefined;
    const found = check === undefined ? unknownField(key, checks, renamed) : check(item);
    if (found !== undefined) return under(key, found);
  }
  return undefined;
}

function unknownField(key: string, checks: FieldChecks, renamed: Readonly<Record<string, string>>): Fault {
  const advice = Object.hasOwn(renamed, key) ? renamed[key] : didYouMean(key, Object.keys(checks)).trim();
  return fault("is not an option", advice || `There are: ${Object.keys(checks).join(", ")}.`);
}

/** The check, unless the value is `undefined`. */
export function optional(check: Check): Check {
  return (value) => (value === undefined ? undefined : check(value));
}

function noAdvice(): string {
  return "";
}
