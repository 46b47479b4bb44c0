import { expect, it } from "vitest";
import { changePreview } from "./change-preview.ts";

it("shows a new file as lines that come", () => {
  expect(changePreview(undefined, "a\nb\n")).toBe("+ a\n+ b");
});

it("shows what changes with two lines around it", () => {
  const before = "1\n2\n3\n4\n5\n6\n7\n";
  expect(changePreview(before, "1\n2\n3\nfour\n4.5\n5\n6\n7\n")).toBe("  2\n  3\n- 4\n+ four\n+ 4.5\n  5\n  6");
});

it("shows lines that only come or only go", () => {
  expect(changePreview("a\nb\n", "a\nb\nc\n")).toBe("  a\n  b\n+ c");
  expect(changePreview("a\nb\nc\n", "a\nc\n")).toBe("  a\n- b\n  c");
  expect(changePreview("a\na\n", "a\na\na\n")).toBe("  a\n  a\n+ a");
});

it("says that nothing changes", () => {
  expect(changePreview("a\n", "a\n")).toBe("  no line changes");
});

it("says how much it leaves out", () => {
  const preview = changePreview(undefined, "x\n".repeat(100)).split("\n");
  expect(preview).toHaveLength(24);
  expect(preview.at(-1)).toBe("  … 77 more lines like these");
});
