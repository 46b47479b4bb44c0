import { describe, expect, it } from "vitest";
import { Utf8Decoder } from "./utf8-decoder.ts";

function decode(pieces: readonly Buffer[]): string {
  const decoder = new Utf8Decoder();
  return pieces.map((piece) => decoder.decode(piece)).join("") + decoder.end();
}

describe("UTF-8", () => {
  const mark = "\ufeff";

  it.each([
    ["plain", "plain text"],
    ["of several bytes", "grüße 世界 🌍 end"],
    ["with a mark within", `begun ${mark} and ended`],
  ])("%s is the same wherever it is cut", (_what, text) => {
    const bytes = Buffer.from(text);
    for (let first = 0; first <= bytes.length; first++) {
      for (let second = first; second <= bytes.length; second++) {
        const pieces = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
        // The network delivers no empty pieces.
        expect(decode(pieces.filter(({ length }) => length > 0))).toBe(text);
      }
    }
  });

  it("loses the mark at its beginning", () => {
    expect(decode([Buffer.from(`${mark}text`)])).toBe("text");
    expect(decode([Buffer.from(mark), Buffer.from("text")])).toBe("text");
  });

  it("that ends within a character ends with a replacement", () => {
    expect(decode([Buffer.from("grü").subarray(0, 3)])).toBe("gr\ufffd");
  });
});
