import { lstat, readdir, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { findLeftovers } from "./leftovers.ts";
import { isForgotten, readLockToken } from "./lock-token.ts";
import { readRegularFile } from "./read-regular-file.ts";
import { writeInPlace } from "./write-in-place.ts";

/** The largest content that is written again, in bytes. */
const limit = 64 * 1024 * 1024;
/** In milliseconds. A file that was written later than that after its new content was ready has another content since. */
const writingTime = 10_000;

/**
 * Removes what killed writers have left beside a file, and finishes what a killed writer had begun to write into the
 * file itself. For the holder of the file's lock. Never rejects: what cannot be removed now is left for the next writer.
 */
export async function tidyUp(path: string): Promise<void> {
  for (const leftover of await findLeftovers(path)) {
    try {
      if (leftover.kind === "new") await finishWriting(path, leftover.path);
      await unlink(leftover.path);
    } catch {
      // A full or protected disk: the next writer tries again.
    }
  }
  await removeClaims(path);
}

async function finishWriting(path: string, source: string): Promise<void> {
  const [written, ready] = await Promise.all([stat(path), lstat(source)]);
  if (written.mtimeMs > ready.mtimeMs + writingTime) return;
  const content = await readRegularFile(source, limit);
  if (content !== undefined) await writeInPlace(path, content.bytes);
}

/** Files by which processes have claimed a forgotten lock, and which they died with. */
async function removeClaims(path: string): Promise<void> {
  const folder = dirname(path);
  const prefix = `${basename(path)}.lock.`;
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(prefix) || !/^[0-9a-f]{12}(\.[0-9a-f]{12})*$/.test(name.slice(prefix.length))) continue;
    const file = join(folder, name);
    const token = await readLockToken(file).catch(() => undefined);
    if (token !== undefined && (await isForgotten(file, token))) await unlink(file).catch(() => undefined);
  }
}
