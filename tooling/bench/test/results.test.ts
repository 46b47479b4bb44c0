import { expect, test } from "vitest";
import { casesOf, expectedOf } from "../src/cases.ts";
import { groups, readOptions } from "../src/options.ts";
import { median } from "../src/results.ts";

test("the median is the middle value, or between the two middle ones", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

test("every case can be selected by its group", () => {
  for (const { group } of casesOf("chat-completions", "full")) expect(groups).toContain(group);
  expect(() => readOptions(["--case", "longest"])).toThrow('no case is called "longest"');
});

test("argument cases carry the size they are named for", () => {
  const sizes = casesOf("chat-completions", "full").filter(({ group }) => group === "arguments");
  expect(sizes.map((what) => expectedOf(what).arguments)).toEqual([2 ** 20, 2 ** 20, 2 ** 20]);
});
