import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defaultSettingsFile, readSettings } from "./settings.ts";

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "waygate-"));
  file = join(folder, "settings.json");
});

afterEach(() => rmSync(folder, { recursive: true }));

function read(text: string) {
  writeFileSync(file, text);
  return readSettings(file, {});
}

describe("a settings file", () => {
  it("may have comments, trailing commas, a byte order mark and keys of other programs", () => {
    const settings = read(`\ufeff{
  // The editor's own.
  "theme": "One Dark",
  "agent": { "default_model": { "provider": "a", "model": "b", }, "profiles": {} },
  /* The gateways. */
  "language_models": { "openai_compatible": { "a": {} }, },
}`);
    expect(settings.exists).toBe(true);
    expect(settings.defaultModel).toEqual({ provider: "a", model: "b" });
    expect(settings.languageModels).toEqual({ openai_compatible: { a: {} } });
  });

  it.each(["", "  \n// nothing yet\n", "{}", '{"agent": null, "language_models": null}'])(
    "may say nothing: %j",
    (text) => {
      expect(read(text)).toMatchObject({ defaultModel: undefined, languageModels: {} });
    },
  );

  it("names the place of a value, of its key, or of what is nearest", () => {
    const settings = read('{\n  "language_models": {\n    "x": {"list": [1,\n 2]}\n  }\n}');
    expect(settings.place(["language_models", "x"], "key")).toBe(`${file}:3:5`);
    expect(settings.place(["language_models", "x"], "value")).toBe(`${file}:3:10`);
    expect(settings.place(["language_models", "x", "list", 1], "value")).toBe(`${file}:4:2`);
    expect(settings.place(["language_models", "x", "missing", "deep"], "value")).toBe(`${file}:3:10`);
    expect(settings.place(["agent"], "key")).toBe(`${file}:1:1`);
  });

  it.each([
    ['{\n  "a": 1\n  "b": 2\n}', "3:3", 'a "," was expected between two entries'],
    ['{\n  "a" 1\n}', "2:7", 'a ":" was expected after the key'],
    ["{\n  a: 1\n}", "2:3", "true, false, null, a number, or a text in double quotes was expected"],
    ['{"a": tru}', "1:7", "true, false, null"],
    ['{"a": "x', "1:7", "a text has no closing quote"],
    ['{"a": 1', "1:8", 'a "}" was expected'],
    ["{} {}", "1:4", "nothing more was expected"],
    ["[]", "1:1", "The settings must be an object."],
    ['{"agent": 5}', "1:11", '"agent" must be an object.'],
    ['{"language_models": []}', "1:21", '"language_models" must be an object.'],
  ])("that is wrong says where and what was expected: %j", (text, place, message) => {
    expect(() => read(text)).toThrow(`${file}:${place}: `);
    expect(() => read(text)).toThrow(message);
  });

  it("keeps a key that JavaScript treats specially as a key", () => {
    const { languageModels } = read('{"language_models": {"__proto__": {"x": 1}}}');
    expect(Object.keys(languageModels)).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it("must exist where it is named, and need not where it is the default", () => {
    expect(() => readSettings(join(folder, "none.json"), {})).toThrow("There is no settings file");
    const settings = readSettings(undefined, { HOME: folder, XDG_CONFIG_HOME: folder, APPDATA: folder });
    expect(settings).toMatchObject({ exists: false, languageModels: {} });
  });

  it("stands in the platform's folder for settings", () => {
    const home = { HOME: "/home/ann" };
    expect(defaultSettingsFile("linux", home)).toBe("/home/ann/.config/waygate/settings.json");
    expect(defaultSettingsFile("linux", { ...home, XDG_CONFIG_HOME: "/c" })).toBe("/c/waygate/settings.json");
    expect(defaultSettingsFile("darwin", home)).toBe("/home/ann/Library/Application Support/waygate/settings.json");
    expect(defaultSettingsFile("win32", { APPDATA: "/a" })).toBe("/a/waygate/settings.json");
  });
});
