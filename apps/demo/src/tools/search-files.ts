import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Tool } from "@waygate/core";
import { cutLine } from "./cut-line.ts";
import { fileFailure } from "./file-failure.ts";
import { LineMatcher } from "./line-matcher.ts";
import { readTextFile } from "./text-file.ts";
import type { Workspace } from "./workspace.ts";

const skippedFolders = new Set(["node_modules", ".git"]);
const maxMatches = 200;
const maxFiles = 20_000;
const maxLineLength = 240;

interface Arguments {
  readonly pattern: string;
  readonly path?: string;
}

/** `search_files`: the lines of all text files under a folder that match a pattern. */
export function searchFiles(workspace: Workspace): Tool {
  return {
    name: "search_files",
    description:
      "Searches the text files in a folder and below for lines that match a pattern. Gives path:line: text. " +
      "Skips node_modules, .git and binary files.",
    parameters: {
      type: "object",
      properties: {
        pattern: {
          type: "string",
          minLength: 1,
          description: "Plain text, or a JavaScript regular expression. Case matters.",
        },
        path: { type: "string", description: 'The folder or file, relative to the working folder. Default: ".".' },
      },
      required: ["pattern"],
      additionalProperties: false,
    },
    readOnly: true,
    async execute({ pattern, path = "." }: Arguments, { signal }) {
      const start = await workspace.resolve(path);
      const matcher = new LineMatcher(pattern);
      const lines: string[] = [];
      let files = 0;
      for await (const file of filesUnder(start, path)) {
        signal.throwIfAborted();
        if (++files > maxFiles) {
          lines.push(`[cut: more than ${maxFiles} files; search in a folder further down]`);
          break;
        }
        const name = workspace.nameOf(file);
        for (const { line, text } of matcher.matches(await textOf(file, name))) {
          lines.push(`${name}:${line}: ${cutLine(text.trim(), maxLineLength)}`);
        }
        if (lines.length > maxMatches) {
          lines.length = maxMatches;
          lines.push(`[cut: more than ${maxMatches} matches; use a narrower pattern or path]`);
          break;
        }
      }
      return lines.length === 0 ? `No matches in ${Math.min(files, maxFiles)} files.` : lines.join("\n");
    },
  };
}

/** Files below, folder by folder in the order of their names. Symbolic links are not followed: they may lead in circles. */
async function* filesUnder(realPath: string, name: string): AsyncGenerator<string> {
  const stats = await stat(realPath).catch((error: unknown) => {
    throw fileFailure(error, name);
  });
  if (!stats.isDirectory()) {
    yield realPath;
    return;
  }
  const folders = [realPath];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    // A folder that cannot be read must not hide the others.
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    const below: string[] = [];
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !skippedFolders.has(entry.name)) below.push(path);
      else if (entry.isFile()) yield path;
    }
    folders.push(...below.reverse());
  }
}

async function textOf(realPath: string, name: string): Promise<string> {
  try {
    const file = await readTextFile(realPath, name);
    return "text" in file ? file.text : "";
  } catch {
    return "";
  }
}
