import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What a package.json says about what is built, and what is left to be installed. */
export interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, string | { readonly default?: string }>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/**
 * The files that users load or run, by their paths below `dist` without the ending: each is made of the source that has the
 * same path below `src`, as its declarations are.
 */
export function entriesOf({ name, exports = {}, bin = {} }: Manifest): readonly string[] {
  const files = [
    ...Object.values(exports).map((target) => (typeof target === "string" ? target : target.default)),
    ...Object.values(bin),
  ];
  const entries = files.flatMap((file) => /^(?:\.\/)?dist\/(.+)\.js$/.exec(file ?? "")?.[1] ?? []);
  if (entries.length === 0) throw new Error(`${name}: package.json names no dist/*.js in "exports" or "bin".`);
  return [...new Set(entries)];
}

/** Whether users have what is imported under this name: a part of Node, or what is installed along with the package. */
export function isInstalled(specifier: string, manifest: Manifest): boolean {
  const dependency = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
  const { dependencies, peerDependencies, optionalDependencies } = manifest;
  return (
    specifier.startsWith("node:") || dependency in { ...dependencies, ...peerDependencies, ...optionalDependencies }
  );
}
