import { HostError, isHostError } from "../host-error.ts";
import { reasonOf, UnreadableFile } from "./file-error.ts";
import { withFileLock } from "./file-lock.ts";
import { readRegularFile } from "./read-regular-file.ts";
import { decodeText } from "./read-text.ts";
import { linkTarget, writeAtomically } from "./write-atomically.ts";

/** The largest file that is read, in bytes. */
const limit = 4 * 1024 * 1024;

/**
 * A file of JSON in which a program keeps its own data, such as what a person has confirmed. For this user alone. Several
 * programs can change it at the same time, and none sees half of it.
 */
export class JsonFile {
  /** Where it is, whether or not it exists. */
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Reads the value; undefined if there is no file. Rejects with a `HostError` of code `data-file` if the file cannot
   * be read, is not JSON, is larger than 4 MB, or may have been written by another user.
   */
  async read(): Promise<unknown> {
    return this.#guarded(async () => parse(this.path, await readOwn(this.path)));
  }

  /**
   * Replaces the value by what `change` makes of it, under the file's lock. `change` is given undefined if there is no
   * file; if it returns what it was given, nothing is written. Rejects with a `HostError` of code `data-file`, or
   * `settings-busy` if another program holds the lock for too long.
   */
  async update(change: (value: unknown) => unknown): Promise<void> {
    await this.#guarded(async () => {
      const target = await linkTarget(this.path);
      await withFileLock(target, async () => {
        const before = parse(this.path, await readOwn(target));
        const after = change(before);
        if (after !== before) await writeAtomically(target, `${JSON.stringify(after, null, 2)}\n`, 0o600);
      });
    });
  }

  async #guarded<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (isHostError(error)) throw error;
      const reason = error instanceof UnreadableFile ? error.message : reasonOf(error);
      throw new HostError("data-file", `The file "${this.path}" ${reason}.`, { cause: error });
    }
  }
}

/** What a person confirmed or allowed counts only if nobody else can have put it there. */
async function readOwn(path: string): Promise<string | undefined> {
  const content = await readRegularFile(path, limit);
  if (content === undefined) return undefined;
  const { mode, uid } = content.stats;
  // Windows has no such modes; the folder of the user's data is the user's own there.
  if (process.platform !== "win32" && (mode & 0o022) !== 0) {
    const octal = (mode & 0o777).toString(8);
    throw new UnreadableFile(
      `can be written by other users (mode ${octal}), so it is not used. Look at it, then delete it`,
    );
  }
  if (process.getuid !== undefined && uid !== process.getuid() && uid !== 0) {
    throw new UnreadableFile("belongs to another user, so it is not used");
  }
  return decodeText(content.bytes).text;
}

function parse(path: string, text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new HostError("data-file", `The file "${path}" is not valid JSON. Mend it, or delete it.`, { cause });
  }
}
