import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { createSimulator, type Simulator } from "@waygate/simulator";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PermissionStore } from "../src/permissions/permission-store.ts";
import { completions, Playground, serviceSettings } from "./program.ts";
import { hasTerminals, keys, Terminal } from "./terminal.ts";

let playground: Playground;
let simulator: Simulator;
let terminal: Terminal | undefined;

beforeEach(async ({ onTestFailed }) => {
  onTestFailed(() => console.error(`What was shown:\n${terminal?.text}`));
  terminal = undefined;
  playground = new Playground();
  simulator = await createSimulator({ models: ["test"] });
  playground.settings(serviceSettings(simulator.url));
});

afterEach(async () => {
  terminal?.close();
  playground.clear();
  await simulator.close();
});

const mark = "say why\n  › ";
const call = (command: string) => ({ toolCalls: [{ name: "run_command", arguments: { command } }] });

async function converse(): Promise<Terminal> {
  terminal = new Terminal(playground, []);
  await terminal.until("›");
  return terminal;
}

describe.skipIf(!hasTerminals)("rules at a terminal (needs the `script` of util-linux)", () => {
  it("are made by an answer, shown, listed and revoked", async () => {
    simulator.script(call("git status --short"), { text: "One." }, call("git status"), { text: "Two." });
    simulator.script(call("git status"), { text: "Three." });
    const shown = await converse();
    shown.type(`Go on${keys.enter}`);
    expect(await shown.until(mark)).toContain(
      "p  yes, and always in this folder: git status with any reviewed options\n",
    );
    shown.type("p");
    await shown.until("rule 1 for run_command: git status with any reviewed options");
    await shown.until("One.");
    await shown.until("›");
    shown.type(`Again${keys.enter}`);
    expect(await shown.until("Two.")).toMatch(/allowed by rule 1/);
    await shown.until("›");
    shown.type(`/permissions${keys.enter}`);
    await shown.until("     1  run_command  git status with any reviewed options\n");
    await shown.until("›");
    shown.type(`/permissions revoke 2${keys.enter}`);
    await shown.until("There is no rule 2 here.");
    await shown.until("›");
    shown.type(`/permissions revoke 1${keys.enter}`);
    await shown.until("Revoked: rule 1, run_command: git status");
    await shown.until("›");
    shown.type(`Again${keys.enter}`);
    await shown.until(mark);
    shown.type("n");
    await shown.until("Three.");
  });

  it("until the conversation ends are forgotten with /new", async () => {
    const write = (path: string) => ({ toolCalls: [{ name: "write_file", arguments: { path, content: "x" } }] });
    simulator.script(write("1.txt"), { text: "One." }, write("2.txt"), { text: "Two." });
    const shown = await converse();
    shown.type(`Go on${keys.enter}`);
    await shown.until("s  yes, and until this conversation ends: every file that is not hidden");
    await shown.until(mark);
    shown.type("s");
    await shown.until("One.");
    await shown.until("›");
    shown.type(`/permissions${keys.enter}`);
    await shown.until("s1  write_file  every file that is not hidden  until the conversation ends");
    await shown.until("›");
    shown.type(`/new${keys.enter}`);
    await shown.until("waygate  local:test");
    await shown.until("›");
    shown.type(`Again${keys.enter}`);
    await shown.until("write_file wants to make 2.txt");
  });

  it("tells about patterns of the settings that are not valid, also while it runs", async () => {
    const rules = (pattern: string) => ({
      agent: { tool_permissions: { tools: { terminal: { always_allow: [{ pattern }] } } } },
    });
    playground.settings(serviceSettings(simulator.url, rules("(a")));
    const shown = await converse();
    expect(shown.text).toMatch(/warning: .*settings\.json:\d+:\d+:\s+agent\.tool_permissions.*missing closing \)/s);
    playground.settings(serviceSettings(simulator.url, rules("b)")));
    await shown.until("It allows nothing.");
    const { code, stdout } = await playground.run(["doctor", "--json"]);
    expect(code).toBe(1);
    expect(stdout).toContain("always_allow[0].pattern: Is not a valid pattern");
  });
});

describe("waygate permissions", () => {
  async function allow(command: string): Promise<void> {
    const store = new PermissionStore(playground.outside(".local/share/waygate/permissions.json"));
    await store.add({ folder: playground.folder, tool: "run_command", kind: "command", value: command });
  }

  it("lists rules, and holds without a terminal", async () => {
    await allow("echo allowed; touch made");
    simulator.script(call("echo allowed; touch made"), { text: "Well." });
    const { code, stderr } = await playground.run(["chat", "Go on"]);
    expect(code).toBe(0);
    expect(stderr).toContain("allowed by rule 1: exactly echo allowed; touch made\n");
    expect(statSync(join(playground.folder, "made")).isFile()).toBe(true);
    expect(JSON.stringify(completions(simulator).at(-1)?.body)).toContain("allowed\\n[exit code 0]");
    expect(await playground.run(["permissions"])).toMatchObject({
      code: 0,
      stdout: `${playground.folder}\n     1  run_command  exactly echo allowed; touch made\n`,
    });
    const { stdout } = await playground.run(["permissions", "list", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ type: "permission", id: 1, folder: playground.folder, kind: "command" });
    const mode = statSync(playground.outside(".local/share/waygate/permissions.json")).mode & 0o777;
    if (process.platform !== "win32") expect(mode).toBe(0o600);
  });

  it("revokes one rule, or all of a folder", async () => {
    for (const command of ["one", "two\n\u001b[2K", "three"]) await allow(command);
    expect(await playground.run(["permissions", "revoke", "2"])).toMatchObject({
      code: 0,
      stderr: `Revoked: rule 2, run_command: exactly two\\u{a}\\u{1b}[2K, in ${playground.folder}\n`,
    });
    expect(await playground.run(["permissions", "revoke", "2"])).toMatchObject({ code: 2 });
    const other = join(playground.folder, "other");
    mkdirSync(other);
    expect(await playground.run(["permissions", "clear", "--folder", other])).toMatchObject({
      code: 0,
      stderr: "There are no rules to revoke.\n",
    });
    expect((await playground.run(["permissions", "clear"])).stderr.match(/Revoked/g)).toHaveLength(2);
    expect(await playground.run(["permissions"])).toMatchObject({
      code: 0,
      stdout: "",
      stderr: "Nothing is allowed for more than one call.\n",
    });
  });

  it.each([[["revoke"]], [["revoke", "x"]], [["revoke", "1", "2"]], [["clear", "x"]], [["list", "x"]], [["x"]]])(
    "rejects %j in one sentence",
    async (words) => {
      const { code, stderr } = await playground.run(["permissions", ...words]);
      expect({ code, stderr }).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/^error: It is: waygate permissions/),
      });
    },
  );
});
