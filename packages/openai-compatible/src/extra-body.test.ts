import { expect, it } from "vitest";
import { mergeBody } from "./extra-body.ts";

it.each([
  [{ a: 1 }, {}, { a: 1 }],
  [{ a: 1 }, { a: 2, b: 3 }, { a: 2, b: 3 }],
  [{ a: 1, b: 2 }, { a: null, c: null }, { b: 2 }],
  [{ a: { b: 1, c: 2 } }, { a: { b: null, d: 3 } }, { a: { c: 2, d: 3 } }],
  [{ a: [1, 2] }, { a: [3] }, { a: [3] }],
  [{ a: { b: 1 } }, { a: 5 }, { a: 5 }],
  [{ a: 5 }, { a: { b: { c: null, d: 1 } } }, { a: { b: { d: 1 } } }],
  [{ a: { b: 1 } }, { a: [] }, { a: [] }],
  [{ a: [{ b: null }] }, { a: { c: 1 } }, { a: { c: 1 } }],
])("%j with %j is %j", (body, extra, merged) => {
  const before = structuredClone([body, extra]);
  expect(mergeBody(body, extra)).toEqual(merged);
  expect([body, extra]).toEqual(before);
});
