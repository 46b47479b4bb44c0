import { createHash } from "node:crypto";
import { readdir, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Model } from "@waygate/core";
import { isObject } from "@waygate/core/plugin";
import { keyAddress } from "../credentials/credential-store.ts";
import { removeLeftoversIn } from "../files/leftovers.ts";
import { readRegularFileSync } from "../files/read-regular-file.ts";
import { decodeText } from "../files/read-text.ts";
import { writeAtomically } from "../files/write-atomically.ts";

/** A list of models as a gateway gave it. */
export interface CachedList {
  readonly models: readonly Model[];
  /** When the gateway gave it, in milliseconds since 1970; 0: to be asked again, whatever its age. */
  readonly fetchedAt: number;
  /** Tells settings apart that models are made of. */
  readonly settings: string;
}

/** Bytes of one list, and number of lists. Generous: the longest lists that services give are about half a megabyte. */
const limits = { bytes: 8 * 1024 * 1024, files: 100 };

/** Lists of models on disk, one file for each gateway and address. Whatever is wrong with a file, it counts as absent. */
export class DiskCache {
  readonly #folder: string | undefined;

  /** Without a folder nothing is kept. */
  constructor(folder: string | undefined) {
    this.#folder = folder === undefined ? undefined : join(folder, "models");
  }

  read(gateway: string, address: string | undefined): CachedList | undefined {
    const file = this.#file(gateway, address);
    return file === undefined ? undefined : readList(file, gateway)?.list;
  }

  /** Keeps a list, if it is not too long. Never rejects: a cache that cannot be written is no reason to fail. */
  async write(gateway: string, address: string | undefined, list: CachedList): Promise<void> {
    const file = this.#file(gateway, address);
    if (file === undefined) return;
    const text = JSON.stringify({ version: 1, gateway, ...list });
    if (Buffer.byteLength(text) > limits.bytes) return;
    try {
      await removeLeftoversIn(dirname(file));
      await writeAtomically(file, text, 0o600);
      await this.#prune();
    } catch {
      // Offline the list is missed, which is said then.
    }
  }

  /** Marks all lists of a gateway as to be asked again; offline they are still there. */
  async expire(gateway: string): Promise<void> {
    for (const file of await this.#files()) {
      const found = readList(file, gateway);
      if (found === undefined || found.list.fetchedAt === 0) continue;
      const text = JSON.stringify({ version: 1, gateway, ...found.list, fetchedAt: 0 });
      await writeAtomically(file, text, 0o600).catch(() => undefined);
    }
  }

  /** Forgets everything. */
  async clear(): Promise<void> {
    if (this.#folder !== undefined) await removeLeftoversIn(this.#folder);
    await Promise.all((await this.#files()).map((file) => unlink(file).catch(() => undefined)));
  }

  #file(gateway: string, address: string | undefined): string | undefined {
    if (this.#folder === undefined) return undefined;
    // The name keeps gateways apart that file systems would not: by case, length, or odd characters.
    const hash = fingerprint([gateway, keyAddress(address)]);
    return join(this.#folder, `${gateway.replace(/[^A-Za-z0-9_-]+/g, "_").slice(0, 60)}-${hash}.json`);
  }

  async #files(): Promise<readonly string[]> {
    const folder = this.#folder;
    if (folder === undefined) return [];
    const names = await readdir(folder).catch(() => []);
    return names.filter((name) => /^[^.].*\.json$/.test(name)).map((name) => join(folder, name));
  }

  async #prune(): Promise<void> {
    const files = await this.#files();
    if (files.length <= limits.files) return;
    const ages = await Promise.all(
      files.map(async (file) => ({ file, time: (await stat(file).catch(() => undefined))?.mtimeMs ?? 0 })),
    );
    const oldest = ages.sort((a, b) => a.time - b.time).slice(0, files.length - limits.files);
    await Promise.all(oldest.map(({ file }) => unlink(file).catch(() => undefined)));
  }
}

/** Tells values apart without holding them. */
export function fingerprint(value: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(value) ?? "")
    .digest("hex")
    .slice(0, 16);
}

function readList(file: string, gateway: string): { readonly list: CachedList } | undefined {
  try {
    const content = readRegularFileSync(file, limits.bytes);
    if (content === undefined) return undefined;
    const value: unknown = JSON.parse(decodeText(content.bytes).text);
    if (!isObject(value) || value.version !== 1 || value.gateway !== gateway) return undefined;
    const { models, fetchedAt, settings } = value;
    if (!Array.isArray(models) || typeof fetchedAt !== "number" || typeof settings !== "string") return undefined;
    // One model that is none spoils the list: it was not written by this.
    return models.every(isModel) ? { list: { models, fetchedAt, settings } } : undefined;
  } catch {
    return undefined;
  }
}

function isModel(value: unknown): value is Model {
  if (!isObject(value) || typeof value.id !== "string" || typeof value.name !== "string") return false;
  const { capabilities, origin, contextWindow, maxOutputTokens } = value;
  const isCount = (count: unknown) => count === undefined || typeof count === "number";
  return (
    isObject(capabilities) &&
    Object.values(capabilities).every((able) => typeof able === "boolean") &&
    isObject(origin) &&
    isCount(contextWindow) &&
    isCount(maxOutputTokens)
  );
}
