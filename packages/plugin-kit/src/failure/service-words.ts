import { isObject } from "@waygate/core/plugin";

/** What an error of a service says. */
export interface ServiceWords {
  readonly message: string;
  /** Its codes and types in lower case, joined. They are only searched. */
  readonly kind: string;
  /** The HTTP status that the error names itself. */
  readonly status: number | undefined;
  /** The service behind a gateway that failed. */
  readonly upstream: string | undefined;
}

/**
 * Reads the words of an error, in any of the shapes that services use: OpenAI's `error` object, an `error` or `detail` of
 * text, a list with one error, or plain text.
 *
 * @param raw Parsed if it is JSON.
 */
export function readServiceWords(raw: unknown): ServiceWords {
  const outer = isObject(raw) ? raw : {};
  const inner = innerError(raw, outer);
  const metadata = isObject(inner.metadata) ? inner.metadata : {};
  const candidates = [
    inner.message,
    typeof outer.error === "string" ? outer.error : undefined,
    outer.message,
    outer.detail,
    inner.detail,
    typeof raw === "string" ? raw : undefined,
  ];
  const message = candidates.find((candidate) => typeof candidate === "string" && candidate.trim() !== "");
  const rawWords = typeof metadata.raw === "string" && metadata.raw !== message ? ` (${metadata.raw})` : "";
  const fallback = raw === undefined || raw === "" ? "" : JSON.stringify(raw);
  return {
    message: `${message === undefined ? fallback : String(message).trim()}${rawWords}`,
    kind: [inner.code, inner.type, outer.code, outer.type]
      .map((part) => String(part ?? ""))
      .join(" ")
      .toLowerCase(),
    status: httpStatus(inner.code) ?? httpStatus(inner.status) ?? httpStatus(outer.code),
    upstream: typeof metadata.provider_name === "string" ? metadata.provider_name : undefined,
  };
}

function innerError(raw: unknown, outer: Record<string, unknown>): Record<string, unknown> {
  if (isObject(outer.error)) return outer.error;
  // Google reports errors as a list of one.
  const first: unknown = Array.isArray(raw) ? raw[0] : undefined;
  if (!isObject(first)) return outer;
  return isObject(first.error) ? first.error : first;
}

function httpStatus(value: unknown): number | undefined {
  const status = typeof value === "string" ? Number(value) : value;
  return typeof status === "number" && Number.isInteger(status) && status >= 400 && status <= 599 ? status : undefined;
}
