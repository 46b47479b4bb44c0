import { checkContents } from "./contents.ts";
import { checkManifest } from "./manifest.ts";
import { checkModules } from "./modules.ts";
import { checkWithPublint } from "./publint.ts";
import type { Tarball } from "./tarball.ts";
import { checkTypes } from "./types.ts";

/** Everything that is wrong with a packed package, one line each. */
export async function checkTarball(
  tarball: Tarball,
  privateNames: ReadonlySet<string>,
  sources?: readonly string[],
): Promise<readonly string[]> {
  const labelled = (label: string, problems: readonly string[]) => problems.map((problem) => `${label}: ${problem}`);
  return [
    ...labelled("files", checkContents(tarball, sources)),
    ...labelled("modules", checkModules(tarball)),
    ...labelled("manifest", checkManifest(tarball.manifest, privateNames)),
    ...labelled("publint", await checkWithPublint(tarball)),
    ...labelled("types", await checkTypes(tarball)),
  ];
}
