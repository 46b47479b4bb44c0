import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createSimulator, type Simulator } from "@waygate/simulator";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gone } from "./processes.ts";
import { Playground, serviceSettings } from "./program.ts";
import { hasTerminals, keys, Terminal } from "./terminal.ts";

let playground: Playground;
let simulator: Simulator;
let terminal: Terminal | undefined;

beforeEach(async () => {
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

/** Has a thread of the program's pool hang in a call of the system: it opens a pipe that nothing ever writes to. */
function stuck(): Readonly<Record<string, string>> {
  const pipe = playground.outside("pipe");
  execFileSync("mkfifo", [pipe]);
  const preload = playground.write(
    "stick.mjs",
    `import { open } from "node:fs/promises"; void open(${JSON.stringify(pipe)}, "r");`,
  );
  return { NODE_OPTIONS: `--import ${preload}` };
}

describe("a program of which a thread hangs", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("ends at %s, with its commands", async (signal, code) => {
    // It waits for an answer, and a command of its runs.
    simulator.script({
      toolCalls: [{ name: "run_command", arguments: { command: "echo $$ >pid; echo go; sleep 1000" } }],
    });
    const running = playground.start(["chat", "--yes", "Hello there"], { environment: stuck() });
    await running.until("go\n");
    running.child.kill(signal);
    expect(await running.finished).toMatchObject({ code });
    await gone(Number(readFileSync(join(playground.folder, "pid"), "utf8")));
  });

  it("ends by itself, with the code that it has and all that it wrote", async () => {
    const environment = stuck();
    simulator.script({ text: "Done. ".repeat(20_000) });
    const { code, stdout } = await playground.run(["chat", "Hello there"], { environment });
    expect(code).toBe(0);
    expect(stdout.length).toBe(20_000 * 6 + 1);
    expect(await playground.run(["settings", "get", "nothing"], { environment })).toMatchObject({ code: 2 });
  });

  it.skipIf(!hasTerminals)("ends at Ctrl-C at the prompt (needs the `script` of util-linux)", async () => {
    terminal = new Terminal(playground, ["--model", "local:test"], stuck());
    await terminal.until("› ");
    terminal.type(keys.ctrlC);
    await terminal.until("once more leaves");
    terminal.type(keys.ctrlC);
    expect(await terminal.exitCode).toBe(130);
  });
});

describe("a program that writes a file", () => {
  it("ends at any moment with the file whole, and with no other beside it", async () => {
    const writer = fileURLToPath(new URL("./write-until-ended.ts", import.meta.url));
    for (let round = 0; round < 12; round++) {
      const child = spawn(process.execPath, ["--conditions=waygate-source", writer, playground.folder]);
      await once(child.stdout, "data");
      await new Promise((resolve) => setTimeout(resolve, round * 7));
      child.kill("SIGTERM");
      expect((await once(child, "exit"))[0]).toBe(143);
      expect(readdirSync(playground.folder)).toEqual(["a.txt"]);
      const lines = readFileSync(join(playground.folder, "a.txt"), "utf8").split("\n");
      expect({ count: lines.length, values: new Set(lines).size }).toEqual({ count: 50_001, values: 2 });
    }
  });
});

describe("a pipe where a file is expected", () => {
  it.each([
    ["the settings", (pipe: string) => ["models", "--settings", pipe]],
    ["the project's settings", () => ["models"]],
    ["a file to edit", (pipe: string) => ["edit", pipe, "change it"]],
  ])("in place of %s does not hang the program", async (_, words) => {
    const pipe = playground.outside("pipe");
    execFileSync("mkfifo", [pipe]);
    execFileSync("mkdir", [join(playground.folder, ".waygate")]);
    execFileSync("mkfifo", [join(playground.folder, ".waygate", "settings.json")]);
    const { stderr } = await playground.run(words(pipe));
    expect(stderr).toContain("not a regular file");
  });

  it("does not hang tools that work on it", async () => {
    execFileSync("mkfifo", [join(playground.folder, "pipe")]);
    simulator.script(
      {
        toolCalls: [
          { name: "read_file", arguments: { path: "pipe" } },
          { name: "search_files", arguments: { pattern: "x", path: "pipe" } },
          { name: "write_file", arguments: { path: "pipe", content: "x" } },
        ],
      },
      { text: "So be it." },
    );
    const { code, stdout, stderr } = await playground.run(["chat", "--yes", "Hello there"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "So be it.\n" });
    expect(stderr.match(/"pipe" is not a regular file/g)).toHaveLength(3);
  });
});

describe("a pattern that takes years", () => {
  it.skipIf(!hasTerminals)("leaves Ctrl-C to work at once (needs the `script` of util-linux)", async () => {
    playground.write("a.txt", `${"a".repeat(60)}!`);
    // One after the other, as each has a limit of its own: together they take longer than a test may.
    const calls = Array.from({ length: 100 }, (_, index) => ({
      name: "search_files",
      arguments: { pattern: `(a+)+$|${index}` },
    }));
    for (const call of calls) simulator.script({ toolCalls: [call] });
    terminal = new Terminal(playground, ["--model", "local:test"]);
    await terminal.until("› ");
    terminal.type(`look for it${keys.enter}`);
    await terminal.until("takes too long");
    terminal.type(keys.ctrlC);
    await terminal.until("Interrupted.");
    terminal.type(keys.ctrlD);
    expect(await terminal.exitCode).toBe(0);
  });
});
