import { createHash } from "node:crypto";
import { isObject } from "@waygate/core/plugin";
import { JsonFile } from "../files/json-file.ts";
import { readRegularFile } from "../files/read-regular-file.ts";
import { isHostError } from "../host-error.ts";
import { entryPoint, importConditions } from "./entry-point.ts";
import type { InstalledPackage } from "./installed-package.ts";

/** A package as a person confirmed it. */
export interface Confirmation {
  readonly name: string;
  readonly version: string | undefined;
  /** Its folder, symbolic links followed. */
  readonly folder: string;
  /** From `digestOf`. */
  readonly digest: string;
}

/** The largest file of code that is read, in bytes. */
const limit = 64 * 1024 * 1024;

/**
 * The packages that a person has confirmed: their code may run although the settings do not name them. Kept in the
 * user's own data, never in a folder that others write. A confirmation holds for one version in one folder, as long as
 * its package.json and its entry stay the same.
 */
export class Confirmations {
  readonly #file: JsonFile | undefined;
  #known: readonly Confirmation[] = [];

  /** Without a file they last as long as the program. */
  constructor(file: string | undefined) {
    this.#file = file === undefined ? undefined : new JsonFile(file);
  }

  /** Reads them again. A file that cannot be used confirms nothing, and is told to `trouble`. */
  async load(trouble: (message: string) => void): Promise<void> {
    if (this.#file === undefined) return;
    try {
      this.#known = readConfirmations(await this.#file.read());
    } catch (error) {
      if (!isHostError(error)) throw error;
      this.#known = [];
      trouble(error.message);
    }
  }

  /** What is known of a package: `changed` if another version, folder or content of that name was confirmed. */
  stateOf(found: InstalledPackage, digest: string | undefined): "confirmed" | "changed" | "unknown" {
    const same = this.#known.filter(({ name }) => name === found.name);
    if (same.length === 0) return "unknown";
    const isConfirmed = same.some(
      ({ version, folder, digest: confirmed }) =>
        version === found.version && folder === found.folder && confirmed === digest,
    );
    return isConfirmed ? "confirmed" : "changed";
  }

  /** Adds one, in place of another for the same folder. Rejects with a `HostError` if it cannot be kept. */
  async add(confirmation: Confirmation): Promise<void> {
    await this.#change((known) => [...known.filter(({ folder }) => folder !== confirmation.folder), confirmation]);
  }

  /** Takes back those of a name. Resolves to whether there was one. Rejects with a `HostError`. */
  async remove(name: string): Promise<boolean> {
    let found = false;
    await this.#change((known) => {
      found = known.some((confirmation) => confirmation.name === name);
      return known.filter((confirmation) => confirmation.name !== name);
    });
    return found;
  }

  async #change(edit: (known: readonly Confirmation[]) => readonly Confirmation[]): Promise<void> {
    if (this.#file === undefined) {
      this.#known = edit(this.#known);
      return;
    }
    await this.#file.update((value) => {
      this.#known = edit(readConfirmations(value));
      return { version: 1, plugins: this.#known };
    });
  }
}

/** Tells contents of a package apart by its package.json and its entry; undefined if one of them cannot be read. */
export async function digestOf(found: InstalledPackage): Promise<string | undefined> {
  const entry = entryPoint(found, importConditions());
  if (entry === undefined) return undefined;
  try {
    const code = await readRegularFile(entry, limit);
    if (code === undefined) return undefined;
    return createHash("sha256").update(found.digest).update(code.bytes).digest("hex");
  } catch {
    return undefined;
  }
}

function readConfirmations(value: unknown): readonly Confirmation[] {
  if (!isObject(value) || !Array.isArray(value.plugins)) return [];
  return value.plugins.flatMap((entry: unknown): readonly Confirmation[] => {
    if (!isObject(entry)) return [];
    const { name, version, folder, digest } = entry;
    if (typeof name !== "string" || typeof folder !== "string" || typeof digest !== "string") return [];
    return [{ name, version: typeof version === "string" ? version : undefined, folder, digest }];
  });
}
