import { readFile, writeFile } from "node:fs/promises";
import { relative, resolve, sep } from "node:path";
import { UsageError } from "../exit-code.ts";
import { fileFailure } from "../tools/file-failure.ts";
import { readTextFile } from "../tools/text-file.ts";

const byteOrderMark = "\ufeff";

/** A text file as it was read, to be written again. */
export interface EditedFile {
  /** Absolute. */
  readonly path: string;
  /** As people and models name it: from the folder on, with forward slashes. */
  readonly name: string;
  readonly text: string;
}

/** Reads a text file. Throws a `UsageError` for what is none. */
export async function readEdited(folder: string, path: string): Promise<EditedFile> {
  const absolute = resolve(folder, path);
  const name = relative(folder, absolute).replaceAll(sep, "/") || path;
  const file = await readTextFile(absolute, path).catch((error: unknown) => {
    throw error instanceof Error ? new UsageError(error.message) : error;
  });
  if ("refused" in file) throw new UsageError(file.refused);
  return { path: absolute, name, text: file.text };
}

/** Writes it, mode and byte order mark kept, unless it has changed since it was read. */
export async function writeEdited({ path, name, text }: EditedFile, changed: string): Promise<void> {
  try {
    const now = await readFile(path, "utf8");
    const mark = now.startsWith(byteOrderMark) ? byteOrderMark : "";
    if (now.slice(mark.length) !== text) {
      throw new UsageError(`"${name}" has changed since it was read, so nothing was written. Try again.`);
    }
    await writeFile(path, mark + changed);
  } catch (error) {
    throw fileFailure(error, name);
  }
}
