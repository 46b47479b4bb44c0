import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Breach } from "../crew/crew.ts";
import { CopiedTree } from "./copied-tree.ts";
import { type Mutant, mutants } from "./mutants.ts";

export interface Trial {
  readonly mutant: Mutant;
  /** The first of the violations that it has to be shown by, or the first of others; undefined if there was none. */
  readonly breach: Breach | undefined;
  /** How many runs there were. */
  readonly runs: number;
  /** Whether it was shown as it has to be. */
  readonly found: boolean;
}

interface Report {
  readonly runs: number;
  readonly breaches: readonly Breach[];
}

/** Enough for the rarest of what is to be found, and the same for all. */
const runs = 800;
const seed = 1;

/** Breaks a copy of the code, one mutant after the other, and tells which invariant shows it. `name`: a part of theirs. */
export async function* tryMutants(name = ""): AsyncGenerator<Trial> {
  const chosen = mutants.filter((mutant) => mutant.name.toLowerCase().includes(name.toLowerCase()));
  if (chosen.length === 0) throw new Error(`No mutant has "${name}" in its name.`);
  using tree = new CopiedTree();
  for (const mutant of chosen) {
    const restore = tree.edit(mutant.edits);
    const { breaches, runs } = await chaosIn(tree.path);
    restore();
    const shown = breaches.find(({ violation }) => mutant.shownBy.includes(violation.invariant));
    yield { mutant, breach: shown ?? breaches[0], runs, found: shown !== undefined };
  }
}

async function chaosIn(path: string): Promise<Report> {
  const file = join(path, "report.json");
  const main = join(path, "tooling/chaos/src/main.ts");
  const options = ["--runs", String(runs), "--seed", String(seed), "--max-violations", "5", "--json", file];
  const child = spawn(process.execPath, ["--conditions=waygate-source", main, ...options], { stdio: "ignore" });
  await once(child, "exit");
  return JSON.parse(readFileSync(file, "utf8")) as Report;
}
