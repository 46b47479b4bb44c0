import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../../..");
const lines = (count: number) =>
  Array.from({ length: count }, (_, index) => `export const line${index} = 1;\n`).join("");

const violations: readonly (readonly [rule: string, path: string, code: string])[] = [
  ["noExplicitAny", "packages/any/src/any.ts", "export const value: any = 1;\n"],
  ["noTsIgnore", "packages/any/src/ignore.ts", "// @ts-ignore: reasons\nexport const value = 1;\n"],
  ["noSkippedTests", "packages/any/test/skip.test.ts", 'it.skip("answers", () => {});\n'],
  ["noFocusedTests", "packages/any/src/only.test.ts", 'describe.only("answers", () => {});\n'],
  ["noExcessiveLinesPerFile", "packages/any/src/deep/long.ts", lines(401)],
  ["noExcessiveLinesPerFile", "apps/any/src/long.ts", lines(401)],
  ["noImportCycles", "packages/any/src/hen.ts", 'import { egg } from "./egg.ts";\nexport const hen = () => egg;\n'],
];
const allowed: readonly (readonly [path: string, code: string])[] = [
  ["packages/any/src/unknown.ts", "export const value: unknown = 1;\n"],
  ["packages/any/src/just-fits.ts", lines(400)],
  ["packages/any/test/long.test.ts", lines(401)],
];
const companions = [
  ["packages/any/src/egg.ts", 'import { hen } from "./hen.ts";\nexport const egg = () => hen;\n'],
] as const;

describe("the configuration of Biome", () => {
  const folder = mkdtempSync(join(tmpdir(), "waygate-lint-"));
  let output = "";

  beforeAll(() => {
    copyFileSync(join(root, "biome.json"), join(folder, "biome.json"));
    for (const [path, code] of [...violations.map(([, ...file]) => file), ...allowed, ...companions]) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), code);
    }
    const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
    const args = [biome, "lint", "--error-on-warnings", "--vcs-enabled=false", "--max-diagnostics=none", "."];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    expect(status).toBe(1);
    output = `${stdout}${stderr}`;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The rules reported: lines such as `packages/any/src/any.ts:1:21 lint/suspicious/noExplicitAny ━━━`. */
  const reported = (path: string) =>
    output.split("\n").flatMap((line) => (line.startsWith(path) ? [/lint\/\w+\/(\w+)/.exec(line)?.[1]] : []));

  it.each(violations)("refuses %s: %s", (rule, path) => {
    expect(reported(path), output).toContain(rule);
  });

  it.each(allowed)("lets %s pass", (path) => {
    expect(reported(path), output).toEqual([]);
  });
});
