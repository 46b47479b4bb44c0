import { realpathSync, statSync } from "node:fs";
import { lstat, realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";

/** The folder that the tools may touch, and the way from a path that a model wrote to a real one inside it. */
export class Workspace {
  /** Absolute, without symbolic links. */
  readonly root: string;

  /** Throws where `folder` is not a folder. */
  constructor(folder: string) {
    this.root = realpathSync(folder);
    if (!statSync(this.root).isDirectory()) throw new Error(`"${folder}" is not a folder.`);
  }

  /**
   * The real path of what need not exist yet. Rejects where it lies outside of the folder, be it by `..`, as an
   * absolute path or through a symbolic link.
   */
  async resolve(path: string): Promise<string> {
    if (path.includes("\0")) throw new Error("A path cannot hold a NUL character.");
    const real = await realPathOf(resolve(this.root, path));
    if (this.#holds(real)) return real;
    throw new Error(`"${path}" lies outside of the folder ${this.root}, which the tools may not leave.`);
  }

  /** As models and people name it: from the folder on, with forward slashes. */
  nameOf(realPath: string): string {
    return relative(this.root, realPath).replaceAll(sep, "/") || ".";
  }

  #holds(realPath: string): boolean {
    const way = relative(this.root, realPath);
    return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  }
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
    // With a link in circles further up, that link is what is there.
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR") || hasCode(error, "ELOOP")) return false;
    throw error;
  }
}

async function target(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    // Writing through such a link would create a file wherever it points to.
    if (hasCode(error, "ENOENT") || hasCode(error, "ELOOP")) {
      throw new Error(`"${basename(path)}" is a symbolic link that leads nowhere, so it is not followed.`);
    }
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
