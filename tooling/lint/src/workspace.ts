import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A package of this repository, as the import rules see it. */
export interface WorkspacePackage {
  readonly name: string;
  /** From the repository's root, with `/`. */
  readonly folder: string;
  /** What may be imported of it: `.` and `./plugin`, say. */
  readonly entries: readonly string[];
}

export type Workspace = readonly WorkspacePackage[];

export function readWorkspace(root: string): Workspace {
  return ["packages", "apps", "tooling"].flatMap((group) => {
    if (!existsSync(join(root, group))) return [];
    return readdirSync(join(root, group)).flatMap((name): readonly WorkspacePackage[] => {
      const folder = `${group}/${name}`;
      const file = join(root, folder, "package.json");
      if (!existsSync(file)) return [];
      const manifest = JSON.parse(readFileSync(file, "utf8")) as { name: string; exports?: object };
      return [{ name: manifest.name, folder, entries: Object.keys(manifest.exports ?? {}) }];
    });
  });
}
