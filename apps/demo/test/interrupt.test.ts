import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createSimulator, type Simulator } from "@waygate/simulator";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gone } from "./processes.ts";
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

describe("Ctrl-C during an answer", () => {
  it("keeps what was said and exits 130", async () => {
    simulator.script({ text: "The answer is that nobody knows." });
    simulator.fault({ kind: "stall", afterChunks: 4 });
    const running = playground.start(["chat", "Hello there"]);
    await running.until("The answer is");
    running.child.kill("SIGINT");
    const { code, stdout, stderr } = await running.finished;
    expect(code).toBe(130);
    expect(stdout).toMatch(/^The answer is.*\n$/);
    expect(stderr).toBe("Interrupted.\n");
    await expect.poll(() => completions(simulator)[0]?.closedByClient, { timeout: 30_000 }).toBe(true);
  });

  it("is the last line of --json", async () => {
    simulator.fault({ kind: "stall", afterChunks: 2 });
    const running = playground.start(["chat", "--json", "Hello there"]);
    await running.until("text-delta");
    running.child.kill("SIGINT");
    const { code, stdout } = await running.finished;
    expect(code).toBe(130);
    expect(JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "")).toEqual({
      type: "error",
      code: "interrupted",
      message: "Interrupted.",
    });
  });

  it("ends before the first byte too", async () => {
    simulator.fault({ kind: "stall", afterChunks: "before-headers" });
    const running = playground.start(["chat", "Hello there"]);
    await expect.poll(() => completions(simulator).length, { timeout: 30_000 }).toBe(1);
    running.child.kill("SIGINT");
    expect(await running.finished).toEqual({ code: 130, stdout: "", stderr: "Interrupted.\n" });
  });

  it("ends a command that is running", async () => {
    simulator.script({
      toolCalls: [{ name: "run_command", arguments: { command: "echo $$ >pid; echo go; sleep 1000" } }],
    });
    const running = playground.start(["chat", "--yes", "Hello there"]);
    await running.until("go\n");
    running.child.kill("SIGINT");
    expect(await running.finished).toMatchObject({ code: 130 });
    await gone(Number(readFileSync(join(playground.folder, "pid"), "utf8")));
  });
});
