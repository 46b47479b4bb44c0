import { randomBytes } from "node:crypto";
import { lstat, readdir, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fateOf, fateOfUnmarked, formatMark, ownMark, parseMark } from "./process-mark.ts";

/** What a temporary file is for. `new`: its content is whole, and is about to be written into the file itself. */
export type TemporaryKind = "tmp" | "new";

/** A temporary file that a dead process has left. */
export interface Leftover {
  readonly path: string;
  readonly kind: TemporaryKind;
}

/** The age, in milliseconds, after which a temporary file counts as left if its process cannot be looked up. */
const forgotten = 10 * 60 * 1000;

/** A name that no other file has, for a temporary file beside `path`. It says which process made it. */
export async function temporaryPath(path: string, kind: TemporaryKind): Promise<string> {
  const mark = formatMark(await ownMark());
  return join(dirname(path), `.${stemOf(path)}.${mark}-${randomBytes(6).toString("hex")}.${kind}`);
}

/** Finds the temporary files of `path` and of its lock that dead processes have left, in all forms of their names. */
export function findLeftovers(path: string): Promise<readonly Leftover[]> {
  const stems = [stemOf(path), stemOf(`${path}.lock`)];
  return find(dirname(path), (name) => stems.includes(name) || name.startsWith(stemOf(`${path}.lock.`)));
}

/** Removes all temporary files that dead processes have left in a folder that is the host's own. Never rejects. */
export async function removeLeftoversIn(folder: string): Promise<void> {
  const leftovers = await find(folder, () => true);
  await Promise.all(leftovers.map(({ path }) => unlink(path).catch(() => undefined)));
}

/** Long names are cut: a name has room for 255 bytes. */
function stemOf(path: string): string {
  return basename(path).slice(0, 40);
}

async function find(folder: string, isWanted: (name: string) => boolean): Promise<readonly Leftover[]> {
  const files = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    files.map(async (file): Promise<readonly Leftover[]> => {
      // Earlier versions named the process id alone.
      const match = /^\.(.+)\.(\d+(?:-[0-9a-f]+-[0-9a-f]+)?)-[0-9a-f]{12}\.(tmp|new)$/s.exec(file);
      const [, name = "", owner = "", kind] = match ?? [];
      const path = join(folder, file);
      if (match === null || !isWanted(name) || !(await isLeft(path, owner))) return [];
      return [{ path, kind: kind === "new" ? "new" : "tmp" }];
    }),
  );
  return found.flat();
}

async function isLeft(path: string, owner: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats?.isFile() !== true) return false;
  const mark = parseMark(owner);
  const fate = await (mark === undefined ? fateOfUnmarked(Number(owner), stats.mtimeMs) : fateOf(mark));
  return fate === "dead" || (fate === "elsewhere" && Date.now() - stats.mtimeMs > forgotten);
}
