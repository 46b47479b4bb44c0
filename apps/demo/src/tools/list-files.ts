import type { Dirent } from "node:fs";
import type { Tool } from "@waygate/core";
import type { OpenFolder } from "../files/open-folder.ts";
import type { Workspace } from "./workspace.ts";

const maxEntries = 500;
/** More are not even counted. */
const maxCounted = 100_000;

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
      return workspace.at(path, async ({ realPath, name }) => {
        await using folder = await workspace.openFolder(realPath);
        const entries = [...(await folder.entries(maxCounted))];
        if (entries.length === 0) return `${name} is empty.`;
        entries.sort((a, b) => Number(b.isDirectory()) - Number(a.isDirectory()) || (a.name < b.name ? -1 : 1));
        const lines = await Promise.all(entries.slice(0, maxEntries).map((entry) => lineOf(folder, entry)));
        const rest = entries.length - lines.length;
        const count = entries.length === maxCounted ? `${rest} or more` : rest;
        if (rest > 0) lines.push(`[cut: ${count} more entries; use search_files to find a certain one]`);
        return lines.join("\n");
      });
    },
  };
}

async function lineOf(folder: OpenFolder, entry: Dirent): Promise<string> {
  if (entry.isDirectory()) return `${entry.name}/`;
  if (!entry.isSymbolicLink()) return entry.name;
  const target = await folder.readLink(entry.name).catch(() => "?");
  return `${entry.name} -> ${target}`;
}
