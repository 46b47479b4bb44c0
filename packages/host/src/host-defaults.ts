import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import type { HostOptions } from "./host-options.ts";
import { defaultSettingsFile, type Environment, zedSettingsFile } from "./locations.ts";

/** The user's settings file, and whether it is another program's. */
export function settingsFileOf(
  { settingsFile, zed }: HostOptions,
  environment: Environment,
): { readonly file: string | undefined; readonly foreign: boolean } {
  if (settingsFile === false) return { file: undefined, foreign: false };
  const zedFile = zedSettingsFile(environment);
  const file = settingsFile ?? (zed === true ? zedFile : defaultSettingsFile(environment));
  return { file, foreign: file === zedFile };
}

/** Where the program's own packages are, and this one. */
export function defaultPluginFolders(): readonly string[] {
  const main = process.argv[1];
  const folders = [import.meta.dirname];
  try {
    if (main !== undefined) folders.unshift(dirname(realpathSync(main)));
  } catch {
    // Started without a file, or one that is gone.
  }
  return folders;
}
