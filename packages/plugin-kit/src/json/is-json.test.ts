import { describe, expect, it } from "vitest";
import { compact } from "./compact.ts";
import { isJson } from "./is-json.ts";

describe("isJson", () => {
  it.each([null, "", 0, -0, false, [], {}, [{ a: [null] }], Object.create(null)])("accepts %j", (value) => {
    expect(isJson(value)).toBe(true);
  });

  it.each([
    undefined,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1n,
    () => 1,
    Symbol("s"),
    new Date(0),
    new Map(),
    [undefined],
    { a: { b: undefined } },
    { a: [new Date(0)] },
  ])("rejects %o", (value) => {
    expect(isJson(value)).toBe(false);
  });
});

describe("compact", () => {
  it("leaves out keys without a value at any depth, and keeps null, false and the length of lists", () => {
    const loose = { a: undefined, b: { c: undefined, d: null }, e: [{ f: undefined }, false], g: 0 };
    expect(Object.entries(compact(loose))).toEqual([
      ["b", { d: null }],
      ["e", [{}, false]],
      ["g", 0],
    ]);
  });
});
