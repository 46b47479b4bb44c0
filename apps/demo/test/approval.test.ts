import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { createSimulator, type Simulator } from "@waygate/simulator";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
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

const write = { name: "write_file", arguments: { path: "new.txt", content: "hello\n" } };
const command = { name: "run_command", arguments: { command: "echo ran >ran.txt; echo done" } };

describe("what changes things", () => {
  it("is refused where there is no terminal to ask on, and the model is told", async () => {
    simulator.script({ toolCalls: [write, command] }, { text: "I may not." });
    const { code, stdout, stderr } = await playground.run(["chat", "Hello there"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "I may not.\n" });
    expect(stderr).toContain("was not allowed");
    expect(existsSync(join(playground.folder, "new.txt"))).toBe(false);
    expect(existsSync(join(playground.folder, "ran.txt"))).toBe(false);
    const body = JSON.stringify(completions(simulator).at(-1)?.body);
    expect(body).toContain("write_file was not allowed: it needs a person's approval");
    expect(body).toContain("run_command was not allowed");
  });

  it("is done with --yes", async () => {
    simulator.script({ toolCalls: [write, command] }, { text: "Done." });
    const { code, stderr } = await playground.run(["chat", "--yes", "Hello there"]);
    expect(code).toBe(0);
    expect(stderr).toContain("Wrote new.txt: 1 line.");
    expect(stderr).toContain("[exit code 0]");
    expect(readFileSync(join(playground.folder, "new.txt"), "utf8")).toBe("hello\n");
    expect(readFileSync(join(playground.folder, "ran.txt"), "utf8")).toBe("ran\n");
  });

  it("stays in the folder even with --yes", async () => {
    symlinkSync(playground.outside(""), join(playground.folder, "up"));
    const leaving = { name: "write_file", arguments: { path: "up/escaped.txt", content: "x" } };
    const read = { name: "read_file", arguments: { path: "up/config/waygate/settings.json" } };
    simulator.script({ toolCalls: [leaving, read] }, { text: "No." });
    const { code, stderr } = await playground.run(["chat", "--yes", "Hello there"]);
    expect(code).toBe(0);
    expect(stderr.match(/lies outside of the folder/g)).toHaveLength(2);
    expect(existsSync(playground.outside("escaped.txt"))).toBe(false);
  });

  it("does not see the gateways' keys", async () => {
    simulator.script({ toolCalls: [{ name: "run_command", arguments: { command: "env" } }] }, { text: "Done." });
    const environment = { LOCAL_API_KEY: "sk-secret-key", OTHER: "seen" };
    const { stderr } = await playground.run(["chat", "--yes", "Hello there"], { environment });
    expect(stderr).toContain("OTHER=seen");
    expect(JSON.stringify(completions(simulator).at(-1)?.body)).not.toContain("sk-secret-key");
  });
});
