import { join } from "node:path";
import { isObject } from "@waygate/core/plugin";
import type { InstalledPackage } from "./installed-package.ts";

/**
 * The file that `import` of a package loads. Node's own resolution cannot be asked: it starts from the importing file,
 * and a plugin may be installed beside the settings instead of beside this one. Undefined where the package has none.
 */
export function entryPoint(found: InstalledPackage, conditions: ReadonlySet<string>): string | undefined {
  const { folder, exports, main } = found;
  if (exports === undefined || exports === null) {
    return join(folder, typeof main === "string" && main !== "" ? main : "index.js");
  }
  const rootOnly = !isObject(exports) || !Object.keys(exports).some((key) => key.startsWith("."));
  const target = choose(rootOnly ? exports : exports["."], conditions);
  // Targets begin with "./" and stay in the package, says the specification.
  if (target === undefined || !target.startsWith("./") || target.split(/[/\\]/).includes("..")) return undefined;
  return join(folder, target);
}

function choose(target: unknown, conditions: ReadonlySet<string>): string | undefined {
  if (typeof target === "string") return target;
  if (Array.isArray(target)) {
    for (const entry of target) {
      const found = choose(entry, conditions);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (!isObject(target)) return undefined;
  for (const [condition, entry] of Object.entries(target)) {
    if (condition !== "default" && !conditions.has(condition)) continue;
    const found = choose(entry, conditions);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The conditions that this process imports with: Node's, and those it was started with. */
export function importConditions(
  flags: readonly string[] = process.execArgv,
  nodeOptions: string = process.env.NODE_OPTIONS ?? "",
): ReadonlySet<string> {
  const given = [...nodeOptions.split(/\s+/), ...flags];
  const conditions = new Set(["node", "import", "module-sync"]);
  for (const [index, flag] of given.entries()) {
    const inline = /^(?:--conditions|-C)=(.+)$/.exec(flag)?.[1];
    const next = flag === "--conditions" || flag === "-C" ? given[index + 1] : undefined;
    const condition = inline ?? next;
    if (condition !== undefined) conditions.add(condition);
  }
  return conditions;
}
