import { describe, expect, it, vi } from "vitest";
import { type ErrorCode, errorCodes, GatewayError, isGatewayError, reworded } from "./error.ts";

describe("errorCodes", () => {
  it("gives every code a meaning in a whole sentence", () => {
    for (const [code, { meaning }] of Object.entries(errorCodes)) expect(meaning, code).toMatch(/^[A-Z].{20,}\.$/);
  });

  it("lists the codes that are API", () => {
    expect(Object.keys(errorCodes)).toEqual([
      "authentication",
      "permission",
      "payment-required",
      "model-not-found",
      "model-unavailable-in-region",
      "invalid-request",
      "context-overflow",
      "content-filter",
      "rate-limited",
      "overloaded",
      "server-error",
      "timeout",
      "connection",
      "protocol",
      "unsupported",
      "settings",
      "credentials",
      "budget",
      "closed",
    ]);
  });

  it("calls retryable what may pass by itself", () => {
    const retryable = Object.entries(errorCodes).filter(([, entry]) => entry.retryable);
    expect(retryable.map(([code]) => code)).toEqual([
      "rate-limited",
      "overloaded",
      "server-error",
      "timeout",
      "connection",
    ]);
  });
});

describe("GatewayError", () => {
  it("carries what it was made with", () => {
    const cause = new Error("socket hang up");
    const error = new GatewayError("No luck.", {
      gateway: "alpha",
      code: "rate-limited",
      upstream: "beta",
      status: 429,
      retryAfterMs: 1500,
      phase: "idle",
      detail: "slow down",
      cause,
    });
    expect({ ...error }).toEqual({
      name: "GatewayError",
      gateway: "alpha",
      code: "rate-limited",
      upstream: "beta",
      status: 429,
      retryable: true,
      retryAfterMs: 1500,
      phase: "idle",
      detail: "slow down",
      partial: undefined,
    });
    expect(error.message).toBe("No luck.");
    expect(error.cause).toBe(cause);
    expect(error).toBeInstanceOf(Error);
  });

  it("has no cause where none was given", () => {
    expect(Object.hasOwn(new GatewayError("No luck.", { gateway: "alpha", code: "server-error" }), "cause")).toBe(
      false,
    );
  });

  it.each(Object.keys(errorCodes) as ErrorCode[])("takes from the table whether %s is retryable", (code) => {
    expect(new GatewayError("", { gateway: "alpha", code }).retryable).toBe(errorCodes[code].retryable);
  });

  it.each(["quota-of-tomorrow", "constructor", "__proto__"])(
    "accepts the code %s of a later version as not retryable",
    (code) => {
      const error = new GatewayError("No luck.", { gateway: "alpha", code });
      expect([error.code, error.retryable]).toEqual([code, false]);
      expect(new GatewayError("No luck.", { gateway: "alpha", code, retryable: true }).retryable).toBe(true);
    },
  );

  it("lets an error say for itself whether it is retryable", () => {
    expect(new GatewayError("", { gateway: "alpha", code: "server-error", retryable: false }).retryable).toBe(false);
    expect(new GatewayError("", { gateway: "alpha", code: "protocol", retryable: true }).retryable).toBe(true);
  });
});

const partial = { role: "assistant", content: [{ type: "text", text: "One, " }] } as const;

/** An error in which every field is set. */
function wholeError(): GatewayError {
  const error = new GatewayError("No luck.", {
    gateway: "alpha",
    code: "timeout",
    upstream: "beta",
    status: 504,
    retryable: false,
    retryAfterMs: 1500,
    phase: "idle",
    detail: "slow down",
    cause: new RangeError("socket hang up"),
  });
  error.partial = partial;
  return error;
}

describe("a GatewayError as JSON", () => {
  it("has its message and every field, and of its cause the name and the message", () => {
    expect(JSON.parse(JSON.stringify(wholeError()))).toEqual({
      name: "GatewayError",
      message: "No luck.",
      code: "timeout",
      gateway: "alpha",
      upstream: "beta",
      status: 504,
      retryable: false,
      retryAfterMs: 1500,
      phase: "idle",
      detail: "slow down",
      partial,
      cause: { name: "RangeError", message: "socket hang up" },
    });
  });

  it("has no field that the error lacks", () => {
    expect(JSON.parse(JSON.stringify({ error: new GatewayError("No.", { gateway: "a", code: "protocol" }) }))).toEqual({
      error: { name: "GatewayError", message: "No.", code: "protocol", gateway: "a", retryable: false },
    });
  });

  it.each<[unknown, object]>([
    ["a text", { message: "a text" }],
    [{ message: "no class" }, { message: "no class" }],
    [{ code: 1 }, { message: "[object Object]" }],
    [null, { message: "null" }],
    [new DOMException("Left.", "AbortError"), { name: "AbortError", message: "Left." }],
    [wholeError(), { name: "GatewayError", message: "No luck." }],
  ])("sums up the cause %s", (cause, summary) => {
    expect(new GatewayError("No.", { gateway: "a", code: "protocol", cause }).toJSON().cause).toEqual(summary);
  });
});

describe("reworded", () => {
  it("keeps all fields, and the first error as the cause", () => {
    const error = wholeError();
    const next = reworded(error, "No luck at all.");
    expect(next.message).toBe("No luck at all.");
    expect({ ...next }).toEqual({ ...error });
    expect(next.cause).toBe(error);
    expect(isGatewayError(next)).toBe(true);
  });

  it("changes what it is told to, and nothing else", () => {
    const error = wholeError();
    const next = reworded(error, "No luck.", { code: "connection", upstream: undefined });
    expect({ ...next }).toEqual({ ...error, code: "connection", upstream: undefined });
  });

  it("rewords the error of another copy of core", async () => {
    vi.resetModules();
    const other = await import("./error.ts");
    const theirs = new other.GatewayError("", { gateway: "alpha", code: "connection", status: 502 });
    expect({ ...reworded(theirs, "Words.") }).toEqual({ ...theirs });
  });
});

describe("isGatewayError", () => {
  it("recognises the errors of another copy of core, and they ours", async () => {
    vi.resetModules();
    const other = await import("./error.ts");
    expect(other.GatewayError).not.toBe(GatewayError);
    const theirs = new other.GatewayError("", { gateway: "alpha", code: "server-error" });
    const ours = new GatewayError("", { gateway: "alpha", code: "server-error" });
    expect(theirs).not.toBeInstanceOf(GatewayError);
    expect([isGatewayError(theirs), other.isGatewayError(ours)]).toEqual([true, true]);
  });

  it.each([undefined, null, "GatewayError", 1, {}, new Error("GatewayError"), { name: "GatewayError" }])(
    "does not take %s for one",
    (value) => {
      expect(isGatewayError(value)).toBe(false);
    },
  );
});
