import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runCommands, runProgram } from "./execute.ts";
import { readExamples } from "./page.ts";
import { typeCheck } from "./type-check.ts";
import { Workbench } from "./workbench.ts";

export interface PagesReport {
  readonly typeChecked: number;
  readonly executed: number;
  /** One for each thing that is wrong, beginning with its place. */
  readonly problems: readonly string[];
}

/** Checks the examples of the pages, given from `root`: type-checks all of TypeScript, runs those marked `run`. */
export async function checkPages(pages: readonly string[], root: string, repository: string): Promise<PagesReport> {
  const examples = pages.map((page) => readExamples(page, readFileSync(join(root, page), "utf8")));
  using workbench = new Workbench(repository);
  const programs = examples.flatMap((ofPage) => workbench.write(ofPage));
  const problems = programs.length === 0 ? [] : [...typeCheck(workbench, repository)];

  let executed = 0;
  const execute = async (place: string, outcome: Promise<string | undefined>) => {
    executed++;
    const failure = await outcome;
    if (failure !== undefined) problems.push(`${place}: ${failure}`);
  };
  for (const program of programs) {
    const { page, line, run } = program.example;
    if (run) await execute(`${page}:${line}`, runProgram(program, workbench));
  }
  for (const { page, line, language, run, code } of examples.flat()) {
    if (run && language === "sh") await execute(`${page}:${line}`, runCommands(code, root));
  }
  return { typeChecked: programs.length, executed, problems };
}
