import { type BigIntStats, constants, type Dirent, existsSync, lstatSync } from "node:fs";
import { access, type FileHandle, lstat, mkdir, open, opendir, readlink, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { FileProblem, PathChanged, systemCode } from "./file-problem.ts";

/** What tells a file or a folder from all others. */
export interface Identity {
  readonly dev: bigint;
  readonly ino: bigint;
}

/**
 * How an open folder reaches what is in it. `handle`: through the folder itself, whatever its path leads to meanwhile;
 * Linux offers that. `path`: by its path, which is compared before and after. Against a program that replaces folders in
 * a loop, a file elsewhere is then neither read nor changed, but an empty file or folder could be made there.
 */
export type FolderAccess = "handle" | "path";

const ownHandles = "/proc/self/fd";
export const folderAccess: FolderAccess = process.platform === "linux" && existsSync(ownHandles) ? "handle" : "path";

// Absent on Windows, where nothing of the kind blocks or is followed.
const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_DIRECTORY = 0 } = constants;

/** How often a path is compared, or what is read at it. A program that replaces folders in a loop can be lucky a few times. */
const comparisons = 8;

/** A folder on the way to another. */
interface Step extends Identity {
  readonly realPath: string;
}

/**
 * A folder that is held open. No symbolic link is followed from it: a name leads to what is in this very folder, or to
 * an error. When a folder on the way is moved or replaced by a link, work in it rejects with a `PathChanged`.
 */
export class OpenFolder implements AsyncDisposable {
  /** Absolute, as it was when the folder was opened. */
  readonly realPath: string;
  readonly #way: readonly Step[];
  readonly access: FolderAccess;
  /** Undefined for access by path. */
  readonly #handle: FileHandle | undefined;

  private constructor(way: readonly Step[], last: Step, handle: FileHandle | undefined) {
    this.realPath = last.realPath;
    this.#way = [...way, last];
    this.access = handle === undefined ? "path" : "handle";
    this.#handle = handle;
  }

  /** Opens a folder by its real path. Rejects with a `PathChanged` if it is not the one that `identity` names. */
  static async open(realPath: string, identity?: Identity, by: FolderAccess = folderAccess): Promise<OpenFolder> {
    const folder = await OpenFolder.#open([], realPath, realPath, by);
    const [own] = folder.#way;
    if (identity === undefined || (own?.dev === identity.dev && own.ino === identity.ino)) return folder;
    await folder.close();
    throw new PathChanged();
  }

  /** Opens a folder in this one. */
  async folder(name: string): Promise<OpenFolder> {
    return this.#around(() => OpenFolder.#open(this.#way, join(this.realPath, name), this.#at(name), this.access));
  }

  /** Makes a folder in this one, unless there is something of this name. */
  async makeFolder(name: string): Promise<void> {
    await this.#around(() => mkdir(this.#at(name))).catch((error: unknown) => {
      if (systemCode(error) !== "EEXIST") throw error;
    });
  }

  /** Opens what is in this folder without waiting, whatever it is. The caller checks that it is a regular file. */
  async openFile(name: string, mode: "read" | "write" = "read"): Promise<FileHandle> {
    const flags = (mode === "read" ? O_RDONLY : O_WRONLY) | O_NONBLOCK | O_NOFOLLOW;
    return this.#opened(name, async () => {
      try {
        return await open(this.#at(name), flags);
      } catch (error) {
        throw systemCode(error) === "ELOOP" ? new PathChanged() : error;
      }
    });
  }

  /** Makes a file that is not there yet, for writing. Rejects with `EEXIST` if there is anything of this name. */
  async createFile(name: string, permissions: number): Promise<FileHandle> {
    return this.#opened(name, () => open(this.#at(name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, permissions));
  }

  /** What there is of this name, without following a link; undefined for nothing. */
  async stat(name: string): Promise<BigIntStats | undefined> {
    return this.#around(() => lstatOrNothing(this.#at(name)));
  }

  /** Rejects with `EACCES` if this user may not write to what is there. */
  async requireWritable(name: string): Promise<void> {
    await this.#around(() => access(this.#at(name), constants.W_OK));
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#around(() => rename(this.#at(from), this.#at(to)));
  }

  async remove(name: string): Promise<void> {
    await this.#around(() => unlink(this.#at(name)));
  }

  async readLink(name: string): Promise<string> {
    return this.#agreed(() => readlink(this.#at(name)), String);
  }

  /** What the folder holds, in no order: at most `limit` entries. */
  async entries(limit: number): Promise<readonly Dirent[]> {
    return this.#agreed(
      async () => {
        const found: Dirent[] = [];
        for await (const entry of await opendir(this.#at(""), { bufferSize: 512 })) {
          if (found.length >= limit) break;
          found.push(entry);
        }
        return found;
      },
      (found) => JSON.stringify(found.map(({ name }) => name).sort()),
    );
  }

  /** Where an entry can be reached while the folder is open, for what cannot wait. */
  pathOf(name: string): string {
    return this.#at(name);
  }

  /** Rejects with a `PathChanged` unless the path of this folder still leads to it, and that of `name` to `identity`. */
  async verify(name?: string, identity?: Identity): Promise<void> {
    for (const step of this.#way) await this.#compare(step.realPath, step);
    if (name !== undefined && identity !== undefined) await this.#compare(join(this.realPath, name), identity);
  }

  async close(): Promise<void> {
    await this.#handle?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  static async #open(way: readonly Step[], realPath: string, at: string, by: FolderAccess): Promise<OpenFolder> {
    if (by === "path") return new OpenFolder(way, stepOf(realPath, await lstat(at, { bigint: true })), undefined);
    let handle: FileHandle;
    try {
      handle = await open(at, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK);
    } catch (error) {
      // It may be a link, or not be a folder.
      if (systemCode(error) === "ENOTDIR") stepOf(realPath, await lstat(at, { bigint: true }));
      throw error;
    }
    try {
      return new OpenFolder(way, stepOf(realPath, await handle.stat({ bigint: true })), handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  #at(name: string): string {
    return this.#handle === undefined ? join(this.realPath, name) : `${ownHandles}/${this.#handle.fd}/${name}`;
  }

  /** Opens a file, which must be the one that its path leads to. */
  async #opened(name: string, opening: () => Promise<FileHandle>): Promise<FileHandle> {
    if (this.#handle === undefined) await this.verify();
    const file = await opening();
    try {
      const identity = await file.stat({ bigint: true });
      if (this.#handle !== undefined) await this.#compare(join(this.realPath, name), identity);
      else for (let index = 0; index < comparisons; index++) await this.verify(name, identity);
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Does work at a path, which must lead to this folder before and afterwards. A handle always does. */
  async #around<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#handle !== undefined) return work();
    await this.verify();
    const result = await work();
    await this.verify();
    return result;
  }

  /**
   * Reads at a path what leaves nothing to compare with it. In between it may have led elsewhere, so all of several
   * readings have to say the same.
   */
  async #agreed<Result>(read: () => Promise<Result>, comparable: (result: Result) => unknown): Promise<Result> {
    const first = await this.#around(read);
    if (this.#handle !== undefined) return first;
    for (let index = 1; index < comparisons; index++) {
      const next = await this.#around(read);
      if (comparable(next) !== comparable(first)) throw new PathChanged();
    }
    return first;
  }

  async #compare(realPath: string, identity: Identity): Promise<void> {
    const options = { bigint: true, throwIfNoEntry: false } as const;
    // By path, at once: a thread of the pool would give the path time to change.
    const now = this.#handle === undefined ? lstatSync(realPath, options) : await lstatOrNothing(realPath);
    if (now?.dev !== identity.dev || now.ino !== identity.ino) throw new PathChanged();
  }
}

function stepOf(realPath: string, stats: BigIntStats): Step {
  if (stats.isSymbolicLink()) throw new PathChanged();
  if (!stats.isDirectory()) throw new FileProblem("is not a folder");
  return { realPath, dev: stats.dev, ino: stats.ino };
}

async function lstatOrNothing(path: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP") return undefined;
    throw error;
  }
}
