import { randomBytes } from "node:crypto";
import { lstat } from "node:fs/promises";
import { hostname } from "node:os";
import { HostError } from "../host-error.ts";
import { UnreadableFile } from "./file-error.ts";
import { fateOf, fateOfUnmarked, formatMark, ownMark, parseMark } from "./process-mark.ts";
import { readRegularFile } from "./read-regular-file.ts";

/** The age, in milliseconds, after which a lock counts as forgotten if its holder cannot be looked up from here. */
const forgotten = 60_000;

const host = hostname().replaceAll(/\s+/g, "-");

/** What a lock file holds: who has it. No two are the same. Host and process id come first, as in earlier versions. */
export async function makeLockToken(): Promise<string> {
  return `${host} ${process.pid} ${randomBytes(8).toString("hex")} ${formatMark(await ownMark())}`;
}

/** The token in a lock file; undefined if there is no such file. Rejects with a `HostError` for what is not a file. */
export async function readLockToken(lock: string): Promise<string | undefined> {
  try {
    return (await readRegularFile(lock, 4096))?.bytes.toString("utf8");
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    throw new HostError("settings-busy", `The lock file "${lock}" ${error.message}. Delete it.`, { cause: error });
  }
}

/**
 * Whether the holder of a lock has died. A living process of this machine holds its lock for as long as it lives. A
 * holder that cannot be looked up, as on another machine of a shared file system, has a minute.
 */
export async function isForgotten(lock: string, token: string): Promise<boolean> {
  const stats = await lstat(lock).catch(() => undefined);
  if (stats === undefined) return false;
  const fate = await fateOfHolder(token, stats.mtimeMs);
  return fate === "dead" || (fate === "elsewhere" && Date.now() - stats.mtimeMs > forgotten);
}

function fateOfHolder(token: string, since: number) {
  const [holder, pid, , text = ""] = token.split(" ");
  const mark = parseMark(text);
  if (mark !== undefined) return fateOf(mark);
  // Earlier versions have no mark.
  return holder === host && /^\d{1,10}$/.test(pid ?? "") ? fateOfUnmarked(Number(pid), since) : "elsewhere";
}
