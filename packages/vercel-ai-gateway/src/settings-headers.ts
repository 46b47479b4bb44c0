import { didYouMean } from "@waygate/core/plugin";
import type { VercelAiGatewaySettings } from "./settings.ts";

/** What must not come from the settings file: what the program sets itself, and keys. */
const reserved: ReadonlySet<string> = new Set([
  "authorization",
  "content-type",
  "accept",
  "content-length",
  "host",
  "connection",
  "transfer-encoding",
]);

export interface CheckedHeaders {
  readonly headers: Readonly<Record<string, string>>;
  /** What is wrong with those left out, one sentence each. */
  readonly refused: readonly string[];
}

/**
 * The headers that every request has: those of the settings, and those by which the gateway knows the program. Nothing
 * is said of the program unless the settings do. Source: vercel.com/docs/ai-gateway/ecosystem/app-attribution.
 */
export function settingsHeaders({ custom_headers, app_url, app_name }: VercelAiGatewaySettings): CheckedHeaders {
  const headers: Record<string, string> = {};
  const refused: string[] = [];
  for (const [name, value] of Object.entries(custom_headers)) {
    const lower = name.toLowerCase();
    if (reserved.has(lower)) {
      refused.push(`The header "${name}" in custom_headers was left out: it is set by the program itself.`);
    } else if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(lower)) {
      refused.push(`"${name}" in custom_headers was left out: it is no name of a header.${didYouMean(name, reserved)}`);
    } else if (!isHeaderValue(value)) {
      refused.push(
        `The header "${name}" in custom_headers was left out: its value has characters that a header cannot have.`,
      );
    } else headers[lower] = value;
  }
  for (const [key, name, value] of [
    ["app_url", "http-referer", app_url],
    ["app_name", "x-title", app_name],
  ] as const) {
    if (value === undefined) continue;
    if (isHeaderValue(value)) headers[name] = value;
    else refused.push(`"${key}" was left out: it has characters that a header cannot have.`);
  }
  return { headers, refused };
}

function isHeaderValue(value: string): boolean {
  return !/[^\t\x20-\x7e\x80-\xff]/.test(value);
}
