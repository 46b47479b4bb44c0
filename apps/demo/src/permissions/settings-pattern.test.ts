import * as engine from "re2js";
import { describe, expect, it } from "vitest";
import { compilePattern } from "./settings-pattern.ts";

function matches(pattern: string, text: string, caseSensitive = false): boolean | string {
  const compiled = compilePattern(engine, pattern, caseSensitive);
  return "test" in compiled ? compiled.test(text) : compiled.fault;
}

describe("a pattern of the settings", () => {
  it.each([
    ["^cargo\\s+(build|test)", "cargo  test --all", true],
    ["^cargo\\s+(build|test)", "CARGO test", true],
    ["^cargo", "xcargo", false],
    ["\\.(md|txt)$", "a/b.MD", true],
    ["(?-i:A)b", "aB", false],
    ["(?i)^ls", "LS", true],
    ["\\Arm\\z", "rm", true],
    ["[[:alpha:]]+[]x]", "a]", true],
    ["[^]]", "]", false],
    ["\\p{Greek}", "α", true],
    ["(?P<program>git) status", "git status", true],
  ])("reads %s as Zed does", (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  it("minds case if it is told to", () => {
    expect(matches("^ls", "LS", true)).toBe(false);
  });

  it.each(["(a", "[a", "a{2,1}", "(?=a)", "(a)\\1", "\\", "(?<=a)b", "*a"])("finds %s not valid", (pattern) => {
    expect(matches(pattern, "a")).toBeTypeOf("string");
  });

  it.each(["[a-z&&[^b]]", "[a--b]", "[a~~b]", "[a[b]]", "\\<a", "a\\>", "\\b{start}a"])(
    "rejects %s, which it would read in another way than Zed",
    (pattern) => {
      expect(matches(pattern, "a")).toMatch(/^"\S+" is not supported\.$/);
    },
  );

  it.each(["(a+)+$", "(a|aa)+$", "(a*)*b", "(.*a){20}$", "^(([a-z])+.)+[A-Z]([a-z])+$"])(
    "%s ends soon on every text",
    (pattern) => {
      expect(matches(pattern, `${"a".repeat(20_000)}!`)).toBe(false);
    },
    20_000,
  );

  it("that would need too much memory is not valid", () => {
    expect(matches("((a{100}){100}){100}", "a")).toBeTypeOf("string");
  });
});
