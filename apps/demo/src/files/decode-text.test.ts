import { expect, it } from "vitest";
import { decodeText, requireUtf8, wholeText } from "./decode-text.ts";

it.each(["", "plain", "ü€\u{1f600}\n", "\u001b[1mbold\u001b[0m\f\v\b", "\ufeffmarked", "\ufeff", "a\ufeffb"])(
  "gives %j back byte for byte",
  (text) => {
    const decoded = decodeText(Buffer.from(text));
    requireUtf8(decoded);
    expect(wholeText(decoded, decoded.text)).toBe(text);
    expect(decoded.text).toBe(text.replace(/^\ufeff/, ""));
  },
);

it.each([
  ["Latin-1", [0x6e, 0x61, 0xef, 0x76, 0x65, 0x0a, 0x31, 0x0a], "na\ufffdve\n1\n", 1],
  ["a cut sequence at the end", [0x61, 0x0a, 0x62, 0x0a, 0xe2, 0x82], "a\nb\n\ufffd", 3],
  ["a surrogate in UTF-8", [0x61, 0x0a, 0xed, 0xa0, 0x80], "a\n\ufffd\ufffd\ufffd", 2],
  ["an overlong form", [0xc0, 0xaf], "\ufffd\ufffd", 1],
])("reads %s with signs in place of bytes, and says where", (_, bytes, text, line) => {
  const decoded = decodeText(Buffer.from(bytes));
  expect(decoded).toEqual({ text, byteOrderMark: false, invalidLine: line });
  expect(() => requireUtf8(decoded)).toThrow(`is not UTF-8: line ${line} `);
});

it.each([
  ["NUL", Buffer.from("text\0text"), "a binary file of 9 bytes"],
  ["NUL far behind", Buffer.from(`${"x".repeat(100_000)}\0`), "a binary file of 100001 bytes"],
  ["bytes of an image", Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0x10, 0x4a]), "a binary file of 6 bytes"],
  ["UTF-16, little end first", Buffer.from("\ufeffab\n", "utf16le"), "UTF-16 text, not UTF-8"],
  ["UTF-16, big end first", Buffer.from("\ufeffab\n", "utf16le").swap16(), "UTF-16 text, not UTF-8"],
  ["UTF-32", Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), "UTF-32 text, not UTF-8"],
  ["UTF-16 without a mark", Buffer.from("ab", "utf16le"), "a binary file of 4 bytes"],
])("refuses %s by name", (_, bytes, words) => {
  expect(() => decodeText(bytes)).toThrow(`is ${words}`);
});
