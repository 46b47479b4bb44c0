import { spawnSync } from "node:child_process";
import { join, relative } from "node:path";
import type { Workbench } from "./workbench.ts";

/** Type-checks all that is on the workbench. Gives what is wrong, each with its place on the page. */
export function typeCheck(workbench: Workbench, root: string): readonly string[] {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const args = [compiler, "--project", workbench.folder, "--pretty", "false"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: workbench.folder, encoding: "utf8" });
  if (status === 0) return [];
  // `docs/page.md/12.ts(14,3): error …`. An example that others continue is reported with each of them.
  const output = `${stdout}${stderr}`.trim().replaceAll(`${relative(workbench.folder, root)}/`, "");
  const problems = output.replaceAll(/^(.+\.md)\/[^/]+\.ts\((\d+),(\d+)\)/gm, "$1:$2:$3");
  return [...new Set(problems.split(/\n(?! )/))].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}
