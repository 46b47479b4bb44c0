import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { checkTarball } from "../src/check-tarball.ts";
import { command } from "../src/command.ts";
import { checkContents } from "../src/contents.ts";
import { checkManifest } from "../src/manifest.ts";
import { readTarball } from "../src/tarball.ts";

const manifest = {
  name: "@waygate/sound",
  version: "1.0.0",
  description: "A package without a fault",
  license: "Apache-2.0",
  type: "module",
  sideEffects: false,
  engines: { node: ">=22.19" },
  files: ["dist", "src", "template"],
  exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } },
  dependencies: { valibot: "^1.5.0" },
  peerDependencies: { "@waygate/core": "^1.0.0" },
} as const;
const sources = ["dist/index.js", "dist/index.js.map", "dist/index.d.ts", "dist/index.d.ts.map", "src/index.ts"];
const files = [
  "package.json",
  "README.md",
  "LICENSE",
  ...sources,
  "template/package.json",
  "template/test/plugin.test.ts",
];

describe("the files of a package", () => {
  it("may be what is needed, built, its source, and what is named", () => {
    expect(checkContents({ files, manifest })).toEqual([]);
  });

  it("may not have tests by naming them", () => {
    const named = { ...manifest, files: ["dist", "src", "test"] };
    expect(checkContents({ files: [...files.slice(0, -2), "test/index.ts"], manifest: named })).toHaveLength(1);
  });

  it.each(["package.json", "README.md", "LICENSE"])("must have %s", (name) => {
    expect(checkContents({ files: files.filter((file) => file !== name), manifest })).toEqual([`${name} is missing`]);
  });

  it.each([
    "src/index.test.ts",
    "src/index.test-d.ts",
    "dist/index.test.js",
    "test/index.ts",
    "dist/.tsbuildinfo",
    ".env",
    "dist/gone.d.ts",
    "tsconfig.json",
    "src/notes.md",
  ])("may not have %s", (file) => {
    expect(checkContents({ files: [...files, file], manifest })).toHaveLength(1);
  });
});

describe("the manifest of a package", () => {
  const privateNames = new Set(["@waygate/recordings"]);
  const core = { ...manifest, name: "@waygate/core", peerDependencies: {} };

  it("may be sound", () => {
    expect(checkManifest(manifest, privateNames)).toEqual([]);
    expect(checkManifest({ ...core, dependencies: { "@standard-schema/spec": "^1.1.0" } }, privateNames)).toEqual([]);
  });

  it.each([
    ["a range of the workspace", { ...manifest, dependencies: { valibot: "workspace:^" } }],
    ["a private package", { ...manifest, dependencies: { "@waygate/recordings": "^0.0.0" } }],
    ["core among the dependencies", { ...manifest, dependencies: { "@waygate/core": "^1.0.0" } }],
    ["another license", { ...manifest, license: "MIT" }],
    ["no description", { ...manifest, description: "" }],
    ["CommonJS", { ...manifest, type: "commonjs" }],
    ["side effects", { ...manifest, sideEffects: true }],
    ["no version of Node", { ...manifest, engines: {} }],
    ["a dependency of core", { ...core, dependencies: { valibot: "^1.5.0" } }],
    ["a peer of core", { ...core, dependencies: {}, peerDependencies: { valibot: "^1.5.0" } }],
  ])("may not have %s", (_, broken) => {
    expect(checkManifest(broken, privateNames)).toHaveLength(1);
  });
});

describe("a tarball", () => {
  const folder = mkdtempSync(join(tmpdir(), "waygate-tarball-"));
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  const check = async (changes: object) => {
    write("package.json", JSON.stringify({ ...manifest, files: ["dist", "src"], ...changes }));
    await command("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], folder);
    return checkTarball(readTarball(join(folder, "waygate-sound-1.0.0.tgz")), new Set());
  };

  beforeEach(() => {
    rmSync(join(folder, "dist"), { recursive: true, force: true });
    for (const file of ["README.md", "LICENSE"]) write(file, "text");
    write("src/index.ts", "export const one = 1;\n");
    write("dist/index.js", "export const one = 1;\n");
    write("dist/index.d.ts", "export declare const one = 1;\n");
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("may be sound", async () => {
    expect(await check({})).toEqual([]);
  });

  it("may share files, and import some when they are needed", async () => {
    write("dist/index.js", 'import "./chunks/a.js"; export { b } from "./chunks/b.js"; export const one = 1;\n');
    write("dist/chunks/a.js", 'import { readFileSync } from "node:fs"; void readFileSync; void import("./c.js");\n');
    write("dist/chunks/b.js", "export const b = 1;\n");
    write("dist/chunks/c.js", 'import "./d.js";\n');
    write("dist/chunks/d.js", "export {};\n");
    expect(await check({})).toEqual([]);
  });

  it("may not consist of many files that are loaded at once", async () => {
    write("dist/index.js", 'import "./chunks/a.js"; export { b } from "./chunks/b.js"; export const one = 1;\n');
    write("dist/chunks/a.js", "export {};\n");
    write("dist/chunks/b.js", 'export * from "./c.js"; export const b = 1;\n');
    write("dist/chunks/c.js", "export {};\n");
    const problem = "modules: dist/index.js loads 4 files of the package, more than 3: bundle it";
    expect(await check({})).toEqual([problem]);
    write("dist/main.js", '#!/usr/bin/env node\nimport "./index.js";\n');
    write("dist/index.js", 'import "./chunks/a.js"; export { b } from "./chunks/c.js"; export const one = 1;\n');
    rmSync(join(folder, "dist/chunks/b.js"));
    expect(await check({ bin: { sound: "./dist/main.js" } })).toEqual([problem.replace("index", "main")]);
  });

  it("may not have files that nothing imports, nor miss one that is imported", async () => {
    write("dist/chunks/gone.js", "export {};\n");
    expect(await check({})).toEqual(["modules: dist/chunks/gone.js is imported by nothing: delete dist"]);
    write("dist/index.js", 'import "./chunks/gone.js"; export const one = () => import("./chunks/missing.js");\n');
    expect(await check({})).toEqual(["modules: dist/chunks/missing.js is needed, but missing"]);
  });

  it("is read by publint", async () => {
    const problems = await check({ exports: { ".": { default: "./dist/index.js", types: "./dist/index.d.ts" } } });
    expect(problems).toContainEqual(expect.stringMatching(/^publint: .*types/));
  });

  it("has types that can be found", async () => {
    write("dist/index.d.ts", 'export { one } from "./elsewhere.ts";\n');
    expect(await check({})).toContainEqual(expect.stringMatching(/^types: .*elsewhere/));
  });

  it("has types at every entry", async () => {
    const problems = await check({ exports: { ...manifest.exports, "./plugin": "./dist/plugin.js" } });
    expect(problems).toContainEqual(expect.stringMatching(/^types: .*plugin/));
  });
});
