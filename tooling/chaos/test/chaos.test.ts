import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { placeOf } from "../src/mutants/copied-tree.ts";
import { mutants } from "../src/mutants/mutants.ts";
import { tryMutants } from "../src/mutants/try-mutants.ts";

const main = join(import.meta.dirname, "../src/main.ts");

async function chaos(...options: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      "--conditions=waygate-source",
      main,
      ...options,
    ]);
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  }
}

describe("chaos", () => {
  it("prints its seed and its figures", { timeout: 120_000 }, async () => {
    const { code, output } = await chaos("--runs", "30", "--seed", "11");
    expect(output).toMatch(/^Chaos: 30 runs of seed 11\.\n/);
    expect(output).toMatch(/\nfaults {8}\d+, and \d+ answers without one: \w/);
    expect(output).toMatch(/\nduration {6}p50 \d+ ms, p99 \d+ ms/);
    expect(output).toContain("invariants held.");
    expect(code).toBe(0);
  });

  it("tells the story of a single run", { timeout: 120_000 }, async () => {
    const { output } = await chaos("--seed", "11", "--run", "4");
    expect(output).toContain("Run 4 of seed 11, with ");
    expect(output).toContain("--- conversation 0: ");
  });

  it.each([
    [["--seed", "x"], '--seed must be a whole number of 0 or more, not "x"'],
    [["--runs", "0"], '--runs must be a whole number of 1 or more, not "0"'],
    [["--run", "3"], "--run needs the --seed that the runs are of"],
    [["500"], '"500" is not an option'],
  ])("says what is wrong with %s", async (options, words) => {
    const { code, output } = await chaos(...options);
    expect([code, output.split("\n")[0]]).toEqual([2, words]);
  });
});

describe("the mutants", () => {
  it.each(mutants)("have their places in the code: $name", ({ edits }) => {
    for (const edit of edits) expect(placeOf(edit)).toMatch(/^packages\//);
  });

  it("are found, such as the first call that begins twice", { timeout: 180_000 }, async () => {
    for await (const { found, breach } of tryMutants("begun each time")) {
      expect([found, breach?.violation.invariant]).toEqual([true, "no tool run twice"]);
      expect(breach?.runs).toHaveLength(1);
    }
  });
});
