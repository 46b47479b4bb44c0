import type { JsonObject, JsonValue } from "@waygate/core/plugin";
import { addressProblem } from "@waygate/http";
import * as v from "valibot";
import { isJson } from "../json/is-json.ts";

/** A text that is not empty. `what` completes "must be …", such as `a model's id`. */
export const text = (what: string) => v.pipe(v.string(`must be ${what}`), v.nonEmpty(`must be ${what}`));

/** The same, with a limit on its characters. */
export const shortText = (what: string, longest: number) =>
  v.pipe(text(what), v.maxLength(longest, `must have at most ${longest} characters`));

/** A list of texts. `plural` names them in "must be a list of …". */
export const listOf = (what: string, plural: string) => v.array(text(what), `must be a list of ${plural}`);

export const flag = v.boolean("must be true or false");

/** A finite number. */
export const number = v.pipe(v.number("must be a number"), v.finite("must be a number"));

/** A whole number from 1 on. */
export const count = v.pipe(
  v.number("must be a number"),
  v.integer("must be a whole number"),
  v.minValue(1, "must be at least 1"),
);

/** A number of tokens: a whole number from 1 on. */
export const tokens = v.pipe(
  v.number("must be a number of tokens"),
  v.integer("must be a whole number of tokens"),
  v.minValue(1, "must be at least 1"),
);

/** One of some words. */
export const oneOf = <const Words extends readonly string[]>(words: Words) =>
  v.picklist(words, `must be one of ${words.join(", ")}`);

const plainJson = v.custom<JsonValue>(isJson, "must be plain JSON");

/**
 * Any plain JSON value. Valibot has no schema for JSON of any depth, and no JSON Schema for a custom check: in JSON Schemas it
 * is any value.
 */
export const json: v.GenericSchema<JsonValue> = {
  ...plainJson,
  type: "unknown",
};

/** An object with these entries. Reports a missing key as one. */
export const object = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  withoutLists(v.object(entries, objectMessage));

/** An object with these entries and any others. `rest` is the schema of the others. Default: any plain JSON. */
export function openObject<const Entries extends v.ObjectEntries>(
  entries: Entries,
): v.ObjectWithRestSchema<Entries, typeof json, typeof objectMessage>;
export function openObject<const Entries extends v.ObjectEntries, Rest extends v.GenericSchema>(
  entries: Entries,
  rest: Rest,
): v.ObjectWithRestSchema<Entries, Rest, typeof objectMessage>;
export function openObject(entries: v.ObjectEntries, rest: v.GenericSchema = json): v.GenericSchema {
  return withoutLists(v.objectWithRest(entries, rest, objectMessage));
}

/** An object with any keys. `message` says what it must be. */
export const mapOf = <Value extends v.GenericSchema>(value: Value, message = "must be an object") =>
  withoutLists(v.record(v.string(), value, message));

/** An object of texts, such as headers. */
export const textMap = mapOf(v.string("must be text"), "must be an object of texts");

/**
 * The address of a service: https, or http on this machine and in private networks.
 *
 * @param what Completes "must be …", such as `the service's address, such as https://host/v1`.
 * @param options Of `addressProblem`.
 */
export const address = (what: string, options?: Parameters<typeof addressProblem>[1]) =>
  v.pipe(
    text(what),
    v.rawCheck(({ dataset, addIssue }) => {
      const isText = dataset.typed && dataset.issues === undefined;
      const problem = isText ? addressProblem(dataset.value, options) : undefined;
      if (problem !== undefined) addIssue({ message: problem });
    }),
  );

/** An object of plain JSON. */
export const jsonObject = mapOf(json);

/**
 * An object of fields for the body of a request: plain JSON, without the fields that have a key of their own or that must
 * not change.
 *
 * @param guarded For each of those fields, why: words that complete `must not hold "model": …`.
 */
export const bodyFields = (guarded: Readonly<Record<string, string>>) =>
  v.pipe(
    mapOf(json, "must be an object of fields for the request's body"),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      for (const [field, why] of Object.entries(guarded)) {
        if (Object.hasOwn(dataset.value, field)) addIssue({ message: `must not hold "${field}": ${why}` });
      }
    }),
    v.transform((fields): JsonObject => fields),
  );

/** For a missing key, valibot reports the whole object, with the key in quotes as what it expected. */
function objectMessage({ expected }: { readonly expected: string | null }): string {
  return expected?.startsWith('"') === true ? "is missing, but required" : "must be an object";
}

/** Valibot accepts a list as an object of its positions. Here it is not an object, and is reported as any other value. */
function withoutLists<Schema extends v.GenericSchema>(schema: Schema): Schema {
  const standard = schema["~standard"];
  return {
    ...schema,
    "~standard": { ...standard, validate: (value: unknown) => standard.validate(Array.isArray(value) ? null : value) },
    "~run": ((dataset, config) =>
      schema["~run"](Array.isArray(dataset.value) ? { value: null } : dataset, config)) satisfies Schema["~run"],
  };
}
