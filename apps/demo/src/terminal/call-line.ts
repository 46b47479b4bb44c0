import type { JsonValue, ToolResultContent } from "@waygate/core";
import { cutColumns, padColumns } from "./columns.ts";
import { exactLine } from "./exact-text.ts";

const nameWidth = 12;
const maxValueLength = 60;

/** `read_file     README.md  limit: 20`, in at most `width` columns. */
export function callLine(name: string, args: JsonValue | undefined, width: number): string {
  const text = `${padColumns(exactLine(name), nameWidth)}  ${argumentsText(args, width)}`;
  return cutColumns(text.trimEnd(), Math.max(20, width));
}

/** The first argument says by itself what it is; further ones come with their names. */
function argumentsText(args: JsonValue | undefined, width: number): string {
  if (args === undefined) return "";
  if (typeof args !== "object" || args === null || Array.isArray(args)) return valueText(args, width);
  return Object.entries(args)
    .map(([key, value], index) =>
      index === 0 ? valueText(value, width) : `${exactLine(key)}: ${valueText(value, maxValueLength)}`,
    )
    .join("  ");
}

function valueText(value: JsonValue, width: number): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  // Cut first: an argument may be megabytes long.
  return cutColumns(exactLine(text.slice(0, 4 * width)), width);
}

/** Returns the arguments of a call as JSON; `undefined` if they are not. A call without arguments has `{}`. */
export function parsedArguments(text: string): JsonValue | undefined {
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** What a tool gave, as text. */
export function resultText(content: readonly ToolResultContent[]): string {
  return content
    .map((part) => {
      if (part.type === "text") return part.text;
      return part.type === "json" ? JSON.stringify(part.value) : `[${part.mediaType}]`;
    })
    .join("\n");
}
