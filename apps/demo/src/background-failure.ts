import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Puts a failure that nothing awaited into one sentence. The work behind it may be a plugin's: its package is named if the
 * error's stack leads to one.
 */
export function backgroundFailure(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  const name = error instanceof Error ? packageOf(error.stack ?? "") : undefined;
  const origin = name === undefined ? "Something" : `The package "${name}"`;
  return `${origin} failed in the background: ${words.replace(/[.\s]+$/, "")}. The program goes on.`;
}

/** Returns the name of the first package in a stack that is not one of this program's own. */
function packageOf(stack: string): string | undefined {
  for (const [address] of stack.matchAll(/file:\/\/[^\s)]+?(?=:\d+:\d+)/g)) {
    const name = nameOf(fileURLToPath(address));
    if (name !== undefined && !name.startsWith("@waygate/")) return name;
  }
  return undefined;
}

function nameOf(file: string): string | undefined {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const { name }: { name?: unknown } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      return typeof name === "string" ? name : undefined;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}
