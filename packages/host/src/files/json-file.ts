import { HostError, isHostError } from "../host-error.ts";
import { reasonOf, UnreadableFile } from "./file-error.ts";
import { withFileLock } from "./file-lock.ts";
import { readTextFile } from "./read-text.ts";
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
   * be read, is not JSON, or is larger than 4 MB.
   */
  async read(): Promise<unknown> {
    return this.#guarded(async () => parse(this.path, (await readTextFile(this.path, limit))?.text));
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
        const before = parse(this.path, (await readTextFile(target, limit))?.text);
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

function parse(path: string, text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new HostError("data-file", `The file "${path}" is not valid JSON. Mend it, or delete it.`, { cause });
  }
}
