import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { checkLoading } from "../src/loading.ts";

let folder: string;
const manifest = {
  name: "sound",
  exports: {
    ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
    "./plugin": { types: "./dist/plugin.d.ts", default: "./dist/plugin.js" },
    "./package.json": "./package.json",
  },
  bin: { sound: "./dist/main.js" },
};

function write(path: string, content: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "waygate-loading-")));
  write("package.json", '{ "type": "module" }');
  write("dist/index.js", 'export const heavy = () => import("heavy/part");');
  write("dist/plugin.js", 'import "light"; export const more = () => import("./chunks/more.js");');
  write("dist/chunks/more.js", 'import { later } from "heavy"; export default later;');
  write("dist/main.js", 'throw new Error("A program is not imported.");');
  for (const name of ["heavy", "light", "@scope/between"]) {
    write(`node_modules/${name}/package.json`, '{ "exports": { ".": "./index.js", "./part": "./index.js" } }');
    write(`node_modules/${name}/index.js`, "exports.later = 1;");
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

it("may be little, and more when it is needed", async () => {
  expect(await checkLoading({ folder, manifest })).toEqual([]);
});

it("may not be what is meant for later, by any way and at any entry", async () => {
  write("node_modules/@scope/between/index.js", 'require("heavy");');
  write("dist/index.js", 'import "@scope/between"; export const heavy = () => import("heavy/part");');
  write("dist/plugin.js", 'import "./chunks/more.js"; export const more = () => import("./chunks/more.js");');
  const only = "which is to be loaded only when it is needed";
  expect(await checkLoading({ folder, manifest })).toEqual([
    `dist/index.js loads heavy, ${only}`,
    `dist/plugin.js loads ${join(folder, "dist/chunks/more.js")}, ${only}`,
    `dist/plugin.js loads heavy, ${only}`,
  ]);
});

it("may not be much", async () => {
  write("node_modules/light/index.js", `//${"x".repeat(1_100_000)}`);
  expect(await checkLoading({ folder, manifest })).toEqual(["dist/plugin.js loads 1.10 MB, more than 1.00 MB"]);
});

it("fails where an entry cannot be imported", async () => {
  write("dist/index.js", 'import "absent";');
  await expect(checkLoading({ folder, manifest })).rejects.toThrow("absent");
});
