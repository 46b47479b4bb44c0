import { errorData, isGatewayError, type RunEvent } from "@waygate/core";
import { isHostError } from "@waygate/host";
import { UsageError } from "./exit-code.ts";
import { exactJson } from "./terminal/exact-text.ts";

/** One event as one line. */
export function eventLine(event: RunEvent): string {
  return jsonLine(event);
}

/** What ended the run, as its last line. */
export function errorLine(error: unknown): string {
  return jsonLine({ type: "error", ...plainError(error) });
}

export function interruptedLine(): string {
  return jsonLine({ type: "error", code: "interrupted", message: "Interrupted." });
}

/** An error as data: what programs can tell from it, and no stack. */
export function plainError(error: unknown): object {
  if (isGatewayError(error)) {
    // The part of the answer that had arrived was printed as events.
    const { name: _, partial: __, cause: ___, ...data } = errorData(error);
    return data;
  }
  if (isHostError(error)) return { code: error.code, message: error.message, ...error.place };
  const message = error instanceof Error ? error.message : String(error);
  const interrupted = error instanceof DOMException && error.name === "AbortError";
  return { code: error instanceof UsageError ? error.code : interrupted ? "interrupted" : "internal", message };
}

/** Any value as one line. */
export function jsonLine(value: unknown): string {
  return `${jsonText(value)}\n`;
}

/** JSON that a terminal shows as it is; laid out for people where `space` says so. */
export function jsonText(value: unknown, space?: number): string {
  return exactJson(JSON.stringify(value, undefined, space));
}
