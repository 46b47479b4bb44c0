import { cpSync, globSync, lstatSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command } from "./command.ts";
import type { Tarball } from "./tarball.ts";

/** Installs tarballs, and nothing else that is asked for, into an empty folder with npm. */
export async function install(tarballs: readonly Tarball[], folder: string): Promise<void> {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const files = tarballs.map(({ file }) => file);
  await command("npm", ["install", "--no-audit", "--no-fund", ...files], folder);
}

export interface Limits {
  readonly bytes: number;
  /** What must not be there. */
  readonly unwanted: RegExp;
}

/** What is wrong with what was installed. */
export function checkInstalled(installed: Installed, limits: Limits): readonly string[] {
  const { names, bytes } = installed;
  const unwanted = names.filter((name) => limits.unwanted.test(name));
  return [
    ...(unwanted.length > 0 ? [`installed although nobody needs it here: ${unwanted.join(", ")}`] : []),
    ...(bytes > limits.bytes ? [`${megabytes(bytes)} are installed, more than ${megabytes(limits.bytes)}`] : []),
  ];
}

export interface Installed {
  readonly names: readonly string[];
  /** All files together, as long as they are. */
  readonly bytes: number;
}

export function readInstalled(folder: string): Installed {
  const modules = join(folder, "node_modules");
  const manifests = globSync(["*/package.json", "@*/*/package.json"], { cwd: modules });
  const nested = globSync(["*/**/node_modules/{*,@*/*}/package.json"], { cwd: modules });
  const files = globSync("**", { cwd: modules }).map((path) => lstatSync(join(modules, path)));
  return {
    names: [...manifests, ...nested].map((path) => path.replace(/[\\/]package\.json$/, "")).sort(),
    bytes: files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0),
  };
}

/** As disks and registries count. */
export const megabyte = 1_000_000;

export function megabytes(bytes: number): string {
  return `${(bytes / megabyte).toFixed(2)} MB`;
}

/** Type-checks the program with the declarations of the installed packages, all of them, and runs it. */
export async function runConsumer(program: string, folder: string, root: string): Promise<string> {
  const file = join(folder, "consumer.ts");
  cpSync(program, file);
  const compilerOptions = {
    target: "es2024",
    lib: ["es2024", "esnext.disposable"],
    module: "nodenext",
    moduleResolution: "nodenext",
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    types: ["node"],
    // Node's own types are no part of any package.
    typeRoots: [join(root, "node_modules/@types")],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["consumer.ts"] }));
  await command(join(root, "node_modules/.bin/tsc"), ["--project", "."], folder);
  return command(process.execPath, ["consumer.ts"], folder);
}
