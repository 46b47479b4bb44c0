import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Pattern } from "./pattern.ts";
import { CheckGivenUp, StepBudget } from "./step-budget.ts";

const matches = (pattern: string, text: string, steps = 1_000_000) =>
  Pattern.read(pattern)?.matches(text, new StepBudget(steps));

/** What JavaScript says, in the first syntax that accepts the pattern. */
function native(pattern: string, text: string): boolean {
  for (const flags of ["u", ""]) {
    try {
      return new RegExp(pattern, flags).test(text);
    } catch {
      // Perhaps in the other one.
    }
  }
  throw new Error(`${pattern} is not a regular expression.`);
}

/** Patterns of all kinds that can be matched, over an alphabet so small that they meet. */
const patterns = fc.letrec<{ node: string; atom: string }>((tie) => ({
  atom: fc.constantFrom(
    ..."abB1_ -{}]",
    ...["\\d", "\\D", "\\w", "\\W", "\\s", "\\S", ".", "[ab]", "[^a]", "[a-b1]", "[]", "[^]", "[\\]a]", "[\\w-]"],
    ...[
      "\\p{L}",
      "\\P{Lu}",
      "\\u{1f44d}",
      "\\ud83d\\udc4d",
      "\u{1f44d}",
      "\\u0061",
      "\\x62",
      "\\-",
      "\\.",
      "\\n",
      "\\0",
    ],
    ...["[\u{1f44d}b]", "\\/", "/", "[\\b]", "\\cJ", "[.*+?]", "(?:)", "()", "a{", "a{,2}", "\\012"],
  ),
  node: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    tie("atom"),
    fc.constantFrom("^", "$", "\\b", "\\B"),
    fc.tuple(tie("node"), tie("node")).map(([a, b]) => `${a}${b}`),
    fc.tuple(tie("node"), tie("node")).map(([a, b]) => `(${a}|${b})`),
    fc
      .tuple(tie("node"), fc.constantFrom("*", "+", "?", "{2}", "{0}", "{1,}", "{0,2}", "{1,3}", "*?", "+?", "{2,3}?"))
      .map(([node, range]) => `(?:${node})${range}`),
    fc
      .tuple(fc.constantFrom("?=", "?!", "?<=", "?<!", "?<name>"), tie("node"))
      .map(([kind, node]) => `(${kind}${node})`),
  ),
}));
const texts = fc.array(fc.constantFrom(..."abB1_ -{}]\n\0,.", "\u{1f44d}", "\ud83d", "\u2028"), { maxLength: 8 });

describe("a pattern", () => {
  it("matches what JavaScript's own regular expressions match", () => {
    const isValid = (pattern: string) => {
      try {
        new RegExp(pattern);
        return true;
      } catch {
        return false;
      }
    };
    let compared = 0;
    fc.assert(
      fc.property(patterns.node.filter(isValid), texts, (pattern, characters) => {
        const text = characters.join("");
        // V8 finds empty matches inside of a surrogate pair, against the specification.
        fc.pre(!/[\u{10000}-\u{10ffff}]/u.test(text) || !/\\[bB]|\(\?[<=!]/.test(pattern));
        const found = matches(pattern, text);
        expect(found).toBe(native(pattern, text));
        compared++;
      }),
      { numRuns: 5000 },
    );
    expect(compared).toBeGreaterThan(4000);
  });

  it.each([
    ["^(?=.*[A-Z])(?=.*\\d)[^\\s]{8,64}$", "Passw0rd", "password"],
    ["^(?!\\s*$).+", "a", "  "],
    ["^[\\w.+-]+@[\\w-]+(\\.[\\w-]+)+$", "a.b+c@example.co.uk", "a@b"],
    ["^\\d{4}-(0[1-9]|1[0-2])-([0-2]\\d|3[01])$", "2024-12-31", "2024-13-01"],
    ["^#([0-9a-fA-F]{3}){1,2}$", "#a1b2c3", "#a1b2"],
    ["^[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]{1,256}$", "Größe 1", "a{b}"],
    ["^.{1,65}$", "a".repeat(65), "a".repeat(66)],
    ["(?<!un)happy", "so happy", "unhappy"],
    ["^(\\/[^/\\0]+)+\\/?$", "/a/b/", "a//b"],
  ])("%s matches %j and not %j", (pattern, fits, misfits) => {
    expect(matches(pattern, fits)).toBe(true);
    expect(matches(pattern, misfits)).toBe(false);
  });

  it.each(["(a)\\1", "(?<x>a)\\k<x>", "(?i:a)", "(?P<x>a)", "(", "a{2,1}", "(a{1000}){1000}", "\\9"])(
    "%s is left alone",
    (pattern) => expect(Pattern.read(pattern)).toBeUndefined(),
  );

  it.each([
    ["^(a+)+$", 30_000],
    ["^(a|a)*$", 30_000],
    ["^(a?){200}a{200}$", 1000],
    ["(.*)*(.*)*(.*)*b", 30_000],
    ["^(([a-z])+.)+[A-Z]([a-z])+$", 30_000],
    ["^(?=(a+)+$)(?!(a*)*b).*$", 30_000],
  ])("%s takes no more steps than its length times that of the text", (pattern, length) => {
    const text = `${"a".repeat(length)}!`;
    expect(matches(pattern, text, pattern.length * 8 * text.length)).toBe(false);
  });

  it("is given up when the steps are used up, wherever they go", () => {
    for (const pattern of ["a*b", "(?<=a*b)c", "(?:(?=a*b)a)*", "(?:a(?<!b.*))*b"]) {
      expect(() => matches(pattern, "a".repeat(100_000), 10_000)).toThrow(CheckGivenUp);
    }
  });
});
