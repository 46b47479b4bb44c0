import { didYouMean } from "@waygate/core/plugin";
import { ownHeaders } from "./auth-header.ts";

export interface CheckedHeaders {
  readonly headers: Readonly<Record<string, string>>;
  /** What is wrong with those left out, one sentence each. */
  readonly refused: readonly string[];
}

/**
 * Sorts out headers of the settings that are reserved or that HTTP cannot carry. `keyHeader`: the one that carries the
 * key, which is no place for one from the settings file.
 */
export function checkHeaders(custom: Readonly<Record<string, string>>, keyHeader: string): CheckedHeaders {
  const reserved = new Set([...ownHeaders, "authorization", keyHeader]);
  const headers: Record<string, string> = {};
  const refused: string[] = [];
  for (const [name, value] of Object.entries(custom)) {
    const lower = name.toLowerCase();
    if (reserved.has(lower)) {
      refused.push(`The header "${name}" in custom_headers was left out: it is set by the program itself.`);
    } else if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(lower)) {
      refused.push(`"${name}" in custom_headers was left out: it is no name of a header.${didYouMean(name, reserved)}`);
    } else if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
      refused.push(
        `The header "${name}" in custom_headers was left out: its value has characters that a header cannot have.`,
      );
    } else {
      headers[lower] = value;
    }
  }
  return { headers, refused };
}
