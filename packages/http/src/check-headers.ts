import { didYouMean, type SettingsIssue } from "@waygate/core/plugin";

/** A header of the settings that is not sent. */
export interface RefusedHeader {
  /** As the settings have it. */
  readonly name: string;
  /** The reason, in one sentence, without the header's value. */
  readonly message: string;
}

export interface CheckedHeaders {
  /** What is sent, by names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly refused: readonly RefusedHeader[];
}

export interface CheckHeadersOptions {
  /** Further names, in lower case, that the gateway sets itself or that would hold a key. Default: none. */
  readonly reserved?: Iterable<string> | undefined;
  /** Whether values may have ASCII characters only, as in signed requests. Default: false, so Latin-1 as well. */
  readonly ascii?: boolean | undefined;
}

/** Names that the program sets, or that decide how the bytes of a message are read. */
const own: ReadonlySet<string> = new Set([
  "accept",
  "accept-encoding",
  "authorization",
  "content-encoding",
  "content-length",
  "content-type",
  "host",
]);

/**
 * Names that concern one connection: an HTTP client sets them itself, fails on them, or loses track of messages by them.
 * Sources: RFC 9110, 7.6.1 and 10.1.1; RFC 9112; RFC 7540, 3.2.1.
 */
const ofConnection = /^(connection|expect|http2-settings|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/;

/** Returns a refused header as an issue of the plugin's settings. */
export function refusedHeaderIssue({ name, message }: RefusedHeader): SettingsIssue {
  return { code: "header-refused", path: ["custom_headers", name], message };
}

/** Whether a gateway's settings may not have a header of this name, in any case. */
export function isReservedHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return own.has(lower) || ofConnection.test(lower);
}

/** Whether HTTP can carry a text as a header's value. */
export function isHeaderValue(value: string): boolean {
  return !/[^\t\x20-\x7e\x80-\xff]/.test(value);
}

/** Separates the headers of `custom_headers` that are reserved, or that HTTP cannot carry, from those that are sent. */
export function checkHeaders(
  custom: Readonly<Record<string, string>>,
  { reserved = [], ascii = false }: CheckHeadersOptions = {},
): CheckedHeaders {
  const more = new Set(reserved);
  const headers = new Map<string, string>();
  const refused: RefusedHeader[] = [];
  for (const [name, value] of Object.entries(custom)) {
    const reason = reasonAgainst(name.toLowerCase(), value, more, ascii);
    if (reason === undefined) headers.set(name.toLowerCase(), value);
    else refused.push({ name, message: `The header "${name}" in custom_headers was left out: ${reason}` });
  }
  // A name may be `__proto__`, which is a property like any other this way.
  return { headers: Object.fromEntries(headers), refused };
}

function reasonAgainst(name: string, value: string, more: ReadonlySet<string>, ascii: boolean): string | undefined {
  if (own.has(name) || more.has(name)) return "it is set by the program itself.";
  if (ofConnection.test(name)) return "it belongs to the connection, which the program manages itself.";
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) {
    return `it is not the name of a header.${didYouMean(name, [...own, ...more])}`;
  }
  if (ascii && /[^\t\x20-\x7e]/.test(value)) return "its value has characters that a signed header cannot have.";
  return isHeaderValue(value) ? undefined : "its value has characters that a header cannot have.";
}
