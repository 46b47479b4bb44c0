import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createSimulator, type Simulator } from "@waygate/simulator";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Playground, serviceSettings } from "./program.ts";
import { hasTerminals, keys, Terminal } from "./terminal.ts";

/** Writes to the clipboard of a terminal that obeys it. */
const clipboard = "\u001b]52;c;cm0gLXJm\u0007";
const hostile = `a${clipboard}\u202eb\u2028c\n› yes`;
const shown = "a\\u{1b}]52;c;cm0gLXJm\\u{7}\\u{202e}b\\u{2028}c\\u{a}› yes";

let playground: Playground;
let simulator: Simulator;
let terminal: Terminal | undefined;

beforeEach(async ({ onTestFailed }) => {
  onTestFailed(() => console.error(`What was shown:\n${terminal?.text}`));
  playground = new Playground();
  simulator = await createSimulator({ models: ["test"] });
  playground.settings(serviceSettings(simulator.url));
});

afterEach(async () => {
  terminal?.close();
  terminal = undefined;
  playground.clear();
  await simulator.close();
});

describe.skipIf(!hasTerminals)("names at a terminal (needs the `script` of util-linux)", () => {
  it("shows the name of a folder with all that is in it", async () => {
    const folder = join(playground.folder, hostile);
    mkdirSync(folder);
    terminal = new Terminal(playground, ["--folder", folder]);
    await terminal.until(`~/project/${shown}\n`);
    expect(terminal.raw).not.toContain("\u001b]52");
  });

  it("shows the names of models and gateways so, in columns", async () => {
    const available = [
      { name: "Plain", max_tokens: 1000 },
      { name: "1", display_name: "日本語モデル", max_tokens: 1000 },
      { name: "2", display_name: "🚀 Rocket", max_tokens: 1000 },
      { name: hostile, max_tokens: 1000 },
    ];
    playground.settings({
      language_models: { openai_compatible: { local: { api_url: simulator.url, available_models: available } } },
    });
    terminal = new Terminal(playground, ["models"], { COLUMNS: "200" });
    expect(await terminal.exitCode).toBe(0);
    expect(terminal.raw).not.toContain("\u001b]52");
    expect(terminal.text).toContain(`local:${shown}`);
    const [japanese = "", rocket = ""] = ["日本語モデル  ", "🚀 Rocket     "];
    expect(terminal.text).toContain(`${japanese}1k context`);
    expect(terminal.text).toContain(`${rocket}1k context`);
  });

  it("shows a title so, in the window too", async () => {
    terminal = new Terminal(playground, []);
    await terminal.until("›");
    terminal.type(`/title a\\u{1b}b${keys.enter}`);
    await terminal.until("title: a\\\\u{1b}b\n");
    expect(terminal.raw).toContain("\u001b]2;a\\\\u{1b}b\u0007");
  });

  it("shows errors so", async () => {
    simulator.fault({ kind: "status", status: 400, body: { error: { message: `${clipboard}\u202ewrong` } } });
    terminal = new Terminal(playground, ["chat", "Hello"]);
    expect(await terminal.exitCode).toBe(1);
    expect(terminal.text).toContain("\\u{202e}wrong");
    expect(terminal.raw).not.toContain("\u001b]52");
    expect(terminal.raw).not.toContain("\u202e");
  });
});

describe("names in JSON", () => {
  it("are escaped and stay the same", async () => {
    playground.settings(serviceSettings(simulator.url, { $schema: hostile }));
    for (const args of [
      ["settings", "get"],
      ["settings", "get", "--json"],
    ]) {
      const { code, stdout } = await playground.run(args);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ $schema: hostile });
      expect(stdout).not.toMatch(/[\u202e\u2028]/);
    }
  });

  it("are escaped in the events of an answer", async () => {
    simulator.script({ text: hostile });
    const { stdout } = await playground.run(["chat", "--json", "Hello"]);
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line): { type: string; text?: string } => JSON.parse(line));
    expect(events.flatMap(({ type, text }) => (type === "text-delta" ? [text] : [])).join("")).toBe(hostile);
    expect(stdout).not.toMatch(/[\u202e\u2028]/);
  });
});
