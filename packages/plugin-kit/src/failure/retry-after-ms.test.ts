import { describe, expect, it } from "vitest";
import { retryAfterInBody, retryAfterMs } from "./retry-after-ms.ts";

const now = Date.parse("2026-03-01T12:00:00Z");

describe("headers say how long to wait", () => {
  it.each([
    [{ "retry-after-ms": "1500" }, 1500],
    [{ "retry-after-ms": "1500", "retry-after": "9" }, 1500],
    [{ "retry-after": "7" }, 7000],
    [{ "retry-after": "0.5" }, 500],
    [{ "retry-after": "0" }, 0],
    [{ "retry-after": "7, 7" }, 7000],
    [{ "retry-after": "Sun, 01 Mar 2026 12:00:30 GMT" }, 30_000],
    [{ "retry-after": "Sun, 01 Mar 2026 11:00:00 GMT" }, 0],
    [{ "x-ratelimit-reset": String(now + 2500) }, 2500],
    // Seconds or a span, which of them is not known.
    [{ "x-ratelimit-reset": "12" }, undefined],
    [{ "retry-after": "nonsense" }, undefined],
    [{ "retry-after": "-5" }, undefined],
    [{ "retry-after": undefined }, undefined],
    [{}, undefined],
  ])("%j: %s ms", (headers, wait) => {
    expect(retryAfterMs(headers, now)).toBe(wait);
  });
});

describe("a body says how long to wait", () => {
  it.each([
    [{ error: { message: "Slow down", retry_after: 3 } }, 3000],
    [{ error: { retry_after_ms: "250" } }, 250],
    [{ error: { metadata: { retry_after_seconds: 4 } } }, 4000],
    [{ error: { metadata: { headers: { "X-RateLimit-Reset": String(now + 700) } } } }, 700],
    [{ retryAfter: 2 }, 2000],
    [{ error: { details: [{ "@type": "google.rpc.QuotaFailure" }, { retryDelay: "34.07s" }] } }, 34_070],
    [[{ error: { details: [{ retryDelay: "1s" }] } }], 1000],
    [{ error: { message: "Rate limit reached for m. Please try again in 7.66s. Visit …" } }, 7660],
    [{ error: { message: "Please try again in 6m0s." } }, 360_000],
    [{ error: { message: "Please try again in 1h2m3s." } }, 3_723_000],
    [{ error: { message: "Please try again in 850ms." } }, 850],
    [{ detail: "Please retry after 26 seconds." }, 26_000],
    ["Try again in 2 minutes", 120_000],
    [{ error: { message: "Try again later, in a model of 8k tokens." } }, undefined],
    [{ error: { message: "Try again in a while." } }, undefined],
    [{ error: { message: "The limit is 60 requests per minute." } }, undefined],
    [{ error: "busy" }, undefined],
    ["", undefined],
    [undefined, undefined],
  ])("%j: %s ms", (body, wait) => {
    expect(retryAfterInBody(body, now)).toBe(wait);
  });
});
