import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import type { HostOptions } from "./host-options.ts";
import { defaultSettingsFile, type Environment, zedSettingsFile } from "./locations.ts";

/** Which settings file of the user's is meant. */
export interface ChosenFile {
  readonly file: string | undefined;
  /** It is another program's. */
  readonly foreign: boolean;
  /** Somebody asked for this one: that it is missing is news. */
  readonly named: boolean;
}

export function settingsFileOf({ settingsFile, zed }: HostOptions, environment: Environment): ChosenFile {
  if (settingsFile === false) return { file: undefined, foreign: false, named: false };
  const zedFile = zedSettingsFile(environment);
  const file = settingsFile ?? (zed === true ? zedFile : defaultSettingsFile(environment));
  return { file, foreign: file === zedFile, named: settingsFile !== undefined || zed === true };
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
