import fc from "fast-check";
import { expect, it } from "vitest";
import { changePreview } from "./change-preview.ts";

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `${from + index}\n`).join("");

it("shows a new file as lines that come", () => {
  expect(changePreview(undefined, "a\nb\n")).toBe("+ a\n+ b");
});

it("shows what changes with two lines around it", () => {
  expect(changePreview(numbers(1, 7), "1\n2\n3\nfour\n4.5\n5\n6\n7\n")).toBe(
    "@ line 2\n  2\n  3\n- 4\n+ four\n+ 4.5\n  5\n  6",
  );
});

it("shows each of several changes, and the lines that they begin at", () => {
  const after = numbers(1, 100).replace("\n10\n", "\nten\n").replace("\n90\n", "\n");
  expect(changePreview(numbers(1, 100), after)).toBe(
    "@ line 8\n  8\n  9\n- 10\n+ ten\n  11\n  12\n@ line 88\n  88\n  89\n- 90\n  91\n  92",
  );
});

it("shows lines that only come or only go", () => {
  expect(changePreview("a\nb\n", "a\nb\nc\n")).toBe("  a\n  b\n+ c");
  expect(changePreview("a\nb\nc\n", "a\nc\n")).toBe("  a\n- b\n  c");
  expect(changePreview("a\na\n", "a\na\na\n")).toBe("  a\n  a\n+ a");
  expect(changePreview("a\n", "")).toBe("- a");
});

it("says that nothing changes", () => {
  expect(changePreview("a\n", "a\n")).toBe("= nothing changes");
  expect(changePreview(undefined, "")).toBe("= an empty file");
});

it("shows a line break at the end that comes or goes", () => {
  expect(changePreview("a\nb\n", "a\nb")).toBe("  a\n- b\n+ b\n= no line break at the end");
  expect(changePreview("a", "a\n")).toBe("- a\n= no line break at the end\n+ a");
});

it("shows every line of a long change", () => {
  const rows = changePreview(undefined, numbers(1, 5000)).split("\n");
  expect(rows).toHaveLength(5000);
  expect(rows[4321]).toBe("+ 4322");
  const all = changePreview(numbers(1, 9000), numbers(10_001, 19_000)).split("\n");
  expect(all).toHaveLength(18_000);
});

it("tells the whole change: both texts can be made of it", () => {
  const lines = fc.array(fc.constantFrom("a", "b", "c", "- a", "+ b", "@ line 1", "= nothing changes", ""), {
    maxLength: 8,
  });
  const text = fc
    .tuple(lines, fc.boolean())
    .map(([list, end]) => list.join("\n") + (end && list.length > 0 ? "\n" : ""));
  fc.assert(
    fc.property(text, text, (before, after) => {
      fc.pre(before !== after);
      const rows = changePreview(before, after).split("\n");
      const side = (sign: string) => changed(rows, sign);
      const missing = (whole: string, shown: string) => whole.length - shown.length;
      // Lines that stay and are not shown are missing on both sides, and so the same many characters.
      expect(missing(before, side("- "))).toBe(missing(after, side("+ ")));
    }),
  );
});

/** The lines that stay, and those with a sign, as a text. */
function changed(rows: readonly string[], sign: string): string {
  return rows
    .map((row, index) => {
      if (row.startsWith("= ") || row.startsWith("@ ")) return "";
      const broken = rows[index + 1] === "= no line break at the end";
      return row.startsWith(sign) || row.startsWith("  ") ? row.slice(2) + (broken ? "" : "\n") : "";
    })
    .join("");
}
