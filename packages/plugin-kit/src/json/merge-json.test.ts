import { expect, it } from "vitest";
import { mergeJson } from "./merge-json.ts";

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
])("%j with %j is %j", (below, above, merged) => {
  const before = structuredClone([below, above]);
  expect(mergeJson(below, above, "remove")).toEqual(merged);
  expect([below, above]).toEqual(before);
});

it("keeps a null that is to remove a key later", () => {
  const kept = mergeJson({ a: 1 }, { a: null, b: { c: null } }, "stay");
  expect(kept).toEqual({ a: null, b: { c: null } });
  expect(mergeJson({ a: 2, b: { c: 3, d: 4 } }, kept, "remove")).toEqual({ b: { d: 4 } });
});

it("takes keys such as __proto__ for what they are", () => {
  const merged = mergeJson({}, JSON.parse('{"__proto__": {"polluted": true}}'), "remove");
  expect(Object.keys(merged)).toEqual(["__proto__"]);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});
