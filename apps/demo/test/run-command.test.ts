import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCommand } from "../src/tools/run-command.ts";
import { Workspace } from "../src/tools/workspace.ts";
import { call, isGenerator } from "./call.ts";
import { gone } from "./processes.ts";

let root: string;
let workspace: Workspace;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "waygate-")));
  workspace = new Workspace(root);
});

afterEach(() => rmSync(root, { recursive: true }));

describe("run_command", () => {
  const tool = (timeoutMs?: number) =>
    runCommand(workspace, {
      environment: () => ({ PATH: process.env.PATH }),
      ...(timeoutMs !== undefined && { timeoutMs }),
    });

  const text = async (args: object, timeoutMs?: number) => (await call(tool(timeoutMs), args)).result;

  it("gives output and exit code, and reports while it runs", async () => {
    const { result, progress } = await call(tool(), { command: "echo out; echo err >&2; pwd; exit 3" });
    expect(String(result).split("\n").sort()).toEqual([root, "[exit code 3]", "err", "out"].sort());
    expect(progress.join("")).toContain("out");
  });

  it("gives only the exit code of a silent command", async () => {
    expect(await text({ command: "true" })).toBe("[exit code 0]");
  });

  it("keeps the beginning and the end of a long output", async () => {
    const result = String(await text({ command: "echo first; seq 1 200000; echo last" }));
    expect(result.length).toBeLessThan(40_000);
    expect(result).toMatch(/^first\n1\n/);
    expect(result).toMatch(/\[cut: \d+ characters\]/);
    expect(result).toMatch(/200000\nlast\n\[exit code 0\]$/);
  });

  it("ends a command that takes too long, with all it started", async () => {
    const result = await text({ command: "sleep 1000 & echo $!; wait" }, 300);
    expect(result).toMatchObject({ isError: true });
    const written = JSON.stringify(result);
    expect(written).toContain("[stopped after 0.3 seconds]");
    await gone(Number(/\d+/.exec(written)?.[0]));
  });

  it("ends what a command leaves in the background", async () => {
    const result = String(await text({ command: "sleep 1000 & echo $!" }));
    expect(result).toContain("[exit code 0]");
    await gone(Number(/\d+/.exec(result)?.[0]));
  });

  it("ends a command at an abort", async () => {
    const controller = new AbortController();
    const returned: unknown = tool().execute(
      { command: "trap '' TERM; echo $$; while true; do sleep 0.1; done" } as never,
      { id: "call_1", signal: controller.signal },
    );
    if (!isGenerator(returned)) throw new Error("run_command reports progress");
    const { value } = await returned.next();
    controller.abort();
    await returned.return(undefined);
    await gone(Number(value));
  });

  it("hides nothing but what it was not given", async () => {
    expect(await text({ command: "echo [$HOME]" })).toBe("[]\n[exit code 0]");
  });
});
