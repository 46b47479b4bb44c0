import { isObject, type JsonValue } from "../../contract/json.ts";
import type { ToolCallStatus } from "../../contract/message.ts";
import type { Cleaner } from "./clean-text.ts";

export interface FittedArguments {
  readonly text: string;
  readonly status: ToolCallStatus;
}

/**
 * Returns arguments that every service parses: the text of a JSON object. Blank arguments and `null` become `{}`, other
 * JSON becomes `{"value": …}`, and text that is not JSON, or was cut off, becomes `{"invalid_arguments": "…"}`, so that
 * the model still sees its mistake. The very text is kept if it is the JSON of an object.
 */
export function fitArguments(text: string, status: ToolCallStatus, cleaner: Cleaner): FittedArguments {
  if (status !== "ok") return wrapped("invalid_arguments", cleaner.text(text));
  if (text.trim() === "") return { text: "{}", status };
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch {
    return wrapped("invalid_arguments", cleaner.text(text));
  }
  if (value === null) return { text: "{}", status };
  const cleaned = cleaner.json(value);
  if (!isObject(cleaned)) return wrapped("value", cleaned);
  return { text: cleaned === value ? text : JSON.stringify(cleaned), status };
}

function wrapped(key: string, value: JsonValue): FittedArguments {
  return { text: JSON.stringify({ [key]: value }), status: "ok" };
}
