import { randomBytes } from "node:crypto";
import { type BigIntStats, unlinkSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { FileProblem, PathChanged, systemCode } from "./file-problem.ts";
import type { OpenFolder } from "./open-folder.ts";

/** Temporary files that are being written: an end of the program takes them away. */
const unfinished = new Set<string>();
process.once("exit", () => {
  for (const path of unfinished) unlinkQuietly(path);
});

/** What a folder answers if it may not be written to, the file belongs to another user, or is a mount point. */
const writeInPlaceCodes: ReadonlySet<string | undefined> = new Set(["EACCES", "EPERM", "EBUSY"]);

/**
 * Makes a file, or replaces what one holds and keeps its permissions. The new bytes are written to a temporary file in
 * the same folder, which then takes the place of the file, so that it is whole at every moment. They are written into
 * the file itself if the folder does not allow that, or is only reached by its path: a rename could then be led astray.
 * Rejects with a `FileProblem` for what is not a regular file.
 */
export async function replaceFile(folder: OpenFolder, name: string, bytes: Uint8Array): Promise<void> {
  const before = await folder.stat(name);
  // The path was looked up: that it is a link now is news.
  if (before?.isSymbolicLink()) throw new PathChanged();
  if (before?.isDirectory()) throw new FileProblem("is a folder, not a file");
  if (before !== undefined && !before.isFile()) throw new FileProblem("is not a regular file");
  if (before !== undefined) await folder.requireWritable(name);
  if (folder.access === "path") return writeInPlace(folder, name, bytes, before === undefined);
  try {
    await replace(folder, name, bytes, before);
  } catch (error) {
    if (before === undefined || !writeInPlaceCodes.has(systemCode(error))) throw error;
    await writeInPlace(folder, name, bytes, false);
  }
}

async function replace(
  folder: OpenFolder,
  name: string,
  bytes: Uint8Array,
  before: BigIntStats | undefined,
): Promise<void> {
  const temporary = `.waygate-${process.pid}-${randomBytes(6).toString("hex")}.tmp`;
  const path = folder.pathOf(temporary);
  unfinished.add(path);
  try {
    // What others may not read must not be readable before its permissions are set either.
    await using file = await folder.createFile(temporary, before === undefined ? 0o666 : 0o600);
    await file.writeFile(bytes);
    if (before !== undefined) await copyPermissions(before, file);
    await file.sync();
    await folder.verify();
    await folder.rename(temporary, name);
    // A folder that was moved away meanwhile took the file with it.
    await folder.verify(name, await file.stat({ bigint: true }));
  } catch (error) {
    await folder.remove(temporary).catch(() => undefined);
    throw error;
  } finally {
    unfinished.delete(path);
  }
}

async function copyPermissions({ mode, uid, gid }: BigIntStats, file: FileHandle): Promise<void> {
  const own = await file.stat({ bigint: true });
  // Only an administrator can give a file to another user.
  if (own.uid !== uid || own.gid !== gid) await file.chown(Number(uid), Number(gid));
  await file.chmod(Number(mode & 0o777n));
}

async function writeInPlace(folder: OpenFolder, name: string, bytes: Uint8Array, isNew: boolean): Promise<void> {
  await using file = await (isNew ? folder.createFile(name, 0o666) : folder.openFile(name, "write"));
  const stats = await file.stat();
  if (!stats.isFile()) throw new FileProblem("is not a regular file");
  // Its other name may be outside of the folder.
  if (stats.nlink > 1)
    throw new FileProblem("has another name elsewhere (a hard link), under which it would change too");
  await file.writeFile(bytes);
  await file.truncate(bytes.length);
}

function unlinkQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is gone already.
  }
}
