import { constants } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import type { Tool } from "@waygate/core";
import type { Preview } from "./approval.ts";
import { changePreview } from "./change-preview.ts";
import { fileFailure } from "./file-failure.ts";
import { readTextFile } from "./text-file.ts";
import type { Workspace } from "./workspace.ts";

interface Arguments {
  readonly path: string;
  readonly content: string;
}

/** `write_file`: makes a file or replaces what it holds, after asking. */
export function writeFile(workspace: Workspace) {
  return {
    name: "write_file",
    description: "Writes a text file: makes it, with its folders, or replaces all that it held.",
    parameters: {
      type: "object",
      properties: {
        path: { type: "string", minLength: 1, description: "The file, relative to the working folder." },
        content: { type: "string", description: "Everything that the file is to hold." },
      },
      required: ["path", "content"],
      additionalProperties: false,
    },
    async approval({ path, content }: Arguments): Promise<Preview> {
      const realPath = await workspace.resolve(path);
      const before = await currentText(realPath, path);
      const summary = `${before === undefined ? "make" : "change"} ${workspace.nameOf(realPath)}`;
      return { summary, details: changePreview(before, content) };
    },
    async execute({ path, content }: Arguments) {
      // Looked up again: what the path leads to may have changed while a person was thinking.
      const realPath = await workspace.resolve(path);
      await write(realPath, path, content);
      const lines = content.split("\n").length - (content.endsWith("\n") ? 1 : 0);
      return `Wrote ${workspace.nameOf(realPath)}: ${lines} ${lines === 1 ? "line" : "lines"}.`;
    },
  } satisfies Tool;
}

/** Undefined where there is no file yet. */
async function currentText(realPath: string, name: string): Promise<string | undefined> {
  const file = await readTextFile(realPath, name);
  if ("text" in file) return file.text;
  if (file.missing) return undefined;
  throw new Error(`${file.refused} write_file replaces text files only.`);
}

async function write(realPath: string, name: string, content: string): Promise<void> {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  try {
    await mkdir(dirname(realPath), { recursive: true });
    // Absent on Windows.
    const file = await open(realPath, O_WRONLY | O_CREAT | O_TRUNC | (O_NOFOLLOW ?? 0), 0o666);
    try {
      await file.writeFile(content);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileFailure(error, name);
  }
}
