import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { dirname, join } from "node:path";
import { createSimulator, type Simulator } from "@waygate/simulator";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { completions, Playground } from "./program.ts";
import { hasTerminals, keys, Terminal } from "./terminal.ts";

const models = ["test", "small", "inline", "sub"];
const local = (model: string) => ({ provider: "local", model });

let playground: Playground;
let simulator: Simulator;
let terminal: Terminal | undefined;
let server: Server | undefined;

beforeEach(async ({ onTestFailed }) => {
  onTestFailed(() => console.error(`What was shown:\n${terminal?.text}`));
  terminal = undefined;
  server = undefined;
  playground = new Playground();
  simulator = await createSimulator({ models: [...models, "listed"] });
  const service = { api_url: simulator.url, available_models: models.map((name) => ({ name, max_tokens: 100_000 })) };
  const agent = { default_model: local("test") };
  playground.settings({ agent, language_models: { openai_compatible: { local: service } } });
});

afterEach(async () => {
  terminal?.close();
  server?.close();
  playground.clear();
  await simulator.close();
});

function folder(agent: object): string {
  return playground.write(".waygate/settings.json", JSON.stringify({ agent }));
}

const asked = () => completions(simulator).map(({ body }) => (body as { model: string }).model);
const firstLine = (text: string) => text.split("\n")[0];

describe("what the folder's settings choose", () => {
  it("is the first line of a question's answer, and is asked", async () => {
    const file = folder({
      default_model: { ...local("small"), effort: "high" },
      subagent_model: local("sub"),
      compaction_model: local("sub"),
      model_parameters: [{ ...local("small"), temperature: 0.3 }],
    });
    const { code, stderr } = await playground.run(["chat", "Hello there", "--title"]);
    expect(code).toBe(0);
    expect(firstLine(stderr)).toBe(
      `note: This folder's settings (${file}) choose local:small (effort high, temperature 0.3) for conversations and titles; ` +
        "local:sub for subagents and shortening conversations.",
    );
    expect(new Set(asked())).toEqual(new Set(["small"]));
    expect(completions(simulator)[0]?.body).toMatchObject({ reasoning_effort: "high", temperature: 0.3 });
  });

  it("is the first event of --json, for every command that asks a model", async () => {
    const file = folder({ default_model: local("small"), inline_assistant_model: local("inline") });
    const first = async (...args: string[]) => {
      const { code, stdout, stderr } = await playground.run([...args, "--json"]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      return JSON.parse(firstLine(stdout) ?? "");
    };
    const choice = { gateway: "local", model: "small", decides: "model" };
    expect(await first("chat", "Hello there")).toEqual({
      type: "folder-choices",
      file,
      choices: [{ use: "default_model", ...choice }],
    });
    playground.write("a.txt", "one\n");
    expect(await first("edit", "a.txt", "say two")).toMatchObject({
      choices: [{ use: "inline_assistant_model", ...choice, model: "inline" }],
    });
    execFileSync("git", ["init", "-q"], { cwd: playground.folder });
    execFileSync("git", ["add", "a.txt"], { cwd: playground.folder });
    expect(await first("commit")).toMatchObject({ choices: [{ use: "commit_message_model", ...choice }] });
    expect(asked()).toEqual(["small", "inline", "small"]);
  });

  it("is said of a model that was named, too: its temperature, and who writes the title", async () => {
    folder({ default_model: local("small"), model_parameters: [{ model: "test", temperature: 2 }] });
    const { stderr } = await playground.run(["chat", "Hello there", "--title", "--model", "local:test"]);
    expect(firstLine(stderr)).toMatch(
      /choose temperature 2 of local:test for conversations; local:small for titles\.$/,
    );
    expect(asked()).toEqual(["test", "small"]);
    const quiet = await playground.run(["chat", "Hello there", "--model", "local:sub"]);
    expect(quiet.stderr).not.toContain("This folder's settings");
  });

  it("is nothing that the user does not offer: the user's own model is asked, and that is said", async () => {
    const service = { api_url: simulator.url, available_models: [{ name: "added" }] };
    playground.write(
      ".waygate/settings.json",
      JSON.stringify({
        agent: { default_model: local("added"), thread_summary_model: local("listed") },
        language_models: { openai_compatible: { local: service, mine: service } },
      }),
    );
    const { code, stderr } = await playground.run(["chat", "Hello there", "--title"]);
    expect(code).toBe(0);
    expect(stderr).not.toContain("note: This folder");
    expect(stderr).toMatch(
      /warning: .*settings\.json:1:\d+: agent\.default_model: The model "local:added" is not among/,
    );
    expect(stderr).toMatch(/warning: .*agent\.thread_summary_model: The model "local:listed" is not among/);
    expect(asked()).toEqual(["test", "test"]);
  });

  it("may be the built-in simulator", async () => {
    folder({ default_model: { provider: "simulator", model: "simulator" } });
    const { code, stderr } = await playground.run(["chat", "Hello there"]);
    expect(code).toBe(0);
    expect(firstLine(stderr)).toMatch(/choose simulator:simulator for conversations\.$/);
    expect(asked()).toEqual([]);
  });

  it("cannot write to the terminal what it likes", async () => {
    playground.write(
      ".waygate/settings.json",
      '{ "agent": { "default_model": { "provider": "local", "model": "a\\u001b]52;c;eA==\\u0007\\nnote: all is well\\u202e" } } }',
    );
    const { stderr } = await playground.run(["chat", "Hello there"]);
    for (const sign of ["\u001b", "\u0007", "\u202e"]) expect(stderr).not.toContain(sign);
    expect(stderr).not.toMatch(/^note:/m);
  });

  describe.skipIf(!hasTerminals)("at a terminal (needs the `script` of util-linux)", () => {
    it("is the first line of a conversation, and is said again when it changes", async () => {
      folder({ default_model: local("small") });
      terminal = new Terminal(playground, []);
      await terminal.until("›");
      const shown = terminal.text.trimStart().replaceAll(/\s+/g, " ");
      expect(shown).toMatch(/^note: This folder's settings \(.*\) choose local:small for conversations and titles\./);
      expect(shown).toContain("waygate local:small");
      folder({ default_model: local("small"), subagent_model: local("sub") });
      await terminal.until("local:sub for subagents");
      terminal.type(keys.ctrlD);
      expect(await terminal.exitCode).toBe(0);
    });
  });
});

const odd: readonly (readonly [string, (file: string) => void | Promise<void>, string])[] = [
  ["a link to /dev/zero", (file) => symlinkSync("/dev/zero", file), "is a device, not a regular file"],
  ["a named pipe", (file) => void execFileSync("mkfifo", [file]), "is a named pipe, not a regular file"],
  ["a folder", (file) => void mkdirSync(file), "is a folder"],
  [
    "a socket",
    async (file) => {
      const short = mkdtempSync("/tmp/waygate-");
      server = createServer().listen(join(short, "s"));
      await once(server, "listening");
      server.once("close", () => rmSync(short, { recursive: true }));
      symlinkSync(join(short, "s"), file);
    },
    "is a socket, not a regular file",
  ],
  [
    "a sparse file of a terabyte",
    (file) => {
      writeFileSync(file, "{}");
      truncateSync(file, 1024 ** 4);
    },
    "is larger than",
  ],
];

describe.each(odd)("%s", (_name, put, words) => {
  it("in place of the folder's settings is told, and nothing waits for it", async () => {
    const file = join(playground.folder, ".waygate/settings.json");
    mkdirSync(dirname(file));
    await put(file);
    for (const args of [["chat", "Hello there"], ["models"], ["settings", "get"], ["keys"]]) {
      const { code, stderr } = await playground.run(args);
      expect(code).toBe(0);
      expect(stderr).toContain(`warning: ${file}:1:1: The settings file ${words}`);
    }
    expect(asked()).toEqual(["test"]);
  });

  it("in place of the user's settings is an error that names it", async () => {
    const file = playground.settings("{}");
    rmSync(file);
    await put(file);
    const { code, stdout, stderr } = await playground.run(["chat", "Hello there"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr.replaceAll(/\s+/g, " ")).toContain(`error: ${file}:1:1: The settings file ${words}`);
  });
});
