import { globSync, rmSync } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import base from "@waygate/tsconfig/base.json" with { type: "json" };
import { build } from "rolldown";
import { entriesOf, isInstalled, type Manifest, readManifest } from "./manifest.ts";

/**
 * Builds the JavaScript of a package into its `dist`: one file for each entry, what entries share and what is imported
 * only when it is needed in `dist/chunks`. To load many small files takes most of the time that an import takes.
 */
export async function bundlePackage(folder: string): Promise<void> {
  const manifest = readManifest(folder);
  const dist = resolve(folder, "dist");
  const { output } = await build({
    cwd: folder,
    input: Object.fromEntries(entriesOf(manifest).map((entry) => [entry, `./src/${entry}.ts`])),
    platform: "neutral",
    external: (specifier, importer) => isExternal(specifier, importer, folder, manifest),
    transform: { target: base.compilerOptions.target },
    onLog(level, log) {
      if (level === "warn") throw new Error(`${manifest.name}: ${log.message}`);
    },
    output: {
      dir: dist,
      format: "esm",
      entryFileNames: "[name].js",
      chunkFileNames: "chunks/[name].js",
      // People read it, in stack traces and in editors.
      minify: false,
      minifyInternalExports: false,
      // Two modules may each have a class of one name. In one file one of them is renamed, and says so in every trace.
      keepNames: true,
    },
  });
  removeOthers(dist, new Set(output.map(({ fileName }) => fileName)));
}

/** Only the package's own modules are bundled: all else is found where the package is installed. */
function isExternal(specifier: string, importer: string | undefined, folder: string, manifest: Manifest): boolean {
  if (importer === undefined || isOwn(specifier)) return false;
  if (isInstalled(specifier, manifest)) return true;
  throw new Error(
    `${manifest.name}: ${relative(folder, importer)} imports "${specifier}", which is not installed with the package. Add it to "dependencies".`,
  );
}

/** A path, or a part of rolldown that stands in for syntax which older engines lack. */
function isOwn(specifier: string): boolean {
  return specifier.startsWith(".") || isAbsolute(specifier) || /^\0?@oxc-project[/+]runtime/.test(specifier);
}

/** What an earlier build left. Declarations are not ours. */
function removeOthers(dist: string, built: ReadonlySet<string>): void {
  for (const path of globSync("**/*.js", { cwd: dist })) {
    if (!built.has(path.replaceAll(sep, "/"))) rmSync(join(dist, path));
  }
}
