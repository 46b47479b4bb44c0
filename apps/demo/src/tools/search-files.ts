import type { Tool, ToolContext } from "@waygate/core";
import { FileProblem, PathChanged } from "../files/file-problem.ts";
import { LineMatcher } from "./line-matcher.ts";
import { readTextIn } from "./text-file.ts";
import { walkFiles } from "./walk-files.ts";
import type { Place, Workspace } from "./workspace.ts";

const maxMatches = 200;
const maxFiles = 20_000;
/** In characters, of all files together. */
const maxText = 512 * 1024 * 1024;
const maxPatternLength = 1000;
const maxSkippedNames = 3;

interface Arguments {
  readonly pattern: string;
  readonly path?: string;
}

/** `search_files`: the lines of all text files under a folder that match a pattern. */
export function searchFiles(workspace: Workspace): Tool {
  return {
    name: "search_files",
    description:
      "Searches the text files in a folder and below for lines that match a pattern. Gives path:line: text, and the part " +
      "around the match of a long line. Skips node_modules and .git, and says which files are not text.",
    parameters: {
      type: "object",
      properties: {
        pattern: {
          type: "string",
          minLength: 1,
          maxLength: maxPatternLength,
          description: "Plain text, or a JavaScript regular expression. Case matters.",
        },
        path: { type: "string", description: 'The folder or file, relative to the working folder. Default: ".".' },
      },
      required: ["pattern"],
      additionalProperties: false,
    },
    readOnly: true,
    execute({ pattern, path = "." }: Arguments, { signal }: ToolContext) {
      return workspace.at(path, (place) => search(workspace, place, pattern, signal));
    },
  };
}

async function search(workspace: Workspace, place: Place, pattern: string, signal: AbortSignal): Promise<string> {
  using matcher = new LineMatcher(pattern, signal);
  const lines: string[] = [];
  const skipped: string[] = [];
  let files = 0;
  let length = 0;
  let cut: string | undefined;
  for await (const { folder, file, name } of walkFiles(workspace, place)) {
    signal.throwIfAborted();
    if (files >= maxFiles) cut = `more than ${maxFiles} files; search in a folder further down`;
    if (length > maxText) cut = `more than ${maxText} characters; search in a folder further down`;
    if (cut !== undefined) break;
    try {
      const { text } = await readTextIn(folder, file);
      files++;
      length += text.length;
      const found = await matcher.matches(text, maxMatches + 1 - lines.length);
      for (const { line, excerpt } of found) lines.push(`${name}:${line}: ${excerpt}`);
    } catch (error) {
      // What was asked for by name is told as it is. Among others, what cannot be read must not hide the rest.
      const problem = name === place.name ? undefined : problemOf(error);
      if (problem === undefined) throw error;
      skipped.push(`${name} ${problem}`);
    }
    if (lines.length > maxMatches) {
      lines.length = maxMatches;
      cut = `more than ${maxMatches} matches; use a narrower pattern or path`;
      break;
    }
  }
  if (lines.length === 0) lines.push(`No matches in ${files} ${files === 1 ? "file" : "files"}.`);
  if (cut !== undefined) lines.push(`[cut: ${cut}]`);
  if (skipped.length > 0) lines.push(skippedLine(skipped));
  return lines.join("\n");
}

/** Why a file is left out; undefined for errors that end the search. */
function problemOf(error: unknown): string | undefined {
  // It was deleted or replaced while the search went on.
  if (error instanceof PathChanged) return "changed meanwhile";
  if (error instanceof FileProblem) return error.message;
  return error instanceof Error && "syscall" in error ? "could not be read" : undefined;
}

function skippedLine(skipped: readonly string[]): string {
  const more = skipped.length - maxSkippedNames;
  const names = skipped.slice(0, maxSkippedNames).join("; ");
  return `[not searched: ${names}${more > 0 ? `; and ${more} more` : ""}]`;
}
