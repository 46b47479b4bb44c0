import type { Tool } from "@waygate/core";
import { cutLine } from "./cut-line.ts";
import { readTextFile } from "./text-file.ts";
import type { Workspace } from "./workspace.ts";

const defaultLines = 1000;
const maxLineLength = 2000;
const maxCharacters = 40_000;

interface Arguments {
  readonly path: string;
  readonly offset?: number;
  readonly limit?: number;
}

/** `read_file`: a text file, or a range of its lines. */
export function readFile(workspace: Workspace): Tool {
  return {
    name: "read_file",
    description:
      "Reads a text file. Long files come in ranges of lines: the last line of the result says how to go on.",
    parameters: {
      type: "object",
      properties: {
        path: { type: "string", description: "The file, relative to the working folder." },
        offset: { type: "integer", minimum: 1, description: "The first line to read, counted from 1. Default: 1." },
        limit: { type: "integer", minimum: 1, description: `How many lines to read. Default: ${defaultLines}.` },
      },
      required: ["path"],
      additionalProperties: false,
    },
    readOnly: true,
    async execute({ path, offset = 1, limit = defaultLines }: Arguments) {
      const file = await readTextFile(await workspace.resolve(path), path);
      if ("refused" in file) throw new Error(file.refused);
      if (file.text === "") return `${path} is empty.`;
      return rangeOf(file.text, offset, limit);
    },
  };
}

function rangeOf(text: string, offset: number, limit: number): string {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  if (offset > lines.length) throw new Error(`The file has ${lines.length} lines, so there is no line ${offset}.`);
  const taken: string[] = [];
  let characters = 0;
  for (const line of lines.slice(offset - 1, offset - 1 + limit)) {
    const short = cutLine(line, maxLineLength);
    characters += short.length + 1;
    if (characters > maxCharacters && taken.length > 0) break;
    taken.push(short);
  }
  const last = offset - 1 + taken.length;
  if (last < lines.length) {
    taken.push(`[cut: lines ${offset} to ${last} of ${lines.length}; go on with offset ${last + 1}]`);
  }
  return taken.join("\n");
}
