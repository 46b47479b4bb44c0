import { isUtf8 } from "node:buffer";
import { FileProblem } from "./file-problem.ts";

/** A text file as its bytes give it. */
export interface DecodedText {
  /** Without a byte order mark. Bytes that are not valid UTF-8 are `\ufffd` in it. */
  readonly text: string;
  /** Whether the file began with one. */
  readonly byteOrderMark: boolean;
  /** The first line, counted from 1, with bytes that are not valid UTF-8; undefined if all are valid. */
  readonly invalidLine: number | undefined;
}

const byteOrderMark = Buffer.from("\ufeff");
const lineFeed = 0x0a;
// More specific before less: the mark of UTF-32 begins with that of UTF-16.
const otherMarks = [
  { encoding: "UTF-32", mark: Buffer.from([0xff, 0xfe, 0, 0]) },
  { encoding: "UTF-32", mark: Buffer.from([0, 0, 0xfe, 0xff]) },
  { encoding: "UTF-16", mark: Buffer.from([0xff, 0xfe]) },
  { encoding: "UTF-16", mark: Buffer.from([0xfe, 0xff]) },
];

/** Reads bytes as UTF-8. Throws a `FileProblem` for binary data and for UTF-16. */
export function decodeText(bytes: Buffer): DecodedText {
  for (const { encoding, mark } of otherMarks) {
    if (bytes.subarray(0, mark.length).equals(mark)) throw new FileProblem(`is ${encoding} text, not UTF-8`);
  }
  const isValid = isUtf8(bytes);
  if (bytes.includes(0) || (!isValid && hasControls(bytes))) {
    throw new FileProblem(`is a binary file of ${bytes.length} bytes`);
  }
  return {
    // Takes the mark away.
    text: new TextDecoder().decode(bytes),
    byteOrderMark: bytes.subarray(0, byteOrderMark.length).equals(byteOrderMark),
    invalidLine: isValid ? undefined : firstInvalidLine(bytes),
  };
}

/** A text as its file holds it: with a byte order mark if that had one. */
export function wholeText({ byteOrderMark: marked }: Pick<DecodedText, "byteOrderMark">, text: string): string {
  return marked ? `\ufeff${text}` : text;
}

/** Throws a `FileProblem` for a text that would not be written back as it was read. */
export function requireUtf8({ invalidLine }: DecodedText): void {
  if (invalidLine === undefined) return;
  throw new FileProblem(
    `is not UTF-8: line ${invalidLine} has bytes that would be lost if it were written again. Convert it to UTF-8 first`,
  );
}

/** Whether there are control characters that no text has, in any encoding: all but BS, TAB, LF, VT, FF, CR, SUB and ESC. */
function hasControls(bytes: Buffer): boolean {
  return bytes.some((byte) => byte < 0x08 || (byte > 0x0d && byte < 0x20 && byte !== 0x1a && byte !== 0x1b));
}

function firstInvalidLine(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; ; line++) {
    const end = bytes.indexOf(lineFeed, start);
    if (end < 0 || !isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
}
