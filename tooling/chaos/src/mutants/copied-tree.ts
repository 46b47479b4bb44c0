import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import type { Edit } from "./mutants.ts";

const root = resolve(import.meta.dirname, "../../../..");

/** A copy of the sources that runs by itself, so that it can be broken. */
export class CopiedTree implements Disposable {
  readonly path: string;

  constructor() {
    this.path = mkdtempSync(join(tmpdir(), "chaos-"));
    for (const folder of [...globSync("packages/*", { cwd: root }), "tooling/chaos", "tooling/valid-history"]) {
      mkdirSync(join(this.path, folder), { recursive: true });
      // Links within `node_modules` are relative, and lead to the copies.
      const options = { recursive: true, verbatimSymlinks: true, filter: (path: string) => basename(path) !== "dist" };
      cpSync(join(root, folder), join(this.path, folder), options);
    }
    cpSync(join(root, "package.json"), join(this.path, "package.json"));
    symlinkSync(join(root, "node_modules"), join(this.path, "node_modules"));
  }

  /** Makes the edits; what it returns takes them back. Throws an `Error` for an edit whose place is gone. */
  edit(edits: readonly Edit[]): () => void {
    const before = new Map<string, string>();
    for (const edit of edits) {
      const file = join(this.path, placeOf(edit));
      const text = readFileSync(file, "utf8");
      if (!before.has(file)) before.set(file, text);
      writeFileSync(
        file,
        text.replace(edit.find, () => edit.replace),
      );
    }
    return () => {
      for (const [file, text] of before) writeFileSync(file, text);
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** The file that an edit is about, from the root on. Throws an `Error` unless its text stands in exactly one place. */
export function placeOf({ package: name, find }: Edit): string {
  const files = globSync(`packages/${name}/src/**/*.ts`, { cwd: root }).filter((file) => !file.endsWith(".test.ts"));
  const places = files.flatMap((file) =>
    Array<string>(readFileSync(join(root, file), "utf8").split(find).length - 1).fill(file),
  );
  const [place] = places;
  if (place === undefined || places.length > 1) {
    throw new Error(
      `packages/${name} has the code of a mutant in ${places.length} places, not in one: ${JSON.stringify(find)}. ` +
        "Adapt tooling/chaos/src/mutants/mutants.ts.",
    );
  }
  return place;
}
