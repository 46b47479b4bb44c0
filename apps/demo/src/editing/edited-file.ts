import { constants, open, realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { UsageError } from "../exit-code.ts";
import { decodeText, requireUtf8, wholeText } from "../files/decode-text.ts";
import { FileProblem, fileFailure } from "../files/file-problem.ts";
import { OpenFolder } from "../files/open-folder.ts";
import { readRegularFile } from "../files/read-regular-file.ts";
import { replaceFile } from "../files/replace-file.ts";
import { maxTextBytes } from "../tools/text-file.ts";

/** A text as it was read, to be written again. */
export interface EditedText {
  /** Without a byte order mark. */
  readonly text: string;
  readonly byteOrderMark: boolean;
}

/** A text file as it was read, to be written again. */
export interface EditedFile extends EditedText {
  /** Absolute. */
  readonly path: string;
  /** As people and models name it: from the folder on, with forward slashes. */
  readonly name: string;
  /** All that the file held. */
  readonly bytes: Buffer;
}

/** Reads a text file. Rejects with a `UsageError` for what is not a text in UTF-8, or cannot be read. */
export async function readEdited(folder: string, path: string): Promise<EditedFile> {
  const absolute = resolve(folder, path);
  const name = relative(folder, absolute).replaceAll(sep, "/") || path;
  try {
    await requireOwnPath(folder, absolute);
    const bytes = await readBytes(absolute);
    return { path: absolute, name, bytes, ...decodeUtf8(bytes) };
  } catch (error) {
    throw usageError(error, path);
  }
}

/** Reads a text from its bytes; `name` says where they come from. Throws a `UsageError` for what is not a text in UTF-8. */
export function editedText(bytes: Buffer, name: string): EditedText {
  try {
    return decodeUtf8(bytes);
  } catch (error) {
    throw usageError(error, name);
  }
}

/** Writes it, permissions and byte order mark kept, unless it has changed since it was read. */
export async function writeEdited(edited: EditedFile, changed: string): Promise<void> {
  const { path, name, bytes } = edited;
  try {
    if (!(await readBytes(path)).equals(bytes)) {
      throw new UsageError(`"${name}" has changed since it was read, so nothing was written. Try again.`);
    }
    const real = await realpath(path);
    await using folder = await OpenFolder.open(dirname(real));
    await replaceFile(folder, basename(real), Buffer.from(wholeText(edited, changed)));
  } catch (error) {
    throw fileFailure(error, name);
  }
}

/** A link in the folder may lead to any file of the person, without a word about it. Named by its own path, each can be edited. */
async function requireOwnPath(folder: string, path: string): Promise<void> {
  if (!isWithin(folder, path)) return;
  const [root, real] = await Promise.all([realpath(folder), realpath(path)]);
  if (isWithin(root, real)) return;
  throw new FileProblem(`is a symbolic link to "${real}", outside of the folder. To edit that file, name it`);
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function decodeUtf8(bytes: Buffer): EditedText {
  const decoded = decodeText(bytes);
  requireUtf8(decoded);
  return { text: decoded.text, byteOrderMark: decoded.byteOrderMark };
}

function usageError(error: unknown, name: string): unknown {
  const failure = fileFailure(error, name);
  return failure instanceof Error ? new UsageError(failure.message) : failure;
}

async function readBytes(path: string): Promise<Buffer> {
  // Not held up by a pipe that nothing writes to.
  await using file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  return await readRegularFile(file, maxTextBytes);
}
