/** How deep errors and their like are looked into, and how long one text may become. */
const limits = { depth: 12, length: 64 * 1024 * 1024 };

/** Everything that a value holds, as text: errors with all they carry, and what caused them. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (!(value instanceof Error)) {
    try {
      // Events are many, and plain data nearly all: errors within them are looked at where they are made.
      return JSON.stringify(value) ?? "";
    } catch {
      // It goes in circles, or holds what JSON has no word for.
    }
  }
  const words: string[] = [];
  collect(value, words, new Set(), 0);
  return words.join("\n").slice(0, limits.length);
}

function collect(value: unknown, words: string[], seen: Set<object>, depth: number): void {
  if (typeof value === "string") words.push(value);
  // What a function holds is not said by handing it out.
  if (typeof value !== "object" || value === null || seen.has(value) || depth > limits.depth) return;
  seen.add(value);
  if (ArrayBuffer.isView(value)) return;
  if (value instanceof Map || value instanceof Set) {
    for (const entry of value) collect(entry, words, seen, depth + 1);
  }
  for (const [name, { value: inner }] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
    // An error's stack begins with its message, and goes on with the code of the test.
    if (name === "stack" && value instanceof Error) continue;
    words.push(name);
    collect(inner, words, seen, depth + 1);
  }
}
