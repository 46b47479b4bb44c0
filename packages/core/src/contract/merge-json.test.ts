import { expect, it } from "vitest";
import { mergeJson } from "./merge-json.ts";

it("merges objects at any depth, and replaces all else", () => {
  const below = { a: 1, list: [1, 2], inner: { x: 1, y: { z: 1 } }, text: "old" };
  const above = { list: [3], inner: { y: { w: 2 } }, text: { now: "an object" } };
  const merged = { a: 1, list: [3], inner: { x: 1, y: { z: 1, w: 2 } }, text: { now: "an object" } };
  expect(mergeJson(below, above, "remove")).toEqual(merged);
  expect(below.inner).toEqual({ x: 1, y: { z: 1 } });
});

it("has null remove a key, or keeps it to remove one later", () => {
  expect(mergeJson({ a: 1, b: { c: 1, d: 2 } }, { a: null, b: { c: null } }, "remove")).toEqual({ b: { d: 2 } });
  const kept = mergeJson({ a: 1 }, { a: null, b: { c: null } }, "stay");
  expect(kept).toEqual({ a: null, b: { c: null } });
  expect(mergeJson({ a: 2, b: { c: 3, d: 4 } }, kept, "remove")).toEqual({ b: { d: 4 } });
});

it("takes keys such as __proto__ for what they are", () => {
  const merged = mergeJson({}, JSON.parse('{"__proto__": {"polluted": true}}'), "remove");
  expect(Object.keys(merged)).toEqual(["__proto__"]);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});
