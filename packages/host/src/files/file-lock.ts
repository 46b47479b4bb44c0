import { createHash } from "node:crypto";
import { link, mkdir, open, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { HostError } from "../host-error.ts";
import { errorCode } from "./file-error.ts";
import { temporaryPath } from "./leftovers.ts";
import { isForgotten, makeLockToken, readLockToken } from "./lock-token.ts";
import { tidyUp } from "./tidy-up.ts";

/** How long a lock is waited for, in milliseconds. */
const patience = 20_000;

const queues = new Map<string, Promise<unknown>>();

/**
 * Does some work while no other process that asks for the same lock does. The lock is the file `path` with `.lock`
 * behind it. First removes what killed writers have left beside `path`. Takes over the lock of a process that has died,
 * never that of a living process of this machine. Rejects with a `HostError` of code `settings-busy` if the lock is not
 * free within 20 seconds.
 */
export async function withFileLock<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  // Within the process they wait in line: asking the file system again and again is for other processes.
  const previous = queues.get(path) ?? Promise.resolve();
  const turn = previous.then(() => lockAndWork(path, work));
  const settled = turn.catch(() => undefined);
  queues.set(path, settled);
  try {
    return await turn;
  } finally {
    if (queues.get(path) === settled) queues.delete(path);
  }
}

async function lockAndWork<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  const lock = `${path}.lock`;
  const token = await makeLockToken();
  await acquire(lock, token);
  try {
    await tidyUp(path);
    return await work();
  } finally {
    if ((await readLockToken(lock).catch(() => undefined)) === token) await unlink(lock).catch(() => undefined);
  }
}

async function acquire(lock: string, token: string): Promise<void> {
  const deadline = Date.now() + patience;
  await mkdir(dirname(lock), { recursive: true, mode: 0o700 });
  const place = await placing(lock, token);
  try {
    while (!(await place())) {
      if (Date.now() > deadline) {
        throw new HostError("settings-busy", `Another program holds "${lock}". If none does, delete that file.`);
      }
      if (!(await removeForgotten(lock, token))) await delay(5 + Math.random() * 25);
    }
  } finally {
    await place.end();
  }
}

/**
 * Prepares a file that is put into its place whole, so that the holder of a lock can always be read. What it returns
 * tries to put it there, and resolves to false if something is there already.
 */
async function placing(file: string, token: string) {
  const temporary = await temporaryPath(file, "tmp");
  await writeNew(temporary, token);
  const place = async (): Promise<boolean> => {
    try {
      await link(temporary, file);
      return true;
    } catch (error) {
      if (errorCode(error) === "EEXIST") return false;
    }
    try {
      // Not every file system has links.
      await writeNew(file, token);
      return true;
    } catch (error) {
      if (errorCode(error) === "EEXIST") return false;
      throw error;
    }
  };
  return Object.assign(place, { end: () => unlink(temporary).catch(() => undefined) });
}

async function writeNew(file: string, content: string): Promise<void> {
  await using opened = await open(file, "wx", 0o600);
  await opened.writeFile(content);
}

/**
 * Removes a lock whose holder has died. Resolves to true if it did.
 *
 * Several processes may find the same lock forgotten, and a slow one must not remove the lock of the next holder. So a
 * process claims the token that it has read, by a file of its own, before it looks again and removes the lock. Only one
 * process has that claim, and only the process with the claim removes a lock with that token.
 */
async function removeForgotten(lock: string, token: string): Promise<boolean> {
  const held = await readLockToken(lock);
  if (held === undefined || !(await isForgotten(lock, held))) return false;
  const claim = `${lock}.${createHash("sha256").update(held).digest("hex").slice(0, 12)}`;
  const place = await placing(claim, token);
  try {
    if (!(await place())) {
      // The process with the claim may have died, too.
      await removeForgotten(claim, token);
      return false;
    }
    try {
      if ((await readLockToken(lock)) !== held) return false;
      await unlink(lock);
      return true;
    } finally {
      await unlink(claim).catch(() => undefined);
    }
  } finally {
    await place.end();
  }
}
