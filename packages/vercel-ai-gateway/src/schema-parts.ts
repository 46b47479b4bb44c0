import type { JsonValue } from "@waygate/core/plugin";
import * as v from "valibot";

export const text = (what: string) => v.pipe(v.string(`must be ${what}`), v.nonEmpty(`must be ${what}`));

/** `longest`: in characters. */
export const shortText = (what: string, longest: number) =>
  v.pipe(text(what), v.maxLength(longest, `must have at most ${longest} characters`));

export const listOf = (what: string, plural: string) => v.array(text(what), `must be a list of ${plural}`);

export const flag = v.boolean("must be true or false");

export const number = v.pipe(v.number("must be a number"), v.finite("must be a number"));

export const tokens = v.pipe(
  v.number("must be a number of tokens"),
  v.integer("must be a whole number of tokens"),
  v.minValue(1, "must be at least 1"),
);

export const oneOf = <const Words extends readonly string[]>(words: Words) =>
  v.picklist(words, `must be one of ${words.join(", ")}`);

/** For a missing key valibot reports the whole object, with the key as what it expected. */
export const shape = (issue: { readonly expected: string | null }) =>
  issue.expected?.startsWith('"') === true ? "is missing, but required" : "must be an object";

/** Any plain JSON value; valibot has no type for JSON of any depth. */
export const json = v.custom<JsonValue>(isJson, "must be plain JSON");

export const jsonObject = v.pipe(
  v.record(v.string(), json, "must be an object"),
  // A list reaches this place as an object of its positions.
  v.check((value) => !Object.hasOwn(value, "0"), "must be an object"),
);

function isJson(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object") return false;
  if (Array.isArray(value)) return value.every(isJson);
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.values(value).every(isJson);
}

/** A checked value without the keys whose value is undefined, which JSON has no word for. */
export function compact(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(compact);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([key, inner]) => [key, compact(inner)]));
}
