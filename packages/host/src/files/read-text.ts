import { UnreadableFile } from "./file-error.ts";
import { readRegularFile } from "./read-regular-file.ts";

export interface TextFile {
  /** Without a byte order mark. */
  readonly text: string;
  /** Whether the file began with a byte order mark. */
  readonly byteOrderMark: boolean;
}

/**
 * Reads a UTF-8 file of at most `limit` bytes; undefined if there is none. Rejects with an `UnreadableFile` for what is
 * not a regular file, may not be read, is longer than the limit, or is in another encoding.
 */
export async function readTextFile(path: string, limit: number): Promise<TextFile | undefined> {
  const file = await readRegularFile(path, limit);
  return file === undefined ? undefined : decodeText(file.bytes);
}

/** Decodes bytes that have been read. Throws an `UnreadableFile` for another encoding than UTF-8. */
export function decodeText(bytes: Uint8Array): TextFile {
  const [first, second, third] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new UnreadableFile("is in UTF-16. Save it as UTF-8");
  }
  const byteOrderMark = first === 0xef && second === 0xbb && third === 0xbf;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return { text: byteOrderMark ? text.slice(1) : text, byteOrderMark };
  } catch (cause) {
    throw new UnreadableFile("is not in UTF-8. Save it as UTF-8", { cause });
  }
}
