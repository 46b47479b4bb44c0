import { type FileHandle, mkdir, open, readlink, rename, stat, unlink } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { errorCode, kindProblem, UnreadableFile } from "./file-error.ts";
import { temporaryPath } from "./leftovers.ts";
import { writeInPlace } from "./write-in-place.ts";

/**
 * Writes a file so that a reader sees the old content or the new one, never a part. Follows symbolic links to what they
 * lead to, even to nothing yet. An existing file keeps its mode and owner; a new one gets `mode`; folders that are
 * missing are made for this user only. A file that cannot be replaced, as it is mounted by itself, is written in place.
 * Rejects with the system's error, or with an `UnreadableFile` if something else than a regular file is there.
 */
export async function writeAtomically(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const target = await linkTarget(path);
  const existing = await stat(target).catch(() => undefined);
  const problem = existing === undefined ? undefined : kindProblem(existing);
  if (problem !== undefined) throw new UnreadableFile(problem);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const temporary = await temporaryPath(target, "tmp");
  try {
    // "wx": never through a link that another program put there.
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(content);
      await file.chmod(existing === undefined ? mode : existing.mode & 0o7777);
      if (existing !== undefined) await keepOwner(file, existing);
      await file.sync();
    } finally {
      await file.close();
    }
    await replace(temporary, target, content);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

/** What a path leads to when its last part, and whatever that leads to, are symbolic links. */
export async function linkTarget(path: string): Promise<string> {
  let target = resolve(path);
  for (let links = 0; links < 40; links++) {
    const next = await readlink(target).catch(() => undefined);
    if (next === undefined) return target;
    target = resolve(dirname(target), next);
  }
  throw Object.assign(new Error(`Too many symbolic links: ${path}`), { code: "ELOOP" });
}

/** Only root can give files away; for others the file is theirs already. */
async function keepOwner(file: FileHandle, existing: { readonly uid: number; readonly gid: number }): Promise<void> {
  const own = await file.stat();
  if (own.uid === existing.uid && own.gid === existing.gid) return;
  await file.chown(existing.uid, existing.gid).catch(() => undefined);
}

async function replace(temporary: string, target: string, content: string | Uint8Array): Promise<void> {
  try {
    await renameOver(temporary, target);
  } catch (error) {
    if (process.platform === "win32" || errorCode(error) !== "EBUSY") throw error;
    // Mounted by itself, as containers do with single files. The whole content stays beside it until it is written:
    // if this process is killed, the next writer finishes.
    const ready = await temporaryPath(target, "new");
    await rename(temporary, ready);
    try {
      await writeInPlace(target, typeof content === "string" ? Buffer.from(content) : content);
    } finally {
      await unlink(ready).catch(() => undefined);
    }
  }
}

/** On Windows a file that another program has just opened cannot be replaced for a moment. */
async function renameOver(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      const busy = ["EPERM", "EACCES", "EBUSY"].includes(errorCode(error) ?? "");
      if (process.platform !== "win32" || !busy || attempt === 10) throw error;
      await delay(attempt * 10);
    }
  }
}
