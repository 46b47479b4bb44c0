import { globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { command } from "./command.ts";
import { megabyte, megabytes } from "./installation.ts";
import { entriesOf, importsOf } from "./modules.ts";
import type { WorkspacePackage } from "./packages.ts";

/** What any entry may load, with all that is installed along with it: less than undici or a client of the AWS SDK alone. */
const maxBytes = megabyte;

/**
 * What is wrong with what the import of a built package loads. Programs that never use the heavy parts should not wait for
 * them, so what a package imports only when it is needed must not be there before, whichever way it gets in.
 */
export async function checkLoading({ folder, manifest }: WorkspacePackage): Promise<readonly string[]> {
  const later = importedLater(folder);
  const bins = new Set(Object.values(manifest.bin ?? {}).map((file) => join(folder, file)));
  const entries = entriesOf(manifest).filter((entry) => !bins.has(join(folder, entry)));
  const checked = entries.map(async (entry) => {
    const loaded = await loadedBy(join(folder, entry));
    const bytes = loaded.reduce((sum, file) => sum + statSync(file).size, 0);
    const early = new Set(loaded.map((file) => packageOf(file) ?? file).filter((name) => later.has(name)));
    return [
      ...[...early].map((name) => `${entry} loads ${name}, which is to be loaded only when it is needed`),
      ...(bytes > maxBytes ? [`${entry} loads ${megabytes(bytes)}, more than ${megabytes(maxBytes)}`] : []),
    ];
  });
  return (await Promise.all(checked)).flat();
}

/** The packages that are imported by `import()` somewhere in it, and the files of its own. */
function importedLater(folder: string): ReadonlySet<string> {
  const files = globSync("dist/**/*.js", { cwd: folder }).map((file) => join(folder, file));
  const names = files.flatMap((file) =>
    importsOf(file, readFileSync(file, "utf8")).lazy.map((name) =>
      name.startsWith(".") ? join(file, "..", name) : (/^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name),
    ),
  );
  return new Set(names);
}

async function loadedBy(file: string): Promise<readonly string[]> {
  const program = join(import.meta.dirname, "list-loaded.ts");
  const urls = JSON.parse(await command(process.execPath, [program, pathToFileURL(file).href], ".")) as string[];
  return urls.map((url) => fileURLToPath(url));
}

/** The installed package that a file is part of. */
function packageOf(file: string): string | undefined {
  return /^.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file)?.[1]?.replace("\\", "/");
}
