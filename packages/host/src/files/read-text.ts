import { open } from "node:fs/promises";

/** Why a file gave no text. `message` completes "The file … ". */
export class UnreadableFile extends Error {}

export interface TextFile {
  /** Without a byte order mark. */
  readonly text: string;
  /** Whether the file began with a byte order mark. */
  readonly byteOrderMark: boolean;
}

/**
 * Reads a UTF-8 file; undefined where there is none. Rejects with an `UnreadableFile` for one that may not be read, is
 * no file, is larger than `limit` bytes, or is in another encoding.
 */
export async function readTextFile(path: string, limit: number): Promise<TextFile | undefined> {
  const bytes = await readBytes(path, limit);
  return bytes === undefined ? undefined : decodeText(bytes);
}

/** The same for bytes that have been read. */
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

export async function readBytes(path: string, limit: number): Promise<Uint8Array | undefined> {
  try {
    await using file = await open(path, "r");
    const information = await file.stat();
    if (information.isDirectory()) throw new UnreadableFile("is a folder");
    if (information.size > limit) {
      throw new UnreadableFile(`is larger than ${Math.floor(limit / (1024 * 1024))} MB`);
    }
    return await file.readFile();
  } catch (error) {
    if (error instanceof UnreadableFile) throw error;
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new UnreadableFile(reasonOf(error), { cause: error });
  }
}

/** A system error in words that complete "The file … ". */
export function reasonOf(error: unknown): string {
  switch (errorCode(error)) {
    case "EACCES":
    case "EPERM":
      return "may not be opened by this user (no permission)";
    case "EISDIR":
      return "is a folder";
    case "ELOOP":
      return "is a symbolic link that leads back to itself";
    case "EROFS":
      return "is on a file system that cannot be written to";
    case "ENOSPC":
      return "does not fit on the disk any more";
    default:
      return `could not be used (${errorCode(error) ?? (error instanceof Error ? error.message : String(error))})`;
  }
}

export function errorCode(error: unknown): string | undefined {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
