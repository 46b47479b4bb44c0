import { didYouMean } from "@waygate/core/plugin";

/** What the program, the signature or HTTP itself sets. */
const reserved = new Set([
  "authorization",
  "content-type",
  "content-length",
  "accept",
  "host",
  "connection",
  "expect",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "x-amz-date",
  "x-amz-security-token",
  "x-amz-content-sha256",
  "amz-sdk-invocation-id",
  "amz-sdk-request",
]);

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
    const leftOut = `The header "${name}" in custom_headers was left out:`;
    if (reserved.has(lower)) refused.push(`${leftOut} it is set by the program itself.`);
    else if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(lower)) {
      refused.push(`${leftOut} this is no name of a header.${didYouMean(name, reserved)}`);
    } else if (/[^\t\x20-\x7e]/.test(value)) {
      refused.push(`${leftOut} its value has characters that a signed header cannot have.`);
    } else headers[lower] = value;
  }
  return { headers, refused };
}
