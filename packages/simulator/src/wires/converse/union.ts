import type { Fields } from "../chat-completions/fields.ts";
import { readFields, refuse } from "../chat-completions/fields.ts";

/** Reads a value of which exactly one member is set, as Bedrock has its content blocks, tools and choices. */
export function readUnion(value: unknown, at: string, members: readonly string[]): readonly [string, Fields] {
  const fields = readFields(value, at);
  const [name, ...others] = Object.keys(fields);
  if (name === undefined || others.length > 0 || !members.includes(name)) {
    return refuse(at, `'${at}' is to have exactly one of: ${members.join(", ")}.`);
  }
  return [name, fields];
}

/** Refuses what Bedrock does not know: a misspelt field that is ignored would never be found. */
export function refuseUnknown(fields: Fields, at: string, known: readonly string[]): void {
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown !== undefined) refuse(`${at}${unknown}`, `'${at}${unknown}' is no field of this request.`);
}

export function readList(value: unknown, at: string): readonly unknown[] {
  return Array.isArray(value) ? value : refuse(at, `'${at}' is to be an array.`);
}
