import { didYouMean } from "@waygate/core/plugin";

/** What the codec itself must set. */
const reserved = new Set(["authorization", "content-type", "accept", "content-length", "host"]);

export interface CheckedHeaders {
  readonly headers: Readonly<Record<string, string>>;
  /** What is wrong with those left out, one sentence each. */
  readonly refused: readonly string[];
}

/** Sorts out headers of the settings that are reserved or that HTTP cannot carry. */
export function checkHeaders(custom: Readonly<Record<string, string>>): CheckedHeaders {
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
