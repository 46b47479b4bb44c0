import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exactJson, exactLine, exactText } from "./exact-text.ts";

/** One of each kind that a terminal does not show as a sign of its own. */
const unseen: readonly (readonly [name: string, character: string])[] = [
  ["escape", "\u001b"],
  ["bell", "\u0007"],
  ["NUL", "\0"],
  ["delete", "\u007f"],
  ["C1 control", "\u009b"],
  ["carriage return", "\r"],
  ["next line", "\u0085"],
  ["soft hyphen", "\u00ad"],
  ["combining grapheme joiner", "\u034f"],
  ["Arabic letter mark", "\u061c"],
  ["Hangul filler", "\u3164"],
  ["Hangul initial filler", "\u115f"],
  ["Hangul medial filler", "\u1160"],
  ["halfwidth Hangul filler", "\uffa0"],
  ["Khmer inherent vowel", "\u17b4"],
  ["Khmer inherent vowel 2", "\u17b5"],
  ["Mongolian vowel separator", "\u180e"],
  ["Mongolian variation selector", "\u180b"],
  ["zero-width space", "\u200b"],
  ["zero-width non-joiner", "\u200c"],
  ["zero-width joiner", "\u200d"],
  ["left-to-right mark", "\u200e"],
  ["right-to-left mark", "\u200f"],
  ["right-to-left override", "\u202e"],
  ["first strong isolate", "\u2068"],
  ["line separator", "\u2028"],
  ["paragraph separator", "\u2029"],
  ["word joiner", "\u2060"],
  ["invisible times", "\u2062"],
  ["byte order mark", "\ufeff"],
  ["variation selector", "\ufe0f"],
  ["supplementary variation selector", "\u{e0101}"],
  ["tag", "\u{e0061}"],
  ["interlinear annotation", "\ufff9"],
  ["blank braille pattern", "\u2800"],
  ["null notehead", "\u{1d159}"],
  ["no-break space", "\u00a0"],
  ["ogham space", "\u1680"],
  ["en quad", "\u2000"],
  ["hair space", "\u200a"],
  ["narrow no-break space", "\u202f"],
  ["mathematical space", "\u205f"],
  ["ideographic space", "\u3000"],
  ["private use", "\ue000"],
  ["noncharacter", "\uffff"],
  ["high surrogate", "\ud800"],
  ["low surrogate", "\udc00"],
  ["enclosing mark on nothing", "\u20dd"],
];

describe("text shown exactly", () => {
  it.each(unseen)("escapes the %s", (_name, character) => {
    const shown = `\\u{${character.codePointAt(0)?.toString(16)}}`;
    expect(exactText(`a.${character}b`)).toBe(`a.${shown}b`);
    expect(exactLine(`a.${character}b`)).toBe(`a.${shown}b`);
  });

  it.each([
    "plain text, $HOME `x` \\n \\x1b C:\\new\\users",
    "Grüße, 世界, Привет, שלום, สวัสดี, हिन्दी, e\u0301",
    "family 👨‍👩‍👧, flag 🏳️‍🌈, keycap 1️⃣, heart ❤️, thumb 👍🏽, England 🏴󠁧󠁢󠁥󠁮󠁧󠁿, Japan 🇯🇵",
  ])("leaves %s as it is", (text) => {
    expect(exactText(text)).toBe(text);
    expect(exactLine(text)).toBe(text);
  });

  it("keeps line breaks and tabs of a text, and escapes those of a line", () => {
    expect(exactText("a\n\tb")).toBe("a\n\tb");
    expect(exactLine("a\n\tb")).toBe("a\\u{a}\\u{9}b");
  });

  it("shows spaces at the ends of a line", () => {
    expect(exactLine(" a b  ")).toBe("\\u{20}a b\\u{20}\\u{20}");
  });

  it("escapes joiners, selectors and tags that make no emoji", () => {
    expect(exactLine("a\u200d👧")).toBe("a\\u{200d}👧");
    expect(exactLine("👧\u200d")).toBe("👧\\u{200d}");
    expect(exactLine("👍\u{e0061}")).toBe("👍\\u{e0061}");
    expect(exactLine("a\ufe0f")).toBe("a\\u{fe0f}");
  });

  it("escapes marks that are heaped upon a letter", () => {
    expect(exactLine(`a${"\u0301".repeat(6)}`)).toBe(`a${"\u0301".repeat(4)}\\u{301}\\u{301}`);
  });

  it("tells an escape from a text that reads like one", () => {
    expect(exactLine("\u001b")).toBe("\\u{1b}");
    expect(exactLine("\\u{1b}")).toBe("\\\\u{1b}");
    expect(exactLine("\\\\u{1B}")).toBe("\\\\\\\\u{1B}");
    expect(exactLine("\\\u001b")).toBe("\\\\\\u{1b}");
    expect(exactLine("a\\ ")).toBe("a\\\\\\u{20}");
    expect(exactText("a \\\n b\\\tc")).toBe("a \\\n b\\\tc");
  });

  it("never shows two texts as the same", () => {
    const pieces = fc.constantFrom("\\", "\u001b", "u", "{", "1b", "}", "u{1b}", " ", "\n", "a", "\u200d", "👧", "👩");
    const text = fc.array(pieces, { maxLength: 12 }).map((list) => list.join(""));
    fc.assert(
      fc.property(text, (original) => {
        expect(decoded(exactLine(original))).toBe(original);
        expect(decoded(exactText(original))).toBe(original);
      }),
      { numRuns: 5000 },
    );
  });
});

describe("JSON shown exactly", () => {
  it.each(unseen.filter(([, character]) => character !== "\ud800" && character !== "\udc00"))(
    "escapes the %s and means the same",
    (_name, character) => {
      const json = exactJson(JSON.stringify({ [character]: `a.${character}` }, undefined, 2));
      expect(json).not.toContain(character);
      expect(JSON.parse(json)).toEqual({ [character]: `a.${character}` });
    },
  );

  it("keeps its layout", () => {
    expect(exactJson('{\n  "a": "世界"\n}')).toBe('{\n  "a": "世界"\n}');
  });
});

/** The only text that can be shown so. */
function decoded(shown: string): string {
  return shown.replace(/(\\*)u\{([0-9a-fA-F]+)\}/g, (_, slashes: string, code: string) => {
    const half = "\\".repeat(slashes.length / 2);
    // An odd run ends with the backslash of an escape.
    return half + (slashes.length % 2 === 1 ? String.fromCodePoint(Number.parseInt(code, 16)) : `u{${code}}`);
  });
}
