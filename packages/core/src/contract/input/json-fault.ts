import { classOf } from "../describe-value.ts";
import { type Fault, fault, mismatch, under } from "./fault.ts";

/** Deeper values overflow the stack of some JSON parsers. */
const maxDepth = 500;

/**
 * Returns the first place of a value that JSON cannot carry: it would be sent as something else, or fail far from here.
 * `undefined` in an object is fine, as JSON leaves such a key out.
 */
export function jsonFault(value: unknown): Fault | undefined {
  return check(value, new Set());
}

/** `parents`: the objects around the value. */
function check(value: unknown, parents: Set<object>): Fault | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : fault(`is ${value}, which JSON cannot carry`, "Use null or a text.");
    case "bigint":
      return fault("is a BigInt, which JSON cannot carry", "Use a number or a text.");
    case "object":
      return value === null ? undefined : checkObject(value, parents);
    default:
      return mismatch(value, "a value that JSON can carry");
  }
}

function checkObject(value: object, parents: Set<object>): Fault | undefined {
  if (parents.has(value)) return fault("contains itself, which JSON cannot carry");
  if (parents.size >= maxDepth) return fault(`is nested more than ${maxDepth} levels deep`);
  const name = Array.isArray(value) ? undefined : classOf(value);
  if (name !== undefined) {
    const advice = name === "Date" ? "Use date.toISOString()." : "Use plain objects, lists, texts and numbers.";
    return fault(`is an instance of ${name}, which JSON cannot carry`, advice);
  }
  parents.add(value);
  const found = Array.isArray(value) ? checkItems(value, parents) : checkKeys(value, parents);
  parents.delete(value);
  return found;
}

function checkItems(list: readonly unknown[], parents: Set<object>): Fault | undefined {
  for (let index = 0; index < list.length; index++) {
    const found = check(list[index], parents);
    if (found !== undefined) return under(index, found);
  }
  return undefined;
}

function checkKeys(value: object, parents: Set<object>): Fault | undefined {
  for (const [key, item] of Object.entries(value)) {
    const found = item === undefined ? undefined : check(item, parents);
    if (found !== undefined) return under(key, found);
  }
  return undefined;
}
