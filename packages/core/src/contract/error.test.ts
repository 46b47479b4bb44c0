import { describe, expect, it, vi } from "vitest";
import { type ErrorCode, errorCodes, GatewayError, isGatewayError } from "./error.ts";

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

  it("lets an error say for itself whether it is retryable", () => {
    expect(new GatewayError("", { gateway: "alpha", code: "server-error", retryable: false }).retryable).toBe(false);
    expect(new GatewayError("", { gateway: "alpha", code: "protocol", retryable: true }).retryable).toBe(true);
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
