import { expect, it } from "vitest";
import { pageTitle } from "./page-title.ts";
import { redact } from "./redact.ts";
import { quote, shorten } from "./shorten.ts";

it("makes one line of a service's words, with a full stop and an end", () => {
  expect(shorten("No\n  such\tmodel")).toBe("No such model.");
  expect(shorten("Why?")).toBe("Why?");
  expect(shorten(" ")).toBe("it gave no reason.");
  expect(shorten("x".repeat(1000))).toBe(`${"x".repeat(400)}…`);
  expect(shorten("\u0000\u0001 raw bytes")).toBe("bytes that are not text.");
  expect(shorten("\u001b[31mred\u001b[0m")).toContain("red");
  expect(quote('a "word"')).toBe('"a \\"word\\""');
  expect(quote("x".repeat(200))).toHaveLength(103);
});

it("replaces every occurrence of every secret", () => {
  expect(redact("a sk-test-1 b sk-test-2 a", ["sk-test-1", "sk-test-2", ""])).toBe("a *** b *** a");
  expect(redact("a sk-test-1 sk-test-1", "sk-test-1")).toBe("a *** ***");
  expect(redact("a", undefined)).toBe("a");
});

it("finds the title of a page, and takes nothing else for one", () => {
  expect(pageTitle("  <html><title>Log in</title>")).toBe("Log in");
  expect(pageTitle("<p>")).toBe("a page of HTML, not an answer of a model");
  expect(pageTitle("a < b")).toBeUndefined();
});
