import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createSimulator, type Simulator } from "@waygate/simulator";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { completions, Playground } from "./program.ts";
import { hasTerminals, keys, Terminal } from "./terminal.ts";

const models = ["test", "small", "inline", "other", "sub"];

let playground: Playground;
let simulator: Simulator;
let terminal: Terminal | undefined;

beforeEach(async ({ onTestFailed }) => {
  onTestFailed(() => console.error(`What was shown:\n${terminal?.text}`));
  terminal = undefined;
  playground = new Playground();
  simulator = await createSimulator({ models });
});

afterEach(async () => {
  terminal?.close();
  playground.clear();
  await simulator.close();
});

/** Settings that name a model for some features, beside the default one. */
function agent(features: object = {}): void {
  const local = { api_url: simulator.url, available_models: models.map((name) => ({ name, max_tokens: 100_000 })) };
  const settings = { default_model: { provider: "local", model: "test" }, ...features };
  playground.settings({ agent: settings, language_models: { openai_compatible: { local } } });
}

const local = (model: string) => ({ provider: "local", model });

function asked(): readonly string[] {
  return completions(simulator).map(({ body }) => (body as { model: string }).model);
}

function lines(text: string): readonly Record<string, unknown>[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

function open(...args: string[]): Terminal {
  terminal = new Terminal(playground, args);
  return terminal;
}

describe("a conversation's title", () => {
  it("is written by thread_summary_model where it is asked for, with its parameters", async () => {
    agent({
      thread_summary_model: local("small"),
      model_parameters: [
        { ...local("small"), temperature: 0.1 },
        { ...local("test"), temperature: 0.9 },
      ],
    });
    simulator.script({ text: "Paris." }, { text: '"The capital of France."' });
    const { code, stdout, stderr } = await playground.run(["chat", "What is the capital of France?", "--title"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "Paris.\n" });
    expect(stderr).toContain("title: The capital of France\n");
    expect(asked()).toEqual(["test", "small"]);
    const [question, summary] = completions(simulator).map(({ body }) => body as Record<string, unknown>);
    expect(question).toMatchObject({ temperature: 0.9 });
    expect(summary).toMatchObject({ temperature: 0.1 });
    expect(JSON.stringify(summary)).toContain("Person: What is the capital of France?\\n\\nAssistant: Paris.");
  });

  it("is the last line of --json, and of the default model where no other is named", async () => {
    agent();
    simulator.script({ text: "Paris." }, { text: "Capital of France" });
    const { stdout } = await playground.run(["chat", "What is it?", "--title", "--json"]);
    expect(lines(stdout).slice(-2)).toEqual([
      expect.objectContaining({ type: "run-end" }),
      expect.objectContaining({ type: "title", title: "Capital of France", gateway: "local", model: "test" }),
    ]);
    await playground.run(["chat", "What is it?"]);
    expect(asked()).toEqual(["test", "test", "test"]);
  });

  it.skipIf(!hasTerminals)(
    "comes by itself at a terminal, once, and stands in the window's title (needs the `script` of util-linux)",
    async () => {
      agent({ thread_summary_model: local("small") });
      simulator.script({ text: "Paris." }, { text: "Capital\u001b[31m of France" }, { text: "Rome." });
      const shown = open();
      await shown.until("›");
      shown.type(`What is the capital of France?${keys.enter}`);
      await shown.until("Paris.");
      await shown.until("title: Capital of France\n");
      expect(shown.raw).toContain("\u001b[22;2t\u001b]2;Capital of France\u0007");
      shown.type(`And of Italy?${keys.enter}`);
      await shown.until("Rome.");
      await shown.until(" out\n");
      expect(asked()).toEqual(["test", "small", "test"]);
      simulator.script({ text: "Capitals" });
      shown.type(`/title${keys.enter}`);
      await shown.until("title: Capitals\n");
      shown.type(`/title Mine${keys.enter}`);
      await shown.until("title: Mine\n");
      expect(JSON.stringify(completions(simulator).at(-1)?.body)).toContain("Rome.");
      await shown.until("›");
      shown.type(keys.ctrlD);
      expect(await shown.exitCode).toBe(0);
      expect(shown.raw).toContain("\u001b[23;2t");
    },
  );

  it.skipIf(!hasTerminals)(
    "that cannot be had is said, and keeps nobody from going on (needs the `script` of util-linux)",
    async () => {
      agent({ thread_summary_model: { provider: "nobody", model: "x" } });
      simulator.script({ text: "Paris." }, { text: "Rome." });
      const shown = open();
      await shown.until("›");
      shown.type(`One${keys.enter}`);
      await shown.until("The conversation got no title:");
      await shown.until('There is no gateway "nobody".');
      shown.type(`Two${keys.enter}`);
      await shown.until("Rome.");
    },
  );
});

describe("waygate edit", () => {
  const before = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n";
  const file = () => readFileSync(join(playground.folder, "list.txt"), "utf8");

  beforeEach(() => {
    agent({ inline_assistant_model: local("inline") });
    playground.write("list.txt", before);
  });

  it("prints a diff that git applies, and writes nothing by itself", async () => {
    simulator.script({ text: "```\nTWO\n2.5\n```" });
    const { code, stdout, stderr } = await playground.run(["edit", "list.txt", "--lines", "2-3", "in", "capitals"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toBe(
      "--- a/list.txt\n+++ b/list.txt\n@@ -1,6 +1,6 @@\n one\n-two\n-three\n+TWO\n+2.5\n four\n five\n six\n",
    );
    expect(file()).toBe(before);
    const body = JSON.stringify(completions(simulator).at(-1)?.body);
    expect(body).toContain(
      "one\\n<selection>\\ntwo\\nthree\\n</selection>\\nfour\\nfive\\nsix\\nseven\\neight\\n\\n\\nInstruction: in capitals",
    );
    expect(asked()).toEqual(["inline"]);
    const { execFileSync } = await import("node:child_process");
    execFileSync("git", ["apply", "-"], { cwd: playground.folder, input: stdout });
    expect(file()).toBe(before.replace("two\nthree", "TWO\n2.5"));
  });

  it("writes with --yes, keeps line ends, byte order mark and mode, and tells --json all of it", async () => {
    playground.write("list.txt", `\ufeff${before.replaceAll("\n", "\r\n")}`);
    simulator.script({ text: "TWO\n2.5" });
    const { code, stdout } = await playground.run(["edit", "list.txt", "capitals", "--lines=2", "--yes", "--json"]);
    expect(code).toBe(0);
    expect(lines(stdout)).toEqual([
      expect.objectContaining({
        type: "edit",
        lines: [2, 2],
        model: "inline",
        replacement: "TWO\r\n2.5\r\n",
        written: true,
      }),
    ]);
    expect(file()).toBe(`\ufeff${before.replace("two", "TWO\n2.5").replaceAll("\n", "\r\n")}`);
  });

  it("falls back on the default model, and may make lines disappear", async () => {
    agent();
    simulator.script({ text: "" }, { text: "x" });
    expect(await playground.run(["edit", "list.txt", "remove", "it", "--lines", "7-", "--yes"])).toMatchObject({
      code: 0,
      stderr: "Written: list.txt\n",
    });
    expect(file()).toBe("one\ntwo\nthree\nfour\nfive\nsix\n");
    expect(asked()).toEqual(["test"]);
  });

  it("changes what comes from standard input", async () => {
    simulator.script({ text: "c\nb\na" });
    expect(await playground.run(["edit", "-", "turn it around"], { input: "a\nb\nc\n" })).toEqual({
      code: 0,
      stdout: "c\nb\na\n",
      stderr: "",
    });
  });

  it("changes nothing where the answer is broken off, fails, or the lines are not there", async () => {
    simulator.script({ text: "TW", finish: "length" });
    const cut = await playground.run(["edit", "list.txt", "capitals", "--lines", "2", "--yes"]);
    expect(cut).toMatchObject({ code: 3, stderr: expect.stringContaining("broken off (length)") });
    simulator.fault({ kind: "status", status: 401 });
    expect(await playground.run(["edit", "list.txt", "capitals", "--yes"])).toMatchObject({ code: 1 });
    const none = await playground.run(["edit", "list.txt", "capitals", "--lines", "9"]);
    expect(none).toMatchObject({ code: 2, stderr: "error: It has 8 lines, so there is no line 9.\n" });
    expect(await playground.run(["edit", "none.txt", "x"])).toMatchObject({
      code: 2,
      stderr: 'error: There is no "none.txt".\n',
    });
    expect(await playground.run(["edit", "list.txt"])).toMatchObject({ code: 2 });
    expect(file()).toBe(before);
  });

  it.skipIf(!hasTerminals)(
    "asks at a terminal: no, another model, yes (needs the `script` of util-linux)",
    async () => {
      agent({ inline_assistant_model: local("inline"), inline_alternatives: [local("other")] });
      simulator.script({ text: "2" }, { text: "TWO" }, { text: "ZWEI" });
      const first = open("edit", "list.txt", "capitals", "--lines", "2");
      await first.until("local:inline would change list.txt");
      expect(await first.until("yes  no  ask local:other")).toContain("│ - two\n  │ + 2\n");
      first.type("n");
      await first.until("Nothing was changed.");
      expect(await first.exitCode).toBe(0);
      expect(file()).toBe(before);
      const second = open("edit", "list.txt", "capitals", "--lines", "2");
      await second.until("ask local:other");
      second.type("a");
      await second.until("local:other would change list.txt");
      expect(await second.until("yes  no  ›")).toContain("+ ZWEI");
      second.type("y");
      await second.until("Written: list.txt");
      expect(await second.exitCode).toBe(0);
      expect(file()).toBe(before.replace("two", "ZWEI"));
      expect(asked()).toEqual(["inline", "inline", "other"]);
    },
  );

  it.skipIf(!hasTerminals)(
    "does not write over what somebody else wrote meanwhile (needs the `script` of util-linux)",
    async () => {
      simulator.script({ text: "2" });
      const shown = open("edit", "list.txt", "capitals", "--lines", "2");
      await shown.until("yes  no");
      writeFileSync(join(playground.folder, "list.txt"), "mine\n");
      shown.type("y");
      await shown.until("has changed since it was read");
      expect(await shown.exitCode).toBe(2);
      expect(file()).toBe("mine\n");
    },
  );
});

describe("delegate", () => {
  const call = { toolCalls: [{ name: "delegate", arguments: { task: "Find out what secret.txt says." } }] };
  const read = { toolCalls: [{ name: "read_file", arguments: { path: "secret.txt" } }] };

  it("gives a task to an agent of subagent_model, which reads and reports", async () => {
    agent({ subagent_model: local("sub") });
    playground.write("secret.txt", "It is 42.\n");
    simulator.script(call, read, { text: "It says 42." }, { text: "So it is 42." });
    const { code, stdout, stderr } = await playground.run(["chat", "What does it say?"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "So it is 42.\n" });
    expect(stderr).toContain("read_file     secret.txt");
    expect(asked()).toEqual(["test", "sub", "sub", "test"]);
    const [, own, , last] = completions(simulator).map(({ body }) => body as Record<string, unknown>);
    const tools = own?.tools as { function: { name: string } }[];
    expect(tools.map(({ function: { name } }) => name)).toEqual(["list_files", "read_file", "search_files"]);
    expect(JSON.stringify(last?.messages)).toContain("It says 42.");
  });

  it("asks, or is denied, where the settings say so", async () => {
    const settings = (mode: string) => ({ tool_permissions: { tools: { spawn_agent: { default: mode } } } });
    agent(settings("deny"));
    simulator.script(call, { text: "I may not." });
    expect(await playground.run(["chat", "--yes", "What does it say?"])).toMatchObject({ code: 0 });
    expect(JSON.stringify(completions(simulator).at(-1)?.body)).toContain("the settings deny it by default");
    agent(settings("confirm"));
    simulator.script(call, { text: "I may not." });
    expect(await playground.run(["chat", "What does it say?"])).toMatchObject({ code: 0 });
    expect(JSON.stringify(completions(simulator).at(-1)?.body)).toContain("delegate was not allowed");
    expect(asked()).toEqual(["test", "test", "test", "test"]);
  });

  it("is the conversation's model where the settings name none", async () => {
    agent();
    simulator.script(call, { text: "Nothing." }, { text: "Nothing at all." });
    await playground.run(["chat", "What does it say?", "--model", "local:other"]);
    expect(asked()).toEqual(["other", "other", "other"]);
  });

  it("tells the model where the agent fails", async () => {
    agent({ subagent_model: { provider: "nobody", model: "x" } });
    simulator.script(call, { text: "It cannot be had." });
    expect(await playground.run(["chat", "What does it say?"])).toMatchObject({ code: 0 });
    expect(JSON.stringify(completions(simulator).at(-1)?.body)).toContain('There is no gateway \\"nobody\\"');
  });
});

describe("favourites", () => {
  it.skipIf(!hasTerminals)(
    "stand first in lists, marked, and complete /model (needs the `script` of util-linux)",
    async () => {
      agent({ favorite_models: [local("sub"), local("sub")] });
      const { stdout } = await playground.run(["models"]);
      expect(stdout.split("\n").map((line) => line.trimEnd())).toEqual([
        "local:sub     ★ 100k context",
        ...["test", "small", "inline", "other"].map((name) => `${`local:${name}`.padEnd(14)}  100k context`),
        "",
      ]);
      const shown = open();
      await shown.until("›");
      shown.type("/model l\t");
      await shown.until("/model local:sub");
      shown.type(keys.enter);
      await shown.until("waygate  local:sub");
    },
  );
});
