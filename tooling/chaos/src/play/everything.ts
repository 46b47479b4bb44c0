const limits = { depth: 12, entries: 200_000 };

/** A text that a value holds, and the fields that lead to it. */
export interface HeldText {
  readonly path: string;
  readonly text: string;
}

/** All text that a value holds, in whatever place: errors with their causes, stacks and hidden fields, and bytes too. */
export function everything(value: unknown): readonly HeldText[] {
  const found: HeldText[] = [];
  collect(value, "", found, new Set(), 0);
  return found;
}

function collect(value: unknown, path: string, found: HeldText[], seen: Set<object>, depth: number): void {
  if (typeof value === "string") found.push({ path, text: value });
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  if (depth > limits.depth || found.length > limits.entries) return;
  seen.add(value);
  if (ArrayBuffer.isView(value)) {
    found.push({ path, text: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("utf8") });
    return;
  }
  if (value instanceof Map || value instanceof Set) {
    for (const entry of value) collect(entry, `${path}.*`, found, seen, depth + 1);
  }
  for (const key of Reflect.ownKeys(value)) {
    // A place in a list tells nothing.
    const name = typeof key === "string" && /^\d+$/.test(key) ? path : `${path}.${String(key)}`;
    if (!Array.isArray(value)) found.push({ path: name, text: String(key) });
    collect(readField(value, key), name, found, seen, depth + 1);
  }
}

/** Fields that only compute something are read too: whoever prints the value does so. */
function readField(value: object, key: string | symbol): unknown {
  try {
    return Reflect.get(value, key);
  } catch {
    return undefined;
  }
}
