import fc from "fast-check";
import { expect, it } from "vitest";
import { columnsOf } from "./columns.ts";
import { exactRows } from "./exact-rows.ts";

function shown(text: string, columns: number): readonly string[] {
  return exactRows(text, columns).map(({ parts }) => parts.map((part) => part.text).join(""));
}

it("breaks long lines and marks what continues them", () => {
  expect(exactRows("one two three\nx", 6)).toMatchObject([
    { line: "one two three", first: true },
    { line: "one two three", first: false },
    { line: "one two three", first: false },
    { line: "x", first: true },
  ]);
  expect(shown("one two three\nx", 6)).toEqual(["one tw", "o thre", "e", "x"]);
});

it("keeps empty lines, the last one too", () => {
  expect(shown("a\n\nb\n", 10)).toEqual(["a", "", "b", ""]);
});

it("shows blanks at the end of a line, and tabs as spaces", () => {
  expect(shown("a  \n\tb\t", 20)).toEqual(["a\\u{20}\\u{20}", "        b\\u{9}"]);
  expect(shown("a \\ ", 20)).toEqual(["a \\\\\\u{20}"]);
});

it("breaks no escape and no cluster", () => {
  expect(shown("abc\u001bd", 7)).toEqual(["abc", "\\u{1b}d"]);
  expect(shown("ae\u0301", 1)).toEqual(["a", "e\u0301"]);
  expect(shown("世界世", 5)).toEqual(["世界", "世"]);
});

it("leaves room for a terminal that shows the people of a family one by one", () => {
  expect(shown("👨‍👩‍👧👨‍👩‍👧", 8)).toEqual(["👨‍👩‍👧", "👨‍👩‍👧"]);
});

it("loses nothing and never exceeds its columns", () => {
  const pieces = fc.constantFrom("a", "some words ", "世界", "\u001b", "👨‍👩‍👧", "\n", "e\u0301", "x".repeat(30));
  const text = fc.array(pieces, { maxLength: 20 }).map((list) => list.join(""));
  fc.assert(
    fc.property(text, fc.integer({ min: 8, max: 40 }), (original, columns) => {
      const rows = exactRows(original, columns);
      for (const { parts } of rows)
        expect(columnsOf(parts.map((part) => part.text).join(""))).toBeLessThanOrEqual(columns);
      const whole = rows
        .map(({ parts, first }) => (first ? "\n" : "") + parts.map((part) => part.text).join(""))
        .join("");
      expect(whole.slice(1)).toBe(shown(original, 10_000).join("\n"));
    }),
  );
});
