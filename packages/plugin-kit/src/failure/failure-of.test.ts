import { describe, expect, it } from "vitest";
import { codeOfStatus } from "./code-of-status.ts";
import { type FailureContext, failureOf } from "./failure-of.ts";

const context: FailureContext = { gateway: "acme", secret: ["sk-test-one", "sk-test-two"], keyHint: "Check ACME_KEY." };

describe("an error of a failed answer", () => {
  it("carries the code, the service's words without secrets, how long to wait, and what to do", () => {
    const error = failureOf(
      { ...context, model: "m" },
      {
        status: 429,
        headers: { "retry-after": "2" },
        body: '{"error":{"message":"Key sk-test-two is too fast","type":"rate_limit"}}',
      },
    );
    expect(error).toMatchObject({
      gateway: "acme",
      code: "rate-limited",
      status: 429,
      retryable: true,
      retryAfterMs: 2000,
      detail: "Key *** is too fast",
    });
    expect(error.message).toBe(
      'Gateway "acme" answered 429: Key *** is too fast. Try again later, or choose another model.',
    );
  });

  it.each([
    ["a list with one error", [{ error: { code: 503, message: "Busy" } }], "Busy", "overloaded"],
    ["text under error", { error: "No model loaded" }, "No model loaded", "server-error"],
    ["text alone", "upstream connect error", "upstream connect error", "server-error"],
    ["a detail", { detail: "Not a field" }, "Not a field", "server-error"],
    ["something else", { fault: { text: "odd" } }, '{"fault":{"text":"odd"}}', "server-error"],
  ])("within an answer is read from %s", (_shape, body, detail, code) => {
    expect(failureOf(context, { body })).toMatchObject({ detail, code });
  });

  it("names what a page of a proxy is titled", () => {
    const body = "<!doctype html><html><head><title> 502 Bad Gateway </title></head></html>";
    expect(failureOf(context, { status: 502, body })).toMatchObject({
      code: "server-error",
      detail: "502 Bad Gateway",
    });
  });

  it("says that the service gave no reason if there is none", () => {
    expect(failureOf(context, { status: 500, body: "" }).message).toBe(
      'Gateway "acme" answered 500: it gave no reason.',
    );
  });

  it("is read by the gateway itself if that knows more", () => {
    const error = failureOf(
      {
        ...context,
        readFailure: ({ status, body, code, detail }) => {
          expect({ status, body, code, detail }).toEqual({
            status: 400,
            body: { error: "E42 sk-test-one" },
            code: "invalid-request",
            detail: "E42 sk-test-one",
          });
          return {
            code: "permission",
            detail: "Not in the plan of sk-test-one",
            upstream: "Acme West",
            remedy: "Buy a plan.",
            retryable: true,
            retryAfterMs: 5,
          };
        },
      },
      { status: 400, headers: {}, body: '{"error":"E42 sk-test-one"}' },
    );
    expect(error.message).toBe('"Acme West" behind gateway "acme" answered 400: Not in the plan of ***. Buy a plan.');
    expect(error).toMatchObject({ code: "permission", upstream: "Acme West", retryable: true, retryAfterMs: 5 });
  });
});

describe("the code of a status", () => {
  it.each([
    [301, "", "protocol"],
    [400, "", "invalid-request"],
    [400, "Input is too long for the requested model", "context-overflow"],
    [401, "", "authentication"],
    [402, "", "payment-required"],
    [403, "", "permission"],
    [404, "no such page", "invalid-request"],
    [404, "The model x does not exist", "model-not-found"],
    [408, "", "timeout"],
    [413, "", "context-overflow"],
    [422, "temperature must be below 2", "invalid-request"],
    [429, "too many tokens", "rate-limited"],
    [500, "", "server-error"],
    [503, "", "overloaded"],
    [504, "", "timeout"],
    [520, "", "server-error"],
    [524, "", "timeout"],
    [529, "", "overloaded"],
  ] as const)("%i %s is %s", (status, words, code) => {
    expect(codeOfStatus(status, words)).toBe(code);
  });

  it("is not that of a long conversation if there were too many tokens in a span of time", () => {
    for (const words of ["Too many tokens, please wait before trying again.", "Too many tokens per minute"]) {
      expect(codeOfStatus(400, words)).toBe("invalid-request");
    }
    expect(codeOfStatus(400, "Too many tokens: 9000 of 8192")).toBe("context-overflow");
  });
});
