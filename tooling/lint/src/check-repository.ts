import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkCycles } from "./import-cycles.ts";
import { checkImports, type Finding } from "./import-rules.ts";
import { parseSource, type SourceFile } from "./source-file.ts";
import { checkSource } from "./source-rules.ts";
import { checkText } from "./text-rules.ts";
import { readWorkspace } from "./workspace.ts";

const passedOver = new Set(["node_modules", "dist", "coverage", ".git", ".turbo"]);

export interface Report {
  readonly files: number;
  readonly findings: readonly Finding[];
}

/** Holds every file below `root` to the rules. Throws where there is nothing to check, which would prove nothing. */
export function checkRepository(root: string): Report {
  const workspace = readWorkspace(root);
  const paths = listFiles(root, "");
  if (workspace.length === 0) throw new Error(`There are no packages in ${root}.`);
  const sources: SourceFile[] = [];
  const findings = paths.flatMap((path) => {
    const content = readFileSync(join(root, path));
    if (content.includes(0)) return [];
    const text = content.toString("utf8");
    if (!/\.[cm]?[jt]s$/.test(path)) return checkText(path, text);
    const file = parseSource(path, text);
    sources.push(file);
    return [...checkImports(file, workspace), ...checkSource(file), ...checkText(path, text)];
  });
  return { files: paths.length, findings: [...findings, ...checkCycles(sources)] };
}

function listFiles(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return passedOver.has(entry.name) ? [] : listFiles(root, path);
    return entry.isFile() && !entry.name.endsWith(".tsbuildinfo") ? [path] : [];
  });
}
