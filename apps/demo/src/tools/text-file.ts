import { constants, type FileHandle, open } from "node:fs/promises";
import { fileFailure } from "./file-failure.ts";

const maxBytes = 5 * 1024 * 1024;

export type TextFile = { readonly text: string } | Unreadable;

export interface Unreadable {
  /** Why it is not read, in words for the model. */
  readonly refused: string;
  /** True where there is nothing of this name. */
  readonly missing: boolean;
}

/** Reads a file as UTF-8 text. Refuses what is no file (a pipe would never end), too large, or binary. */
export async function readTextFile(realPath: string, name: string): Promise<TextFile> {
  let file: FileHandle | undefined;
  try {
    // Not held up by a pipe that nobody writes to.
    file = await open(realPath, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = await file.stat();
    if (stats.isDirectory()) return refuse(`"${name}" is a folder, not a file.`);
    if (!stats.isFile()) return refuse(`"${name}" is not a regular file.`);
    if (stats.size > maxBytes) {
      return refuse(`"${name}" has ${stats.size} bytes; files of more than ${maxBytes} bytes are not read.`);
    }
    const bytes = await file.readFile();
    if (bytes.subarray(0, 8192).includes(0)) return refuse(`"${name}" is a binary file of ${bytes.length} bytes.`);
    return { text: new TextDecoder().decode(bytes) };
  } catch (error) {
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (missing) return { refused: `There is no "${name}".`, missing };
    throw fileFailure(error, name);
  } finally {
    await file?.close();
  }
}

function refuse(refused: string): Unreadable {
  return { refused, missing: false };
}
