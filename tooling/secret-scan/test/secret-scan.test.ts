import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { secretScan } from "../src/index.ts";
import { KnownKeys } from "../src/known-keys.ts";

interface Assertion {
  readonly ancestorTitles: readonly string[];
  readonly title: string;
  readonly status: string;
  readonly failureMessages: readonly string[];
}

/** The tests in `fixtures`, most of which give a key away, as a run of their own. */
async function runFixtures(): Promise<{ readonly exitCode: unknown; readonly assertions: readonly Assertion[] }> {
  const folder = mkdtempSync(join(tmpdir(), "waygate-secret-scan-"));
  try {
    const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
    const report = join(folder, "report.json");
    const config = join(import.meta.dirname, "fixtures", "vitest.config.ts");
    const words = [vitest, "run", "--config", config, "--reporter", "json", "--outputFile", report];
    // What it prints is full of keys: this run of tests must not see it.
    const child = spawn(process.execPath, words, { stdio: "ignore", env: { ...process.env, VITEST: undefined } });
    const [exitCode] = await once(child, "close");
    const { testResults } = JSON.parse(readFileSync(report, "utf8"));
    return { exitCode, assertions: testResults.flatMap(({ assertionResults }: never) => assertionResults) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("tests that give a key away", () => {
  let exitCode: unknown;
  let assertions: readonly Assertion[];

  beforeAll(async () => {
    ({ exitCode, assertions } = await runFixtures());
  }, 60_000);

  it("fail, each of them, and say how it came out without repeating it", () => {
    const leaks = assertions.filter(({ ancestorTitles }) => ancestorTitles.includes("leaks"));
    expect(leaks.length).toBeGreaterThan(10);
    for (const { title, status, failureMessages } of leaks) {
      expect({ title, status }).toEqual({ title, status: "failed" });
      expect(failureMessages.join("\n")).toContain("A key came out, where none must:");
      expect(failureMessages.join("\n")).not.toMatch(/0123456789abcdef|correct horse battery/);
    }
    expect(exitCode).toBe(1);
  });

  it("fail alone: what uses keys and does not tell them passes", () => {
    const others = assertions.filter(({ ancestorTitles }) => ancestorTitles.includes("no leaks"));
    expect(others.length).toBeGreaterThan(2);
    for (const { title, status, failureMessages } of others) {
      expect({ title, status, failureMessages }).toEqual({ title, status: "passed", failureMessages: [] });
    }
  });
});

describe("KnownKeys", () => {
  it("finds keys by their shape, and others when it has seen them in use", () => {
    const keys = new KnownKeys();
    const secret = ["sk", "or", "v1", "0123"].join("-");
    expect(keys.find(`a ${secret}, "${secret}" b`)).toEqual([secret, secret]);
    expect(keys.find("a (secret) with [brackets]")).toEqual([]);
    keys.learn("(secret) with [brackets]\n");
    keys.learn("short");
    expect(keys.find("a (secret) with [brackets], a short one")).toEqual(["(secret) with [brackets]"]);
  });
});

describe("secretScan", () => {
  it("does not overlook a door that has moved", () => {
    const { transform } = secretScan() as { transform: (code: string, id: string) => { code: string } | undefined };
    const file = join(import.meta.dirname, "../../../packages/core/src/run/run.ts");
    expect(transform("export function run(): void {}", file)?.code).toContain("as run }");
    expect(() => transform("export const run = () => undefined;", file)).toThrow(/has no "export function run\(/);
    expect(transform("export const run = 1;", join(dirname(file), "other.ts"))).toBeUndefined();
  });
});
