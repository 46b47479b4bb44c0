import { realpathSync, statSync } from "node:fs";
import { lstat, realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { FileProblem, fileFailure, PathChanged, systemCode } from "../files/file-problem.ts";
import { type FolderAccess, folderAccess, type Identity, OpenFolder } from "../files/open-folder.ts";

/** How often a path is looked up if what it leads to changes meanwhile. */
const attempts = 3;

/** What a path of the workspace leads to. There need not be anything yet. */
export interface Place {
  /** Absolute, without symbolic links. */
  readonly realPath: string;
  /** From the workspace on, with forward slashes. */
  readonly name: string;
}

/** The folder that the tools may touch, and the way from a path that a model wrote to what it leads to in there. */
export class Workspace {
  /** Absolute, without symbolic links. */
  readonly root: string;
  readonly #identity: Identity;
  readonly #access: FolderAccess;

  /** Throws if `folder` is not a folder. `by` is for tests. */
  constructor(folder: string, by: FolderAccess = folderAccess) {
    this.root = realpathSync(folder);
    this.#access = by;
    const stats = statSync(this.root, { bigint: true });
    if (!stats.isDirectory()) throw new Error(`"${folder}" is not a folder.`);
    this.#identity = { dev: stats.dev, ino: stats.ino };
  }

  /**
   * Looks a path up and works on what it leads to; once more if that changes in between. Rejects for a path that leads
   * out of the workspace. What the work rejects with is put into a sentence that names the path.
   */
  async at<Result>(path: string, work: (place: Place) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        const realPath = await this.resolve(path);
        return await work({ realPath, name: this.nameOf(realPath) });
      } catch (error) {
        if (!(error instanceof PathChanged) || attempt === attempts) throw fileFailure(error, path);
      }
    }
  }

  /**
   * The real path of what need not exist yet. Rejects if it lies outside of the folder, be it by `..`, as an absolute
   * path or through a symbolic link. It may change at any time: only what is opened with `openFolder` stays inside.
   */
  async resolve(path: string): Promise<string> {
    if (path.includes("\0")) throw new Error("A path cannot hold a NUL character.");
    const real = await realPathOf(resolve(this.root, path));
    if (this.#holds(real)) return real;
    throw new Error(`"${path}" lies outside of the folder ${this.root}, which the tools may not leave.`);
  }

  /** Opens a folder at a real path. */
  async openFolder(realPath: string): Promise<OpenFolder> {
    return this.#open(realPath, false);
  }

  /** Opens the folder that holds what is at a real path. `make` makes it, with the folders on the way. */
  async openParent(realPath: string, { make = false }: { readonly make?: boolean } = {}): Promise<OpenFolder> {
    if (realPath === this.root) throw new FileProblem("is a folder, not a file");
    try {
      return await this.#open(dirname(realPath), make);
    } catch (error) {
      if (error instanceof FileProblem && !(error instanceof PathChanged))
        throw new FileProblem("is not inside a folder");
      throw error;
    }
  }

  /** As models and people name it: from the folder on, with forward slashes. */
  nameOf(realPath: string): string {
    return relative(this.root, realPath).replaceAll(sep, "/") || ".";
  }

  /** Goes down folder by folder, each opened in the one before. */
  async #open(realPath: string, make: boolean): Promise<OpenFolder> {
    let folder = await this.#openRoot();
    for (const name of relative(this.root, realPath).split(sep)) {
      if (name === "") continue;
      const parent = folder;
      try {
        folder = await openOrMake(parent, name, make);
      } finally {
        await parent.close();
      }
    }
    return folder;
  }

  async #openRoot(): Promise<OpenFolder> {
    try {
      return await OpenFolder.open(this.root, this.#identity, this.#access);
    } catch (error) {
      if (!(error instanceof FileProblem) && systemCode(error) !== "ENOENT") throw error;
      throw new Error(
        `The folder ${this.root} was removed or replaced since this conversation began. Start the program again in it.`,
        { cause: error },
      );
    }
  }

  #holds(realPath: string): boolean {
    const way = relative(this.root, realPath);
    return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  }
}

async function openOrMake(parent: OpenFolder, name: string, make: boolean): Promise<OpenFolder> {
  try {
    return await parent.folder(name);
  } catch (error) {
    if (!make || systemCode(error) !== "ENOENT") throw error;
  }
  await parent.makeFolder(name);
  return parent.folder(name);
}

/** Follows the links of the part of a path that exists; the rest is appended as it is. */
async function realPathOf(path: string): Promise<string> {
  const missing: string[] = [];
  for (let existing = path; ; existing = dirname(existing)) {
    if (await isThere(existing)) return join(await target(existing), ...missing);
    if (dirname(existing) === existing) return path;
    missing.unshift(basename(existing));
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    const code = systemCode(error);
    // With a link in circles further up, that link is what is there.
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP") return false;
    throw error;
  }
}

async function target(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const code = systemCode(error);
    if (code !== "ENOENT" && code !== "ELOOP") throw error;
    if (!(await isThere(path))) throw new PathChanged();
    // Writing through such a link would create a file wherever it points to.
    throw new Error(`"${basename(path)}" is a symbolic link that leads nowhere, so it is not followed.`, {
      cause: error,
    });
  }
}
