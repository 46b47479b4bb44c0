import { isGatewayError } from "@waygate/core";

/** What went wrong, for people: the error's own words, and on a line of its own what this program can do about it. */
export function errorWords(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const aboutKey = isGatewayError(error) && (error.code === "credentials" || error.code === "authentication");
  return aboutKey ? `${message}\nKeys are stored with: waygate keys set ${error.gateway}` : message;
}
