import { readFileSync } from "node:fs";
import { createSimulator, type Simulator } from "@waygate/simulator";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { slashCommandNames } from "../src/commands/slash-commands.ts";
import { exitCode } from "../src/exit-code.ts";
import { completions, Playground, serviceSettings } from "./program.ts";

let playground: Playground;
let simulator: Simulator;

beforeEach(async () => {
  playground = new Playground();
  simulator = await createSimulator({ models: ["test"] });
  playground.settings(serviceSettings(simulator.url));
});

afterEach(async () => {
  playground.clear();
  await simulator.close();
});

/** What the model was sent in the request of this number. */
function sent(index: number): { model: string; messages: { role: string; content: string }[]; tools?: object[] } {
  return completions(simulator)[index]?.body as ReturnType<typeof sent>;
}

describe("waygate chat with a question", () => {
  it("prints the answer alone to standard output and exits 0", async () => {
    simulator.script({ text: "The answer is 4." });
    const { code, stdout, stderr } = await playground.run(["chat", "What is 2 + 2?"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "The answer is 4.\n" });
    expect(stderr).toMatch(/^\d[\d,]* in · \d+ out\n$/);
    expect(sent(0).messages.at(-1)).toEqual({ role: "user", content: "What is 2 + 2?" });
  });

  it("takes the question from standard input, or what is piped in as its context", async () => {
    simulator.script({ text: "one" }, { text: "two" });
    expect(await playground.run(["chat"], { input: "What?\n" })).toMatchObject({ code: 0, stdout: "one\n" });
    expect(sent(0).messages.at(-1)?.content).toBe("What?");
    expect(await playground.run(["chat", "Explain this:"], { input: "line 1\nline 2\n" })).toMatchObject({ code: 0 });
    expect(sent(1).messages.at(-1)?.content).toBe("Explain this:\n\nline 1\nline 2");
  });

  it("says that there is no question", async () => {
    const { code, stderr } = await playground.run(["chat"], { input: " \n" });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'error: There is no question. Give it as an argument, waygate chat "question", or pipe it in.\n',
    });
  });

  it("carries out tools, and shows them on standard error", async () => {
    playground.write("notes.txt", "first\nsecond\n");
    simulator.script(
      { text: "Let me see.", toolCalls: [{ name: "read_file", arguments: { path: "notes.txt" } }] },
      { text: "It says first." },
    );
    const { code, stdout, stderr } = await playground.run(["chat", "What does it say?"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "Let me see.\nIt says first.\n" });
    expect(stderr).toContain("  → read_file     notes.txt\n    first\n    second\n");
    expect(sent(1).messages.at(-1)).toMatchObject({ role: "tool", content: "first\nsecond" });
  });

  it("goes on after a tool that fails, whose error the model reads", async () => {
    simulator.script(
      { toolCalls: [{ name: "read_file", arguments: { path: "none.txt" } }, { name: "list_file" }] },
      { text: "There is no such file." },
    );
    const { code, stderr } = await playground.run(["chat", "Read it"]);
    expect(code).toBe(0);
    expect(stderr).toContain('There is no "none.txt".');
    expect(stderr).toContain('There is no tool "list_file".');
    expect(stderr).not.toContain("    at ");
    expect(sent(1).messages.at(-2)?.content).toContain('There is no "none.txt".');
  });

  it("keeps what a model says from controlling the terminal, and leaves a pipe's text as it is", async () => {
    simulator.script(
      { toolCalls: [{ name: "list_files", arguments: '{"path": "\u001b]0;x\u0007"}' }] },
      { reasoning: "\u001b[2J", text: "\u001b[31mred\n" },
    );
    const { stdout, stderr } = await playground.run(["chat", "Hello there"]);
    for (const control of ["\u001b", "\u0007"]) expect(stderr).not.toContain(control);
    expect(stdout).toBe("\u001b[31mred\n");
  });

  it("uses no colours where it is not at a terminal", async () => {
    const { stdout, stderr } = await playground.run(["chat", "List the files here"]);
    expect(stdout + stderr).not.toContain("\u001b");
  });

  it("sends what the options say", async () => {
    simulator.script({ text: "ok" });
    const options = ["--system", "Be brief.", "--effort", "high", "--no-tools", "--model", "local:test"];
    expect(await playground.run(["chat", "Hello there", ...options])).toMatchObject({ code: 0 });
    expect(sent(0)).toMatchObject({
      model: "test",
      reasoning_effort: "high",
      messages: [{ role: "system", content: "Be brief." }, { role: "user" }],
    });
    expect(sent(0).tools).toBeUndefined();
  });

  it("works in the folder it is told", async () => {
    playground.write("sub/inner.txt", "x");
    const { stderr } = await playground.run(["chat", "List the files here", "--folder", "sub"]);
    expect(stderr).toContain("    inner.txt\n");
    expect(await playground.run(["chat", "Hello there", "--folder", "none"])).toMatchObject({
      code: 2,
      stderr: 'error: There is no folder "none".\n',
    });
  });
});

describe("how the program ends", () => {
  it("exits 3 where the answer is incomplete", async () => {
    simulator.script({ text: "half an", finish: "length" });
    expect(await playground.run(["chat", "Hello there"])).toMatchObject({
      code: 3,
      stdout: "half an\n",
      stderr: expect.stringContaining("The answer was cut off at the model's limit of output."),
    });
    simulator.script({ text: "no", finish: "content_filter" });
    expect(await playground.run(["chat", "Hello there"])).toMatchObject({ code: 3 });
    simulator.script({ text: "Let me see.", toolCalls: [{ name: "list_files" }] });
    expect(await playground.run(["chat", "Hello there", "--max-steps", "1"])).toMatchObject({
      code: 3,
      stdout: "Let me see.\n",
      stderr: expect.stringContaining("--max-steps"),
    });
  });

  it("exits 1 where the model or the gateway fails, with one sentence", async () => {
    simulator.fault(
      { kind: "status", status: 401 },
      { kind: "cut", afterChunks: 3 },
      { kind: "cut", afterChunks: 3, how: "end" },
    );
    const refused = await playground.run(["chat", "Hello there"]);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toMatch(
      /^error: Gateway "local" answered 401: .*LOCAL_API_KEY.*\nKeys are stored with: waygate keys set local\n$/,
    );
    const cut = await playground.run(["chat", "Hello there"]);
    expect(cut.code).toBe(1);
    expect(cut.stderr).toMatch(/^error: .*closed the connection before its answer was complete.*\n$/);
    const ended = await playground.run(["chat", "Hello there"]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/^error: Gateway "local" .*\n$/);
    for (const { stderr } of [refused, cut, ended]) expect(stderr).not.toContain("    at ");
  });

  it("says that nothing answers", async () => {
    await simulator.close();
    const { code, stderr } = await playground.run(["chat", "Hello there"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: Gateway "local": http:\/\/127\.0\.0\.1:\d+ refused the connection\. .*\n$/);
  });

  it.each([
    [["--model", "local:tset"], 'Gateway "local" has no model "tset". Did you mean "test"?'],
    [["--model", "lokal:test"], 'There is no gateway "lokal". Did you mean "local"?'],
    [["--model", "test"], 'A model is named gateway:model, such as simulator:simulator; "test" is not.'],
    [["--setings", "x"], 'There is no option --setings. Did you mean "--settings"?'],
  ])("exits 2 for %j, with one sentence", async (options, message) => {
    const { code, stdout, stderr } = await playground.run(["chat", "Hello there", ...options]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^error: [^\n]*\n$/);
    expect(stderr).toContain(message);
    expect(completions(simulator)).toHaveLength(0);
  });

  it("ends quietly where nobody reads on", async () => {
    simulator.script({ text: "word ".repeat(100_000) });
    const running = playground.start(["chat", "Hello there"]);
    await running.until("word");
    running.child.stdout?.destroy();
    expect(await running.finished).toMatchObject({ code: 0, stderr: "" });
  });

  it("explains itself", async () => {
    const help = await playground.run(["--help"]);
    expect(help.code).toBe(0);
    for (const text of ["waygate chat", "--model", "--json", "Exit codes", "130"]) expect(help.stdout).toContain(text);
    expect(await playground.run(["--version"])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

describe("the README", () => {
  it("names the options, exit codes and commands that there are", async () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const { stdout: help } = await playground.run(["--help"]);
    const optionsIn = (text: string) => [...new Set(text.match(/--[a-z][a-z-]+/g))].sort();
    const options = readme.slice(readme.indexOf("## Options"), readme.indexOf("## At the prompt"));
    expect(optionsIn(options)).toEqual(optionsIn(help));
    const codes = [...options.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code));
    expect(codes).toEqual(Object.values(exitCode));
    for (const name of slashCommandNames) expect(readme).toContain(`\`${name}`);
  });
});

describe("waygate models", () => {
  it("lists what --model takes", async () => {
    expect(await playground.run(["models"])).toMatchObject({ code: 0, stdout: "local:test  100k context\n" });
    playground.settings({});
    const simulated = await playground.run(["models"]);
    expect(simulated).toMatchObject({ code: 0, stderr: expect.stringContaining("No gateway is configured") });
    expect(simulated.stdout).toMatch(/^simulator:simulator /);
  });
});
