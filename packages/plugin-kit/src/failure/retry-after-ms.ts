import { isObject } from "@waygate/core/plugin";
import { readNumber } from "../json/read-number.ts";

type Headers = Readonly<Record<string, string | undefined>>;

/** Numbers above this are moments in milliseconds since 1970 and not spans of time. */
const earliestMoment = 1e12;

/**
 * Returns how long a service asks to wait, in milliseconds: by `retry-after-ms`, by `retry-after` in seconds or as a date,
 * or by `x-ratelimit-reset` if that is a moment. Returns `undefined` if the headers do not say.
 *
 * @param headers By names in lower case. Of a header that came several times, the first counts.
 * @param now In milliseconds since 1970.
 */
export function retryAfterMs(headers: Headers, now = Date.now()): number | undefined {
  const first = (name: string) => headers[name]?.split(",", 1)[0];
  const milliseconds = readNumber(first("retry-after-ms"));
  if (milliseconds !== undefined) return milliseconds;
  const seconds = readNumber(first("retry-after"));
  if (seconds !== undefined) return seconds * 1000;
  const after = headers["retry-after"] ?? "";
  // Almost anything can be parsed as a date, but those of HTTP have words.
  const date = /[a-z]/i.test(after) ? Date.parse(after) : Number.NaN;
  if (!Number.isNaN(date)) return Math.max(0, date - now);
  // Elsewhere the header counts seconds, or is a span.
  const reset = readNumber(first("x-ratelimit-reset"));
  return reset !== undefined && reset > earliestMoment ? Math.max(0, reset - now) : undefined;
}

/**
 * Returns how long the body of an error asks to wait, in milliseconds: in a field of its own, in Google's `RetryInfo`, in
 * headers that a gateway repeats, or in words such as "Please try again in 7.66s". Returns `undefined` if it does not say.
 *
 * @param body Parsed if it is JSON.
 * @param now In milliseconds since 1970.
 */
export function retryAfterInBody(body: unknown, now = Date.now()): number | undefined {
  for (const place of placesIn(body)) {
    const wait = inFields(place, now);
    if (wait !== undefined) return wait;
  }
  return inWords(wordsIn(body));
}

/** Where errors keep their fields: in the body, its `error`, and what that has in `metadata` and `details`. */
function placesIn(body: unknown): readonly Record<string, unknown>[] {
  const outer: unknown = Array.isArray(body) ? body[0] : body;
  if (!isObject(outer)) return [];
  const inner = isObject(outer.error) ? outer.error : {};
  const details = Array.isArray(inner.details) ? inner.details : [];
  return [inner, inner.metadata, outer, ...details].filter(isObject);
}

function inFields(place: Record<string, unknown>, now: number): number | undefined {
  const milliseconds = readNumber(place.retry_after_ms) ?? readNumber(place.retryAfterMs);
  if (milliseconds !== undefined) return milliseconds;
  const seconds =
    readNumber(place.retry_after) ?? readNumber(place.retryAfter) ?? readNumber(place.retry_after_seconds);
  if (seconds !== undefined) return seconds * 1000;
  // google.rpc.RetryInfo: "34.07s".
  if (typeof place.retryDelay === "string") return span(place.retryDelay);
  if (!isObject(place.headers)) return undefined;
  const headers = Object.entries(place.headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return retryAfterMs(Object.fromEntries(headers), now);
}

function wordsIn(body: unknown): string {
  if (typeof body === "string") return body;
  const words = placesIn(body).map(({ message, detail }) =>
    [message, detail].filter((part) => typeof part === "string"),
  );
  return words.flat().join("\n");
}

/** "Please try again in 6m0s", "retry after 26 seconds", "available again in 850ms". */
function inWords(words: string): number | undefined {
  const [, said] =
    /\b(?:try again|retry|again|resets?) (?:in|after) ((?:\d[\d.]* ?(?:ms|[hms]|milli|hour|min|sec)\w*[ ,]*)+)/i.exec(
      words,
    ) ?? [];
  return said === undefined ? undefined : span(said);
}

const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** `1h2m`, `6m0s`, `7.66s`, `850ms`, `26 seconds`. */
function span(text: string): number | undefined {
  let total: number | undefined;
  for (const [, amount, unit = ""] of text.matchAll(/(\d[\d.]*) ?([a-z]+)/gi)) {
    const name = /^(ms|milli)/i.test(unit) ? "ms" : unit.charAt(0).toLowerCase();
    const value = readNumber(amount);
    const factor = units[name];
    if (value !== undefined && factor !== undefined) total = (total ?? 0) + value * factor;
  }
  return total === undefined ? undefined : Math.round(total);
}
