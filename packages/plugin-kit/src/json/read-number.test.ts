import { expect, it } from "vitest";
import { readPrice, readTokenPrice } from "../models/read-price.ts";
import { readCount, readLimit, readNumber } from "./read-number.ts";
import { readText, readTexts } from "./read-text.ts";

it.each([
  [0, 0, 0, undefined],
  [12, 12, 12, 12],
  ["12", 12, 12, 12],
  [" 12 ", 12, 12, 12],
  [1.5, 1.5, 2, undefined],
  [1e300, 1e300, 1e300, undefined],
  [-1, undefined, undefined, undefined],
  ["", undefined, undefined, undefined],
  ["twelve", undefined, undefined, undefined],
  [null, undefined, undefined, undefined],
  [Number.NaN, undefined, undefined, undefined],
  [true, undefined, undefined, undefined],
  [[1], undefined, undefined, undefined],
])("%j is the number %s, the count %s and the limit %s", (value, number, count, limit) => {
  expect(readNumber(value)).toBe(number);
  expect(readCount(value)).toBe(count);
  expect(readLimit(value)).toBe(limit);
});

it("reads prices per token without errors of rounding, and none that depend on the request", () => {
  expect(readTokenPrice("0.0000006")).toBe(0.6);
  expect(readTokenPrice(0.000003)).toBe(3);
  expect(readTokenPrice("0")).toBe(0);
  expect(readTokenPrice("-1")).toBeUndefined();
  expect(readPrice(2.5)).toBe(2.5);
  expect(readPrice(20_000, 1e-4)).toBe(2);
});

it("reads texts, and those of a list", () => {
  expect(["a", "", 1, null, undefined].map(readText)).toEqual(["a", undefined, undefined, undefined, undefined]);
  expect(readTexts(["a", 1, "", null])).toEqual(["a", ""]);
  expect(readTexts("a")).toBeUndefined();
});
