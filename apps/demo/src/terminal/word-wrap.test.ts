import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WordWrap, wrapText } from "./word-wrap.ts";

describe("wrapping words", () => {
  it("breaks between words and keeps the text's own lines", () => {
    expect(wrapText("one two three four five six seven", 20)).toBe("one two three four \nfive six seven");
    expect(wrapText("one\ntwo\n\nthree", 20)).toBe("one\ntwo\n\nthree");
    expect(wrapText("12345678901234567890 x", 20)).toBe("12345678901234567890\nx");
    expect(wrapText("one two three four five", 24, "    ")).toBe("one two three four \n    five");
  });

  it("leaves to the terminal what is longer than a line", () => {
    const word = "x".repeat(50);
    expect(wrapText(`a ${word} b`, 20)).toBe(`a \n${word} b`);
  });

  it("leaves code as it is", () => {
    const line = "const answer = question + question;";
    expect(wrapText(`\`\`\`ts\n${line}\n\`\`\`\nall the words of this`, 20)).toBe(
      `\`\`\`ts\n${line}\n\`\`\`\nall the words of \nthis`,
    );
    expect(wrapText(`    ${line}`, 20)).toBe(`    ${line}`);
  });

  it("counts columns, not characters", () => {
    expect(wrapText("世界世界世界 世界世界世", 20)).toBe("世界世界世界 \n世界世界世");
  });

  it("gives the same in whatever pieces the text comes, and loses nothing but spaces", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "bc", " ", "\n", "`", "世", "longerword"), maxLength: 200 });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 7 }), (whole, size) => {
        const wrap = new WordWrap(20);
        let written = "";
        for (let at = 0; at < whole.length; at += size) written += wrap.push(whole.slice(at, at + size));
        written += wrap.flush();
        expect(written).toBe(wrapText(whole, 20));
        expect(written.replaceAll(/\s/g, "")).toBe(whole.replaceAll(/\s/g, ""));
      }),
    );
  });
});
