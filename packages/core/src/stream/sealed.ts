const sealedValues = new WeakSet<object>();

/**
 * Returns plain data as a frozen copy, at any depth; what was sealed before comes back as it is. What is not plain data (bytes,
 * class instances) is handed on unchanged, and so is data that is too deep to be copied.
 */
export function sealed<Value extends object>(value: Value): Value {
  if (sealedValues.has(value)) return value;
  try {
    const copy = frozenCopy(value) as Value;
    sealedValues.add(copy);
    return copy;
  } catch (error) {
    if (error instanceof RangeError) return value;
    throw error;
  }
}

function frozenCopy(value: unknown): unknown {
  if (!isPlain(value) || sealedValues.has(value)) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy));
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const item = frozenCopy((value as Record<string, unknown>)[key]);
    if (key === "__proto__") Object.defineProperty(copy, key, { value: item, enumerable: true });
    else copy[key] = item;
  }
  return Object.freeze(copy);
}

/** Freezes plain data in place, at any depth. For data that core has made itself. */
export function freeze(value: unknown): void {
  const open: unknown[] = [value];
  while (open.length > 0) {
    const item = open.pop();
    if (!isPlain(item) || Object.isFrozen(item)) continue;
    Object.freeze(item);
    for (const inner of Object.values(item)) open.push(inner);
  }
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
