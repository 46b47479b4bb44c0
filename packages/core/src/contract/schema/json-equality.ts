import { isObject } from "../json.ts";
import type { StepBudget } from "./step-budget.ts";

/** Whether two JSON values are equal. The order of an object's keys means nothing. */
export function areEqual(a: unknown, b: unknown, budget: StepBudget, depth = 0): boolean {
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) {
    if (typeof a === "string" && typeof b === "string" && a.length === b.length) budget.spendText(a);
    // Not Object.is: JSON has no -0.
    return a === b;
  }
  budget.enter(depth);
  if (Array.isArray(a)) {
    return (
      Array.isArray(b) && a.length === b.length && a.every((item, index) => areEqual(item, b[index], budget, depth + 1))
    );
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && areEqual(a[key], b[key], budget, depth + 1));
}

/** A text that is the same for equal JSON values, and for no others. */
export function canonicalText(value: unknown, budget: StepBudget, depth = 0): string {
  budget.enter(depth);
  if (typeof value === "string") budget.spendText(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalText(item, budget, depth + 1)).join()}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? "null";
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalText(value[key], budget, depth + 1)}`);
  return `{${members.join()}}`;
}
