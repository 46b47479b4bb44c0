import { readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { isObject } from "@waygate/core/plugin";

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
}

/**
 * Reads the package in a folder; undefined where there is none, or where its package.json does not hold `word`. Throws a
 * `SyntaxError` for a broken package.json.
 */
export async function readPackage(folder: string, word = ""): Promise<InstalledPackage | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, "package.json"), "utf8");
  } catch {
    return undefined;
  }
  // Most packages are none of ours: parsing them all would take longer than everything else at the start.
  if (!text.includes(word)) return undefined;
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) return undefined;
  const { name, version, keywords, waygate, exports, main } = value;
  return {
    name: typeof name === "string" ? name : folder,
    version: typeof version === "string" ? version : undefined,
    folder: await realpath(folder),
    keywords: Array.isArray(keywords) ? keywords.filter((word) => typeof word === "string") : [],
    manifest: waygate,
    exports,
    main,
  };
}
