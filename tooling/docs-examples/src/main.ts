import { globSync } from "node:fs";
import { resolve } from "node:path";
import { checkPages } from "./check-pages.ts";

const root = resolve(import.meta.dirname, "../../..");
const pages = globSync(["README.md", "CONTRIBUTING.md", "docs/**/*.md", "packages/*/README.md"], { cwd: root }).sort();
const { typeChecked, executed, problems } = await checkPages(pages, root, root);
for (const problem of problems) console.error(problem);
console.log(
  `${pages.length} pages: ${typeChecked} examples type-checked, ${executed} executed, ${problems.length} wrong.`,
);
if (executed === 0) throw new Error("No example was executed, which proves nothing.");
if (problems.length > 0) process.exitCode = 1;
