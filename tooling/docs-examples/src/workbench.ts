import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Example } from "./page.ts";

/** An example as a file, each line where the page has it: what is reported of the file is true of the page. */
export interface Program {
  readonly example: Example;
  /** From the workbench's folder, with `/`: `docs/page.md/12.ts`. */
  readonly path: string;
}

/** A folder of its own outside of the repository, in which examples find the packages under their names. */
export class Workbench implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "waygate-examples-"));

  constructor(root: string) {
    writeFileSync(join(this.folder, "package.json"), JSON.stringify({ type: "module", private: true }));
    const configuration = {
      extends: join(root, "tooling/tsconfig/node.json"),
      compilerOptions: {
        composite: false,
        noEmit: true,
        declaration: false,
        emitDeclarationOnly: false,
        declarationMap: false,
        sourceMap: false,
        moduleDetection: "force",
        noUnusedLocals: false,
        noUnusedParameters: false,
      },
      include: ["**/*.ts"],
    };
    writeFileSync(join(this.folder, "tsconfig.json"), JSON.stringify(configuration));
    this.#link("@types/node", join(root, "node_modules/@types/node"));
    // What examples use beside the packages of this repository.
    this.#link("zod", dirname(fileURLToPath(import.meta.resolve("zod/package.json"))));
    for (const name of readdirSync(join(root, "packages"))) {
      const folder = join(root, "packages", name);
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { name: string };
      this.#link(manifest.name, folder);
    }
  }

  /** Writes the examples in TypeScript of one page. */
  write(examples: readonly Example[]): readonly Program[] {
    let text = "";
    return examples
      .filter(({ language }) => language === "ts")
      .map((example) => {
        const { page, line, file, continues, code } = example;
        if (!continues) text = "";
        text = text.padEnd(text.length + line - text.split("\n").length, "\n") + code;
        const path = `${page}/${file ?? `${line}.ts`}`;
        mkdirSync(dirname(join(this.folder, path)), { recursive: true });
        writeFileSync(join(this.folder, path), text);
        return { example, path };
      });
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), "utf8");
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }

  #link(name: string, target: string): void {
    const path = join(this.folder, "node_modules", name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path, "dir");
  }
}
