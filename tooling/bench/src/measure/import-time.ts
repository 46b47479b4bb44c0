import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export interface Import {
  readonly title: string;
  readonly packages: readonly string[];
  readonly folder: URL;
}

/** Milliseconds that the import takes in a fresh process, the start of Node left out. */
export async function measureImport({ packages, folder }: Import): Promise<number> {
  const code = `
    const packages = ${JSON.stringify(packages)};
    const from = performance.now();
    for (const name of packages) await import(name);
    console.log(performance.now() - from);`;
  const args = [...process.execArgv, "--input-type=module", "--eval", code];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: fileURLToPath(folder), timeout: 60_000 });
  return Number(stdout);
}
