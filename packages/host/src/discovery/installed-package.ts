import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { isObject } from "@waygate/core/plugin";
import { readRegularFile } from "../files/read-regular-file.ts";
import { decodeText } from "../files/read-text.ts";

/** A package as its package.json shows it. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string | undefined;
  /** Its folder, symbolic links followed. */
  readonly folder: string;
  readonly keywords: readonly string[];
  /** The value of `waygate`. */
  readonly manifest: unknown;
  readonly exports: unknown;
  readonly main: unknown;
  /** Tells contents of its package.json apart. */
  readonly digest: string;
}

/** The largest package.json that is read, in bytes. */
const limit = 1024 * 1024;

/**
 * Reads the package in a folder; undefined if there is none, or if its package.json does not hold `word`. Throws a
 * `SyntaxError` for a broken package.json, and an `UnreadableFile` for one that cannot be read.
 */
export async function readPackage(folder: string, word = ""): Promise<InstalledPackage | undefined> {
  const content = await readRegularFile(join(folder, "package.json"), limit);
  if (content === undefined) return undefined;
  // Most packages are no plugins: parsing them all would take longer than everything else at the start.
  if (!content.bytes.includes(word)) return undefined;
  const { text } = decodeText(content.bytes);
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) return undefined;
  const { name, version, keywords, waygate, exports, main } = value;
  return {
    name: typeof name === "string" ? name : folder,
    version: typeof version === "string" && /^[\w.+-]{1,64}$/.test(version) ? version : undefined,
    folder: await realpath(folder),
    keywords: Array.isArray(keywords) ? keywords.filter((word) => typeof word === "string") : [],
    manifest: waygate,
    exports,
    main,
    digest: createHash("sha256").update(content.bytes).digest("hex"),
  };
}
