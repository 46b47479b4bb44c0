import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createPackageFromTarballData, type Package } from "@arethetypeswrong/core";
import { command } from "./command.ts";
import type { Manifest } from "./packages.ts";

/** A package as npm would get it. */
export interface Tarball {
  readonly file: string;
  readonly data: Uint8Array;
  readonly manifest: Manifest;
  /** Paths from the package's root. */
  readonly files: readonly string[];
  readonly package: Package;
}

/** Packs a folder into `destination` as publishing would. */
export async function pack(folder: string, destination: string): Promise<Tarball> {
  const output = await command("pnpm", ["pack", "--json", "--pack-destination", destination], folder);
  const { filename } = JSON.parse(output) as { filename: string };
  return readTarball(join(destination, basename(filename)));
}

export function readTarball(file: string): Tarball {
  const data = new Uint8Array(readFileSync(file));
  const unpacked = createPackageFromTarballData(data);
  const prefix = `/node_modules/${unpacked.packageName}/`;
  return {
    file,
    data,
    manifest: JSON.parse(unpacked.readFile(`${prefix}package.json`)) as Manifest,
    files: unpacked.listFiles().map((path) => path.slice(prefix.length)),
    package: unpacked,
  };
}
