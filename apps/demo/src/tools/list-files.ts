import type { Dirent } from "node:fs";
import { readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import type { Tool } from "@waygate/core";
import { fileFailure } from "./file-failure.ts";
import type { Workspace } from "./workspace.ts";

const maxEntries = 500;

/** `list_files`: what a folder holds, one level deep. */
export function listFiles(workspace: Workspace): Tool {
  return {
    name: "list_files",
    description:
      "Lists the files and folders in one folder, not those further down. Folders end with a slash and come first.",
    parameters: {
      type: "object",
      properties: {
        path: { type: "string", description: 'The folder, relative to the working folder. Default: ".".' },
      },
      additionalProperties: false,
    },
    readOnly: true,
    async execute({ path = "." }: { path?: string }) {
      const folder = await workspace.resolve(path);
      const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
        throw fileFailure(error, path);
      });
      if (entries.length === 0) return `${workspace.nameOf(folder)} is empty.`;
      entries.sort((a, b) => Number(b.isDirectory()) - Number(a.isDirectory()) || (a.name < b.name ? -1 : 1));
      const lines = await Promise.all(entries.slice(0, maxEntries).map((entry) => lineOf(folder, entry)));
      const rest = entries.length - lines.length;
      if (rest > 0) lines.push(`[cut: ${rest} more entries; use search_files to find a certain one]`);
      return lines.join("\n");
    },
  };
}

async function lineOf(folder: string, entry: Dirent): Promise<string> {
  if (entry.isDirectory()) return `${entry.name}/`;
  if (!entry.isSymbolicLink()) return entry.name;
  const target = await readlink(join(folder, entry.name)).catch(() => "?");
  return `${entry.name} -> ${target}`;
}
