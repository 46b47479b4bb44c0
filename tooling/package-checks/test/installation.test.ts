import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkInstalled, readInstalled, runConsumer } from "../src/installation.ts";

const root = resolve(import.meta.dirname, "../../..");
let folder: string;

function write(path: string, content: string): string {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
  return join(folder, path);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "waygate-installation-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("what is installed", () => {
  const limits = { bytes: 100, unwanted: /aws|tsyringe/ };

  beforeEach(() => {
    write("node_modules/undici/package.json", "{}");
    write("node_modules/undici/lib/index.js", "x".repeat(50));
    write("node_modules/@waygate/core/package.json", "{}");
  });

  it("may be little, and wanted", () => {
    const installed = readInstalled(folder);
    expect(installed).toEqual({ names: [join("@waygate", "core"), "undici"], bytes: 54 });
    expect(checkInstalled(installed, limits)).toEqual([]);
  });

  it.each(["node_modules/@aws-sdk/core", "node_modules/undici/node_modules/tsyringe"])("may not be %s", (path) => {
    write(`${path}/package.json`, "{}");
    expect(checkInstalled(readInstalled(folder), limits)).toHaveLength(1);
  });

  it("may not be much", () => {
    write("node_modules/undici/docs/long.md", "x".repeat(50));
    expect(checkInstalled(readInstalled(folder), limits)).toHaveLength(1);
  });
});

describe("a program that uses it", () => {
  const run = (program: string) => runConsumer(write("program.ts", program), folder, root);

  beforeEach(() => {
    write("package.json", '{ "type": "module" }');
    write("node_modules/one/package.json", '{ "name": "one", "type": "module", "exports": "./index.js" }');
    write("node_modules/one/index.js", "export const one = 1;");
    write("node_modules/one/index.d.ts", "export declare const one: number;");
  });

  it("is type-checked and run", async () => {
    expect(await run('import { one } from "one";\nconsole.log(one + 1);')).toBe("2\n");
  });

  it("fails where a type does not fit", async () => {
    await expect(run('import { one } from "one";\nexport const text: string = one;')).rejects.toThrow("TS2322");
  });

  it("fails where a declaration of the package is wrong", async () => {
    write("node_modules/one/index.d.ts", "export declare const one: Missing;");
    await expect(run('import { one } from "one";\nconsole.log(one);')).rejects.toThrow("Missing");
  });

  it("fails where it throws", async () => {
    await expect(run('import { one } from "one";\nif (one === 1) throw new Error("no");')).rejects.toThrow("no");
  });
});
