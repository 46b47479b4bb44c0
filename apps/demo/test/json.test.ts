import type { RunEvent } from "@waygate/core";
import { createSimulator, type Simulator } from "@waygate/simulator";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Playground, serviceSettings } from "./program.ts";

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

type Line = RunEvent | { readonly type: "error"; readonly code: string; readonly message: string };

/** Every line has to be one JSON value. */
function linesOf(stdout: string): readonly Line[] {
  expect(stdout.endsWith("\n")).toBe(true);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("waygate chat --json", () => {
  it("prints the run's events and nothing else", async () => {
    playground.write("notes.txt", "hello");
    simulator.script(
      { toolCalls: [{ name: "read_file", arguments: { path: "notes.txt" } }] },
      { text: "It says \u009bhello.\n" },
    );
    const { code, stdout, stderr } = await playground.run(["chat", "--json", "Read it"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = linesOf(stdout);
    expect(lines[0]).toEqual({ type: "step-start", step: 1 });
    expect(lines.find((line) => line.type === "tool-result")).toMatchObject({
      name: "read_file",
      result: { content: [{ type: "text", text: "hello" }], isError: false },
    });
    expect(lines.flatMap((line) => (line.type === "text-delta" ? [line.text] : [])).join("")).toBe(
      "It says \u009bhello.\n",
    );
    expect(lines.at(-1)).toMatchObject({ type: "run-end", reason: "stop", steps: 2 });
    // As JSON it is the same, and no terminal takes it for a command.
    expect(stdout).not.toContain("\u009b");
  });

  it("ends with the failure", async () => {
    simulator.fault({ kind: "status", status: 429, headers: { "retry-after": "120" } });
    const { code, stdout, stderr } = await playground.run(["chat", "--json", "Hello there"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: Gateway "local" answered 429.*\n$/);
    const last = linesOf(stdout).at(-1);
    expect(last).toMatchObject({
      type: "error",
      code: "rate-limited",
      gateway: "local",
      status: 429,
      retryable: true,
      retryAfterMs: 120_000,
    });
    expect(Object.keys(last ?? {})).not.toContain("stack");
  });

  it("says when it asks again", async () => {
    simulator.fault({ kind: "status", status: 503 });
    const { code, stdout } = await playground.run(["chat", "--json", "Hello there"]);
    expect(code).toBe(0);
    const retries = linesOf(stdout).filter(({ type }) => type === "retry");
    expect(retries).toEqual([
      expect.objectContaining({ attempt: 1, error: expect.objectContaining({ code: "overloaded", status: 503 }) }),
    ]);
  });

  it("ends with what is wrong before anything is asked", async () => {
    const { code, stdout } = await playground.run(["chat", "--json", "Hello there", "--model", "local:none"]);
    expect(code).toBe(2);
    expect(linesOf(stdout)).toEqual([
      expect.objectContaining({ type: "error", code: "model-not-found", gateway: "local" }),
    ]);
    const usage = await playground.run(["chat", "--json"]);
    expect(usage.code).toBe(2);
    expect(linesOf(usage.stdout)).toEqual([expect.objectContaining({ type: "error", code: "usage" })]);
  });
});
