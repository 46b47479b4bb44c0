import { describe, expect, it } from "vitest";
import { splitLines, withLineEndsOf } from "./line-ends.ts";

describe("withLineEndsOf", () => {
  it.each([
    ["LF", "a\nb\n", "a\r\nc\r\n", "a\nc\n"],
    ["CRLF", "a\r\nb\r\n", "a\nc\n", "a\r\nc\r\n"],
    ["CR", "a\rb\r", "a\nc\n", "a\rc\r"],
    ["CRLF, the new text having both", "a\r\nb\r\n", "a\nx\r\ny\rz\n", "a\r\nx\r\ny\r\nz\r\n"],
  ])("keeps %s", (_, before, text, result) => {
    expect(withLineEndsOf(before, text)).toBe(result);
  });

  it("keeps the end of each line that stays, if a text has several kinds", () => {
    const before = "one\r\ntwo\nthree\rfour\r\nfive\r\n";
    expect(withLineEndsOf(before, "one\ntwo\nthree\nfour\nfive\n")).toBe(before);
    expect(withLineEndsOf(before, "one\ntwo\n3\n3.5\nfour\nfive\n")).toBe("one\r\ntwo\n3\r\n3.5\r\nfour\r\nfive\r\n");
    expect(withLineEndsOf(before, "two\nthree\nfour\nfive\n")).toBe("two\nthree\rfour\r\nfive\r\n");
    expect(withLineEndsOf(before, "one\ntwo\nthree\n")).toBe("one\r\ntwo\nthree\r");
    expect(withLineEndsOf(before, "zero\none\ntwo\nthree\nfour\nfive\n")).toBe(`zero\r\n${before}`);
  });

  it("takes LF if no kind is more frequent", () => {
    expect(withLineEndsOf("a\r\nb\n", "c\r\nd\r\n")).toBe("c\nd\n");
  });

  it("leaves it to the new text whether there is an end after the last line", () => {
    expect(withLineEndsOf("a\r\nb", "a\nb\n")).toBe("a\r\nb\r\n");
    expect(withLineEndsOf("a\r\nb\r\n", "a\nb")).toBe("a\r\nb");
    expect(withLineEndsOf("a\nb\n", "")).toBe("");
  });

  it("looks around a text without line ends, and leaves a text alone otherwise", () => {
    expect(withLineEndsOf("a", "a\nb", "x\r\ny\r\n")).toBe("a\r\nb");
    expect(withLineEndsOf("a", "a\r\nb\nc")).toBe("a\r\nb\nc");
    expect(withLineEndsOf("", "a\r\nb\n")).toBe("a\r\nb\n");
  });
});

it("splits lines at any end, and finds none after the last", () => {
  expect(splitLines("a\r\nb\rc\n\nd")).toEqual(["a", "b", "c", "", "d"]);
  expect(splitLines("a\n")).toEqual(["a"]);
  expect(splitLines("")).toEqual([]);
});
