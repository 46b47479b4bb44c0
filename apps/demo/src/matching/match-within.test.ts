import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { MatchThread, MatchTimeout } from "./match-thread.ts";
import { matchWithin } from "./match-within.ts";

/** More than any of these patterns needs on a busy machine. */
const plenty = 20_000;

describe("matchWithin", () => {
  it("says whether an expression matches anywhere", async () => {
    expect(await matchWithin("b.d", "", "abcde", plenty)).toBe(true);
    expect(await matchWithin("^b", "", "abcde", plenty)).toBe(false);
    expect(await matchWithin("B.D", "i", "abcde", plenty)).toBe(true);
    expect(await matchWithin("^b$", "m", "a\nb\nc", plenty)).toBe(true);
    expect(await matchWithin("\\p{Lu}", "u", "aÄ", plenty)).toBe(true);
    // The flags that make an expression remember where it was do not reach the next call.
    expect(await matchWithin("a", "g", "a", plenty)).toBe(true);
    expect(await matchWithin("a", "g", "a", plenty)).toBe(true);
  });

  it.each([
    ["(a+)+$", `${"a".repeat(60)}!`],
    ["^(a|aa)+$", `${"a".repeat(200)}!`],
    ["(x+x+)+y", "x".repeat(200)],
    ["(.*)*=", "a".repeat(5000)],
    ["((a{0,99}){0,99}){0,99}$", `${"a".repeat(60)}!`],
    ["(?<=b(a+)+)c", `${"a".repeat(60)}c`],
    ["(?=(a+)+b)\\1", "a".repeat(60)],
  ])("stops %s", async (pattern, text) => {
    let turns = 0;
    const ticking = setInterval(() => turns++, 5);
    try {
      await expect(matchWithin(pattern, "", text, 300)).rejects.toThrow(MatchTimeout);
    } finally {
      clearInterval(ticking);
    }
    // Nothing was blocked meanwhile.
    expect(turns).toBeGreaterThan(3);
    expect(await matchWithin("a", "", "a", plenty)).toBe(true);
  });

  it("refuses what is not an expression, and goes on", async () => {
    await expect(matchWithin("(", "", "a", plenty)).rejects.toThrow(SyntaxError);
    await expect(matchWithin("a", "gg", "a", plenty)).rejects.toThrow(SyntaxError);
    expect(await matchWithin("a", "", "a", plenty)).toBe(true);
  });

  it("answers each of several calls at once", async () => {
    const texts = ["a", "b", "ab", "", "ba"];
    expect(await Promise.all(texts.map((text) => matchWithin("^a", "", text, plenty)))).toEqual([
      true,
      false,
      true,
      false,
      false,
    ]);
  });

  it("does not keep a program alive", async () => {
    const file = new URL("./match-within.ts", import.meta.url).href;
    const script = `const { matchWithin } = await import(${JSON.stringify(file)}); console.log(await matchWithin("a", "", "a", ${plenty}));`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
    expect(stdout).toBe("true\n");
  }, 30_000);
});

describe("a match thread", () => {
  it("stops at an abort, also before it has begun", async () => {
    using thread = new MatchThread();
    const job = { type: "test", pattern: "(a+)+$", flags: "", text: `${"a".repeat(60)}!` } as const;
    await expect(thread.run(job, plenty, AbortSignal.abort(new Error("stop")))).rejects.toThrow("stop");
    await expect(thread.run(job, plenty, AbortSignal.timeout(100))).rejects.toThrow("timeout");
    expect(await thread.run({ ...job, text: "aa" }, plenty)).toMatchObject({ value: true });
  });

  it("finds lines with any line end, and shows long ones around the match", async () => {
    using thread = new MatchThread();
    const find = async (pattern: string, text: string, limit = 10) =>
      (await thread.run({ type: "find-lines", pattern, text, limit }, plenty)).value;
    expect(await find("b$", "ab\r\n b\rc\nb")).toEqual([
      { line: 1, excerpt: "ab" },
      { line: 2, excerpt: "b" },
      { line: 4, excerpt: "b" },
    ]);
    expect(await find("f(1)", "f(1)\nf1\n", 1)).toEqual([{ line: 1, excerpt: "f(1)" }]);
    expect(await find("(", "a\n(\n")).toEqual([{ line: 2, excerpt: "(" }]);
    expect(await find("^$", "a\n\nb\n")).toEqual([{ line: 2, excerpt: "" }]);
    const [match] = await find("needle", `${"x".repeat(100_000)}needle${"\u{1f600}".repeat(100_000)}`);
    expect(match?.excerpt).toMatch(/^…x+needle\u{1f600}+…$/u);
    expect(match?.excerpt.length).toBeLessThan(250);
  });
});
