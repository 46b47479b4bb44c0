import { constants, type FileHandle, open } from "node:fs/promises";
import { kindProblem, UnreadableFile } from "./file-error.ts";

/** Neither waits for a reader of a named pipe, nor empties the file. */
const flags = constants.O_RDWR | (constants.O_NONBLOCK ?? 0);

/**
 * Writes a new content into a file that exists, for a file that cannot be replaced. Puts the old content back if the
 * new one cannot be written. Rejects with the system's error, or with an `UnreadableFile` for what is not a regular file.
 */
export async function writeInPlace(path: string, content: Uint8Array): Promise<void> {
  await using file = await open(path, flags);
  const problem = kindProblem(await file.stat());
  if (problem !== undefined) throw new UnreadableFile(problem);
  const before = await file.readFile();
  try {
    await overwrite(file, content);
  } catch (error) {
    await overwrite(file, before).catch(() => undefined);
    throw error;
  }
}

async function overwrite(file: FileHandle, content: Uint8Array): Promise<void> {
  for (let done = 0; done < content.length; ) {
    done += (await file.write(content, done, content.length - done, done)).bytesWritten;
  }
  await file.truncate(content.length);
  await file.sync();
}
