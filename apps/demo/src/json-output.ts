import { isGatewayError, type RunEvent } from "@waygate/core";
import { UsageError } from "./exit-code.ts";

/** One event as one line. */
export function eventLine(event: RunEvent): string {
  return line(event);
}

/** What ended the run, as its last line. */
export function errorLine(error: unknown): string {
  if (isGatewayError(error)) {
    const { code, message, gateway, upstream, status, retryable, retryAfterMs, detail } = error;
    return line({ type: "error", code, message, gateway, upstream, status, retryable, retryAfterMs, detail });
  }
  const message = error instanceof Error ? error.message : String(error);
  return line({ type: "error", code: error instanceof UsageError ? error.code : "internal", message });
}

export function interruptedLine(): string {
  return line({ type: "error", code: "interrupted", message: "Interrupted." });
}

function line(value: unknown): string {
  // JSON leaves these as they are, and a terminal may take them for control sequences.
  const escaped = JSON.stringify(value).replace(
    /[\u007f-\u009f]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );
  return `${escaped}\n`;
}
