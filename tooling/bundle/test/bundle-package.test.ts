import { execFile } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, it } from "vitest";
import { bundlePackage } from "../src/bundle-package.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "waygate-bundle-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A package with the entries `.` and `./plugin`, but for what `manifest` says. */
function write(sources: Readonly<Record<string, string>>, manifest: object = {}): void {
  const exports = {
    ".": { "waygate-source": "./src/index.ts", types: "./dist/index.d.ts", default: "./dist/index.js" },
    "./plugin": { types: "./dist/plugin.d.ts", default: "./dist/plugin.js" },
    "./package.json": "./package.json",
  };
  const whole = { name: "sound", type: "module", sideEffects: false, exports, ...manifest };
  add("package.json", JSON.stringify(whole));
  for (const [path, text] of Object.entries({ "plugin.ts": "export const plugin = 1;", ...sources })) {
    add(`src/${path}`, text);
  }
}

function add(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function built(): Readonly<Record<string, string>> {
  const paths = globSync("dist/**/*.js", { cwd: folder }).sort();
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}

async function node(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder });
  return stdout.trim();
}

const evaluate = (code: string) => node("--input-type=module", "--eval", code);

it("makes one file for each entry and each program, and keeps once what they share", async () => {
  write(
    {
      "index.ts": 'export { one } from "./deep/one.ts"; export { shared } from "./shared.ts";',
      "deep/one.ts": 'import { shared } from "../shared.ts"; export const one: number = shared() + 1;',
      "shared.ts": "/** What both have. */\nexport function shared(): number { return 0; }",
      "plugin.ts": 'export { shared } from "./shared.ts";',
      "main.ts": '#!/usr/bin/env node\nimport { shared } from "./shared.ts";\nconsole.log("run", shared());',
    },
    { bin: { sound: "./dist/main.js" } },
  );
  await bundlePackage(folder);
  expect(Object.keys(built())).toEqual(["dist/chunks/shared.js", "dist/index.js", "dist/main.js", "dist/plugin.js"]);
  expect(built()["dist/chunks/shared.js"]).toContain("/** What both have. */\nfunction shared() {");
  expect(built()["dist/main.js"]).toMatch(/^#!\/usr\/bin\/env node\n/);
  const same =
    'import { one, shared } from "sound"; import * as p from "sound/plugin"; console.log(one, shared === p.shared);';
  expect(await evaluate(same)).toBe("1 true");
  expect(await node("dist/main.js")).toBe("run 0");
});

it("leaves for later what is imported when it is needed", async () => {
  write({
    "index.ts": 'export const later = async () => (await import("./heavy.ts")).heavy;',
    "heavy.ts": 'console.log("loaded"); export const heavy = 1;',
  });
  await bundlePackage(folder);
  expect(Object.keys(built())).toContain("dist/chunks/heavy.js");
  const program = 'const { later } = await import("sound"); console.log("before"); console.log(await later());';
  expect(await evaluate(program)).toBe("before\nloaded\n1");
});

it("leaves what is installed along with the package, however it is named", async () => {
  const imports = [
    'export { readFileSync } from "node:fs";',
    'export { a } from "a/part";',
    'export { b } from "@scope/b";',
    'export const c = () => import("@scope/c/part");',
  ];
  write(
    { "index.ts": imports.join("\n") },
    { dependencies: { a: "1" }, peerDependencies: { "@scope/b": "1" }, optionalDependencies: { "@scope/c": "1" } },
  );
  await bundlePackage(folder);
  for (const name of ["node:fs", "a/part", "@scope/b", "@scope/c/part"]) {
    expect(built()["dist/index.js"]).toContain(`"${name}"`);
  }
});

it("refuses an import that users would not have", async () => {
  write({ "index.ts": 'export { v } from "valibot";' }, { devDependencies: { valibot: "1" } });
  await expect(bundlePackage(folder)).rejects.toThrow(
    'sound: src/index.ts imports "valibot", which is not installed with the package. Add it to "dependencies".',
  );
});

it("does not rename errors of one name in two modules", async () => {
  write({
    "index.ts": 'export { Failure } from "./one.ts"; export { other } from "./two.ts";',
    "one.ts": "export class Failure extends Error {}",
    "two.ts":
      "class Failure extends Error { constructor() { super(); this.name = new.target.name; } }\nexport const other = () => new Failure();",
  });
  await bundlePackage(folder);
  const program =
    'const { Failure, other } = await import("sound"); console.log(Failure.name, other().name, other().constructor.name);';
  expect(await evaluate(program)).toBe("Failure Failure Failure");
});

it("writes nothing that older versions of Node cannot read", async () => {
  write({
    "index.ts": `
      export async function closed(): Promise<string> {
        let told = "open";
        { await using file = { async [Symbol.asyncDispose]() { told = "closed"; } }; void file; }
        return told;
      }`,
  });
  await bundlePackage(folder);
  expect(built()["dist/index.js"]).not.toMatch(/\busing \w+ =/);
  expect(await evaluate('console.log(await (await import("sound")).closed())')).toBe("closed");
});

it("removes what an earlier build left, and no declarations", async () => {
  write({ "index.ts": "export const one = 1;" });
  for (const stale of ["dist/gone.js", "dist/chunks/gone.js", "dist/run/gone.js"]) add(stale, "");
  add("dist/index.d.ts", "export declare const one = 1;");
  add("dist/.tsbuildinfo", "{}");
  await bundlePackage(folder);
  expect(Object.keys(built())).toEqual(["dist/index.js", "dist/plugin.js"]);
  expect(globSync("dist/{*.d.ts,.tsbuildinfo}", { cwd: folder })).toHaveLength(2);
});

it("makes the same of the same, wherever that is", async () => {
  const sources = {
    "index.ts": 'export * from "./a.ts"; export * from "./b.ts"; export const later = () => import("./c.ts");',
    "plugin.ts": 'export * from "./a.ts";',
    "a.ts": "export const a = () => text(); function text() { return 1; }",
    "b.ts": "export const b = () => text(); function text() { return 2; }",
    "c.ts": 'export { a } from "./a.ts"; export const c = 3;',
  };
  write(sources);
  await bundlePackage(folder);
  const first = built();
  rmSync(folder, { recursive: true });
  folder = mkdtempSync(join(tmpdir(), "waygate-bundle-elsewhere-"));
  write(sources);
  await bundlePackage(folder);
  expect(built()).toEqual(first);
});

it("fails where rolldown has a doubt, and where there is nothing to build", async () => {
  write({ "index.ts": "export const run = (code: string): unknown => eval(code);" });
  await expect(bundlePackage(folder)).rejects.toThrow(/sound: .*eval/);
  write({ "index.ts": "export {};" }, { exports: { "./package.json": "./package.json" } });
  await expect(bundlePackage(folder)).rejects.toThrow("names no dist/*.js");
  write({}, { exports: { ".": "./dist/index.js", "./missing": "./dist/missing.js" } });
  await expect(bundlePackage(folder)).rejects.toThrow("missing.ts");
});
