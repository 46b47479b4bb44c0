import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, stat, unlink } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { HostError } from "../host-error.ts";
import { errorCode } from "./file-error.ts";

/** How long a lock is waited for, and after which age it is taken for forgotten, in milliseconds. */
const patience = 20_000;
const forgotten = 10_000;

const queues = new Map<string, Promise<unknown>>();

/**
 * Does some work while no other process that asks for the same lock does: `path` with `.lock` behind it. The lock of a
 * process that has died is taken over. Rejects with a `HostError` of code `settings-busy` where it cannot be had.
 */
export async function withFileLock<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  // Within the process they wait in line: asking the file system again and again is for other processes.
  const previous = queues.get(path) ?? Promise.resolve();
  const turn = previous.then(() => lockAndWork(`${path}.lock`, work));
  const settled = turn.catch(() => undefined);
  queues.set(path, settled);
  try {
    return await turn;
  } finally {
    if (queues.get(path) === settled) queues.delete(path);
  }
}

async function lockAndWork<Result>(lock: string, work: () => Promise<Result>): Promise<Result> {
  const token = `${hostname()} ${process.pid} ${randomBytes(8).toString("hex")}`;
  await acquire(lock, token);
  try {
    return await work();
  } finally {
    const holder = await readFile(lock, "utf8").catch(() => undefined);
    if (holder === token) await unlink(lock).catch(() => undefined);
  }
}

async function acquire(lock: string, token: string): Promise<void> {
  const deadline = Date.now() + patience;
  await mkdir(dirname(lock), { recursive: true, mode: 0o700 });
  while (!(await tryAcquire(lock, token))) {
    if (await isForgotten(lock)) {
      // Renaming is atomic: of several that find it forgotten, one takes it away.
      const aside = `${lock}.${randomBytes(6).toString("hex")}`;
      const taken = await rename(lock, aside).then(
        () => true,
        () => false,
      );
      if (taken) await unlink(aside).catch(() => undefined);
    } else if (Date.now() > deadline) {
      throw new HostError("settings-busy", `Another program holds "${lock}". If none does, delete that file.`);
    } else {
      await delay(5 + Math.random() * 25);
    }
  }
}

async function tryAcquire(lock: string, token: string): Promise<boolean> {
  try {
    await using file = await open(lock, "wx", 0o600);
    await file.writeFile(token);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

async function isForgotten(lock: string): Promise<boolean> {
  const information = await stat(lock).catch(() => undefined);
  if (information === undefined) return false;
  if (Date.now() - information.mtimeMs > forgotten) return true;
  const [host, holder] = (await readFile(lock, "utf8").catch(() => "")).split(" ");
  return host === hostname() && holder !== undefined && !isAlive(Number(holder));
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== "ESRCH";
  }
}
