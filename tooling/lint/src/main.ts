import { resolve } from "node:path";
import { checkRepository } from "./check-repository.ts";

const root = resolve(import.meta.dirname, "../../..");
const { files, findings } = checkRepository(root);
for (const { path, line, rule, message } of findings) console.error(`${path}:${line}: ${message} (${rule})`);
console.log(`Imports and tree: ${files} files checked, ${findings.length} findings.`);
if (findings.length > 0) process.exitCode = 1;
