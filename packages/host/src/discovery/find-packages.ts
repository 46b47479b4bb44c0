import { readdir, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { UnreadableFile } from "../files/file-error.ts";
import { type Environment, expandHome } from "../locations.ts";
import { type InstalledPackage, readPackage } from "./installed-package.ts";

/** The word in `keywords` by which packages say that they are plugins. */
const keyword = "waygate-plugin";

/** Why what the settings name was not found, in a sentence. */
export class PackageFault extends Error {}

export interface NamedOptions {
  /** Folders from which packages are looked for, each with those above it, in this order. */
  readonly from: readonly string[];
  /** The folder that relative paths begin at. */
  readonly base: string;
  readonly environment: Environment;
}

/** Finds what `plugins` names: a package by its name, or a folder by its path. Throws a `PackageFault`. */
export async function findNamed(name: string, options: NamedOptions): Promise<InstalledPackage> {
  const path = expandHome(name, options.environment);
  try {
    if (isAbsolute(path) || /^\.{1,2}([/\\]|$)/.test(path)) return await findFolder(name, resolve(options.base, path));
    if (!/^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/i.test(name)) {
      throw new PackageFault(`"${name}" is neither the name of a package nor the path of a folder (./…, /…, ~/…).`);
    }
    for (const folder of options.from.flatMap(withParents)) {
      const found = await readPackage(join(folder, "node_modules", name));
      if (found !== undefined) return found;
    }
  } catch (error) {
    if (error instanceof UnreadableFile) {
      throw new PackageFault(`The package.json of "${name}" ${error.message}. Install the package again.`, {
        cause: error,
      });
    }
    if (!(error instanceof SyntaxError)) throw error;
    throw new PackageFault(`The package.json of "${name}" is not valid JSON. Install the package again.`, {
      cause: error,
    });
  }
  throw new PackageFault(
    `The package "${name}" is not installed. Install it beside the settings: npm install --prefix "${options.base}" ${name}`,
  );
}

async function findFolder(name: string, folder: string): Promise<InstalledPackage> {
  const found = await readPackage(folder);
  if (found !== undefined) return found;
  const isFile = await stat(folder).then(
    (information) => information.isFile(),
    () => false,
  );
  throw new PackageFault(
    isFile
      ? `"${name}" is a file: name the folder of the plugin's package.json.`
      : `"${name}" is no plugin: there is no package.json in "${folder}".`,
  );
}

/**
 * Finds the packages that are installed beside this host, in the `node_modules` that hold it too, and say by their
 * keyword that they are plugins. Reads their package.json and runs nothing. Other folders are not looked at: one far
 * above may belong to anybody.
 */
export async function findByKeyword(from: readonly string[]): Promise<readonly InstalledPackage[]> {
  const found = new Map<string, InstalledPackage>();
  for (const folder of new Set(from.flatMap(withParents))) {
    const modules = join(folder, "node_modules");
    if ((await readPackage(join(modules, "@waygate/host")).catch(() => undefined)) === undefined) continue;
    const candidates = (await packageNames(modules)).map(async (name) => {
      const candidate = await readPackage(join(modules, name), keyword).catch(() => undefined);
      // What it is imported by is the name of its folder, whatever it says of itself.
      return candidate && { ...candidate, name };
    });
    for (const candidate of await Promise.all(candidates)) {
      if (candidate?.keywords.includes(keyword) !== true || found.has(candidate.name)) continue;
      found.set(candidate.name, candidate);
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function packageNames(modules: string): Promise<readonly string[]> {
  const entries = (await readdir(modules).catch(() => [])).filter((name) => !name.startsWith("."));
  const names = await Promise.all(
    entries.map(async (entry) => {
      if (!entry.startsWith("@")) return [entry];
      return (await readdir(join(modules, entry)).catch(() => [])).map((name) => `${entry}/${name}`);
    }),
  );
  return names.flat();
}

function withParents(folder: string): readonly string[] {
  const folders = [resolve(folder)];
  for (let parent = dirname(resolve(folder)); parent !== folders.at(-1); parent = dirname(parent)) folders.push(parent);
  // Beside where a package manager keeps everything that anything needs (such as `node_modules/.pnpm`), nobody
  // installed anything.
  return folders.filter((candidate) => !/[/\\]node_modules([/\\]\.[^/\\]+)?$/.test(candidate));
}
