import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from "node:fs";
import { open, stat } from "node:fs/promises";
import { errorCode, formatLimit, kindProblem, reasonOf, UnreadableFile } from "./file-error.ts";

/** The content of a file, and what the system said of the file while it was open. */
export interface RegularFile {
  readonly bytes: Buffer;
  readonly stats: Stats;
}

/**
 * `O_NONBLOCK`: opening a named pipe waits for a writer otherwise, in a thread that neither Ctrl-C nor `process.exit`
 * can end. `O_NOCTTY`: a terminal does not become the one of this process. Windows has neither.
 */
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/**
 * Reads a regular file of at most `limit` bytes; undefined if there is none. A link may lead to it. Rejects with an
 * `UnreadableFile` for anything else: a folder, a device, a named pipe, a socket, a longer file, one that grows past
 * the limit while it is read, or one that may not be read. Never waits for a writer, and never reads past the limit.
 */
export async function readRegularFile(path: string, limit: number): Promise<RegularFile | undefined> {
  try {
    // Asked before it is opened, as opening a device can do something.
    refuseUnfit(await stat(path), limit);
    await using file = await open(path, flags);
    // Asked again of what was opened, as the two need not be the same file.
    const stats = await file.stat();
    refuseUnfit(stats, limit);
    const content = new BoundedContent(stats.size, limit);
    for (;;) {
      const { bytesRead } = await file.read(content.room());
      if (content.took(bytesRead)) return { bytes: content.bytes, stats };
    }
  } catch (error) {
    return absentOrThrow(error);
  }
}

/** The same at once, for what cannot wait. */
export function readRegularFileSync(path: string, limit: number): RegularFile | undefined {
  let file: number | undefined;
  try {
    refuseUnfit(statSync(path), limit);
    file = openSync(path, flags);
    const stats = fstatSync(file);
    refuseUnfit(stats, limit);
    const content = new BoundedContent(stats.size, limit);
    while (!content.took(readSync(file, content.room())));
    return { bytes: content.bytes, stats };
  } catch (error) {
    return absentOrThrow(error);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** What was read so far: at most one byte more than the limit, which shows that the file is longer. */
class BoundedContent {
  readonly #limit: number;
  #buffer: Buffer<ArrayBuffer>;
  #length = 0;

  constructor(expected: number, limit: number) {
    this.#limit = limit;
    // One byte more than expected: a file of that size ends without another buffer.
    this.#buffer = Buffer.allocUnsafe(Math.min(expected, limit) + 1);
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Where the next bytes go. */
  room(): Buffer<ArrayBuffer> {
    if (this.#length === this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.min(Math.max(2 * this.#buffer.length, 4096), this.#limit + 1));
      this.#buffer.copy(larger);
      this.#buffer = larger;
    }
    return this.#buffer.subarray(this.#length);
  }

  /** Counts what was read. Returns true at the end of the file; throws if there is more than the limit. */
  took(count: number): boolean {
    this.#length += count;
    if (this.#length > this.#limit) throw tooLong(this.#limit);
    return count === 0;
  }
}

function refuseUnfit(stats: Stats, limit: number): void {
  const problem = kindProblem(stats);
  if (problem !== undefined) throw new UnreadableFile(problem);
  if (stats.size > limit) throw tooLong(limit);
}

function tooLong(limit: number): UnreadableFile {
  return new UnreadableFile(`is larger than ${formatLimit(limit)}`);
}

function absentOrThrow(error: unknown): undefined {
  if (error instanceof UnreadableFile) throw error;
  const code = errorCode(error);
  if (code === "ENOENT" || code === "ENOTDIR") return undefined;
  throw new UnreadableFile(reasonOf(error), { cause: error });
}
