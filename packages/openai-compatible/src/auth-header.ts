import { isReservedHeader } from "@waygate/http";

/** The header that carries a key, and what stands in it before the key. */
export interface AuthHeader {
  /** In lower case. */
  readonly name: string;
  /** Empty where the key stands alone. */
  readonly scheme: string;
}

/**
 * Reads what stands before the key: `api-key`, `Authorization: Bearer`. Returns a sentence's end where that is no
 * header, or one that is not free.
 */
export function readAuthHeader(text: string): AuthHeader | string {
  const [, name, scheme = ""] = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(?::\s*([!-~]+)?\s*)?$/.exec(text) ?? [];
  if (name === undefined) {
    return 'must be what stands before the key: a header\'s name, such as "api-key", or "Authorization: Bearer"';
  }
  const lower = name.toLowerCase();
  if (lower !== "authorization" && isReservedHeader(lower)) return `cannot be "${name}": the program sets it itself`;
  return { name: lower, scheme };
}

/** The header with a key in it. */
export function withKey({ name, scheme }: AuthHeader, key: string): Readonly<Record<string, string>> {
  return { [name]: scheme === "" ? key : `${scheme} ${key}` };
}
