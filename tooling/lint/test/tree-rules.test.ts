import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseSource } from "../src/source-file.ts";
import { checkSource, forAnIdea, sourceRules } from "../src/source-rules.ts";
import { checkText, textRules } from "../src/text-rules.ts";

const source = "packages/core/src/run/run.ts";
const test = "packages/core/test/run.test.ts";

const violations: readonly (readonly [rule: string, path: string, code: string])[] = [
  ["unfinished", source, "// TODO think again"],
  ["unfinished", source, "/**\n * Runs.\n * FIXME when it rains\n */"],
  ["unfinished", source, "const a = 1; // later (TODO: say when)"],
  ["type-suppression", source, "// @ts-nocheck"],
  ["type-suppression", test, "// @ts-nocheck"],
  ["type-suppression", source, "// @ts-expect-error the types lie\ncall();"],
  ["file-name", "packages/http/src/stream.ts", "export class Exchange {}"],
  ["file-name", "packages/bedrock/src/frames/frames.ts", "export interface FrameTaker {}\nexport class FrameReader {}"],
  ["file-name", "packages/plugin-kit/src/failure/index.ts", "export const shorten = 1;"],
  ["file-name", "packages/openrouter/src/models.ts", "const toModel = 1;\nexport { toModel };"],
  ["skipped-test", test, 'it.todo("answers");'],
  ["skipped-test", test, 'it.skipIf(process.env.CI)("answers", () => {});'],
  ["skipped-test", test, 'describe.runIf(fast)("answers", () => {});'],
  ["skipped-test", test, 'describe.concurrent.skipIf(slow)("answers", () => {});'],
  ["assigned-function", source, "this.#end = () => {};"],
  ["assigned-function", source, "options.end ??= (async function () {});"],
];

const allowed: readonly (readonly [path: string, code: string])[] = [
  ["packages/http/src/exchange.ts", "export interface Keeper {}\nexport class Exchange {}"],
  ["packages/http/src/undici.ts", 'export type { Dispatcher } from "undici";\nexport type Undici = object;'],
  ["packages/plugin-kit/src/body/utf8-decoder.ts", "export class Utf8Decoder {}"],
  ["packages/plugin-kit/src/json/is-json.ts", "export const [isJSON] = [1];\nexport function isJson() {}"],
  ["packages/openrouter/src/to-model.ts", "const toModel = 1;\nexport { toModel };"],
  ["packages/openrouter/src/model-id.ts", "export function baseOf() {}\nexport function isRouter() {}"],
  ["packages/openrouter/src/index.ts", 'export { openrouter } from "./plugin.ts";'],
  ["packages/openrouter/src/register.ts", "globalThis.x = 1;"],
  ["packages/openrouter/src/tighten.test.ts", "export const routing = {};"],
  ["packages/openrouter/test/answer.ts", "export const chunk = {};"],
  [source, '// Finds marks such as "TODO in src/".\nconst mark = "TODO: x";'],
  [test, "// @ts-expect-error a number is no name\ncall(1);"],
  [test, 'describe.skipIf(folder === undefined)("recordings (skipped where there are none)", () => {});'],
  [test, 'it.each([1, 2])("answers %d", () => {}); it("todo", () => {});'],
  [test, 'it.skipIf(!hasTerminals)("asks (needs `script`)", () => {});'],
  [source, "const end = () => {};\nthis.end = end;\nclass Step {\n  readonly #go = () => {};\n}"],
  [test, "service.answer = () => {};"],
  [source, 'permit.skipIf(x)("y"); list.todo("z");'],
];

const path = (...names: readonly string[]) => ["", ...names].join("/");
const texts: readonly (readonly [rule: string, path: string, line: string])[] = [
  ["machine-path", "docs/settings.md", `See \`${path("home", "ada", "settings.json")}\`.`],
  ["machine-path", ".ci/run", `cd ${path("root", "waygate")}`],
  ["machine-path", "docs/settings.md", ["C:", "Users", "ada"].join("\\")],
  ["registry-host", "pnpm-lock.yaml", "    resolution: {integrity: sha512-x, tarball: https://npm.example/x.tgz}"],
  ["registry-host", "tooling/bench/peers/package-lock.json", '"resolved": "https://npm.example/x.tgz",'],
  ["registry-host", ".npmrc", "registry=https://npm.example/"],
];
const allowedTexts: readonly (readonly [path: string, line: string])[] = [
  ["README.md", `https://example.com${path("home", "ada")}`],
  ["apps/demo/src/settings.test.ts", `expect(file).toBe("${path("home", "ann", "settings.json")}");`],
  ["docs/settings.md", "~/.config/waygate, apps/demo/src/work/list.ts, $HOME/work/x"],
  ["pnpm-lock.yaml", "    deprecated: see https://npm.example/x"],
];

describe("source rules", () => {
  it.each(violations)("%s: %s: %s", (rule, path, code) => {
    expect(checkSource(parseSource(path, code)).map((finding) => finding.rule)).toEqual([rule]);
  });

  it.each(allowed)("let pass: %s: %s", (path, code) => {
    expect(checkSource(parseSource(path, code))).toEqual([]);
  });

  it("know no file by its idea that is not there", () => {
    const root = new URL("../../../", import.meta.url);
    expect([...forAnIdea].filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
  });

  it("each have a violation that they catch", () => {
    expect(new Set(violations.map(([rule]) => rule))).toEqual(new Set(sourceRules.map(({ id }) => id)));
  });
});

describe("text rules", () => {
  it.each(texts)("%s: %s: %s", (rule, path, line) => {
    expect(checkText(path, `first\n${line}\n`)).toMatchObject([{ rule, path, line: 2 }]);
  });

  it.each(allowedTexts)("let pass: %s: %s", (path, line) => {
    expect(checkText(path, line)).toEqual([]);
  });

  it("each have a violation that they catch", () => {
    expect(new Set(texts.map(([rule]) => rule))).toEqual(new Set(textRules.map(({ id }) => id)));
  });
});
