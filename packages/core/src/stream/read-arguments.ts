import type { JsonValue } from "../contract/json.ts";
import type { ToolCallFormat, ToolCallStatus } from "../contract/message.ts";

/** The arguments of a tool call as its end reports them, or as a message has them. */
export interface RawArguments {
  readonly arguments: string;
  readonly complete?: boolean;
  readonly status?: ToolCallStatus;
  readonly format?: ToolCallFormat | undefined;
}

export interface ReadArguments {
  readonly text: string;
  readonly status: "ok" | "invalid" | "truncated";
  /** The JSON value, or the text of a freeform call. `undefined` unless `status` is `"ok"`. */
  readonly value: JsonValue | undefined;
}

/**
 * Decides what the arguments of a call mean. The one place where arguments are parsed. Empty arguments stand for `{}`:
 * services send them for tools without parameters. Arguments that are JSON but cut off are `truncated` all the same.
 */
export function readArguments({ arguments: text, complete, status, format }: RawArguments): ReadArguments {
  if (complete === false || status === "truncated") return { text, status: "truncated", value: undefined };
  if (format === "text") return { text, status: "ok", value: text };
  if (text.trim() === "") return { text: "{}", status: "ok", value: {} };
  try {
    return { text, status: "ok", value: JSON.parse(text) as JsonValue };
  } catch {
    return { text, status: "invalid", value: undefined };
  }
}
