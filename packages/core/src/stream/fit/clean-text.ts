import type { ControlCharacterRule } from "../../contract/constraints.ts";
import type { JsonValue } from "../../contract/json.ts";

/** Replaces the characters that a service rejects. Returns the very value if there are none. */
export interface Cleaner {
  text(text: string): string;
  /** Keys included. Nesting deeper than `maxDepth` becomes a word. */
  json(value: JsonValue): JsonValue;
}

/** Deeper JSON is rejected by many parsers (serde_json: 128) and overflows the stack of others. */
const maxDepth = 100;

/** White space, characters that show nothing, and control characters. */
const blank = /^[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}]*$/u;
const replacement = "\ufffd";

/** Whether a text says nothing to a reader. */
export function isBlank(text: string): boolean {
  return blank.test(text);
}

/** Makes a cleaner. Unpaired surrogates, which UTF-8 cannot carry, are replaced under every rule. */
export function cleanerFor(rule: ControlCharacterRule): Cleaner {
  const text = textCleaners[rule];
  const json = (value: JsonValue, depth: number): JsonValue => {
    if (typeof value === "string") return text(value);
    if (typeof value !== "object" || value === null) return value;
    if (depth === maxDepth) return "(nested too deeply)";
    if (Array.isArray(value)) {
      const items = value as readonly JsonValue[];
      const cleaned = items.map((item) => json(item, depth + 1));
      return cleaned.every((item, index) => item === items[index]) ? value : cleaned;
    }
    const entries = Object.entries(value);
    const cleaned = entries.map(([key, item]) => [text(key), json(item, depth + 1)] as const);
    const same = cleaned.every(([key, item], index) => key === entries[index]?.[0] && item === entries[index]?.[1]);
    return same ? value : Object.fromEntries(cleaned);
  };
  return { text, json: (value) => json(value, 0) };
}

const textCleaners: Readonly<Record<ControlCharacterRule, (text: string) => string>> = {
  accepted: wellFormed,
  "no-nul": (text) => {
    const formed = wellFormed(text);
    return formed.includes("\0") ? formed.replaceAll("\0", replacement) : formed;
  },
  rejected: (text) => wellFormed(text).replaceAll(controls, replacement),
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for.
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed();
}
