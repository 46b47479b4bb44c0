import type { Tool } from "@waygate/core";
import { splitLines } from "../files/line-ends.ts";
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
      const { text, invalidLine } = await workspace.at(path, (place) => readTextFile(workspace, place));
      if (text === "") return `${path} is empty.`;
      const range = rangeOf(text, offset, limit);
      if (invalidLine === undefined) return range;
      return `${range}\n[not UTF-8: line ${invalidLine} is the first with bytes that are shown as \ufffd; write_file refuses this file]`;
    },
  };
}

function rangeOf(text: string, offset: number, limit: number): string {
  const lines = splitLines(text);
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
