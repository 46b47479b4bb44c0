import { basename } from "node:path";
import type { Tool } from "@waygate/core";
import { type DecodedText, requireUtf8, wholeText } from "../files/decode-text.ts";
import { FileProblem, PathChanged, systemCode } from "../files/file-problem.ts";
import { splitLines, withLineEndsOf } from "../files/line-ends.ts";
import type { OpenFolder } from "../files/open-folder.ts";
import { replaceFile } from "../files/replace-file.ts";
import type { Preview } from "./approval.ts";
import { changePreview } from "./change-preview.ts";
import { readTextIn } from "./text-file.ts";
import type { Workspace } from "./workspace.ts";

interface Arguments {
  readonly path: string;
  readonly content: string;
}

/** `write_file`: makes a file or replaces what it holds, after asking. */
export function writeFile(workspace: Workspace) {
  /** What the file of a call held when the change was shown. */
  const shown = new WeakMap<Arguments, DecodedText | "nothing">();
  return {
    name: "write_file",
    description:
      "Writes a UTF-8 text file: makes it, with its folders, or replaces all that it held. A file that is replaced keeps " +
      "its line ends (LF, CRLF or CR), its byte order mark and its permissions.",
    parameters: {
      type: "object",
      properties: {
        path: { type: "string", minLength: 1, description: "The file, relative to the working folder." },
        content: { type: "string", description: "Everything that the file is to hold." },
      },
      required: ["path", "content"],
      additionalProperties: false,
    },
    async approval(args: Arguments): Promise<Preview> {
      const { path, content } = args;
      requireWellFormed(content);
      return workspace.at(path, async ({ realPath, name }) => {
        const before = await openedText(() => workspace.openParent(realPath), basename(realPath));
        shown.set(args, before ?? "nothing");
        const details = changePreview(before?.text, fitted(content, before));
        const summary = before === undefined ? "make" : "change";
        return { summary, details, action: { type: "file", path: name, asked: path } };
      });
    },
    async execute(args: Arguments) {
      const { path, content } = args;
      requireWellFormed(content);
      // Looked up again: what the path leads to may have changed since it was approved.
      return workspace.at(path, async ({ realPath, name }) => {
        await using folder = await workspace.openParent(realPath, { make: true });
        const before = await currentText(folder, basename(realPath));
        requireSame(before, shown.get(args));
        const text = fitted(content, before);
        const bytes = Buffer.from(before === undefined ? text : wholeText(before, text));
        await replaceFile(folder, basename(realPath), bytes);
        const lines = splitLines(content).length;
        const kept = text === bare(content, before) ? "" : ", with the line ends that the file had";
        return `Wrote ${name}: ${lines} ${lines === 1 ? "line" : "lines"}${kept}.`;
      });
    },
  } satisfies Tool;
}

/** What is written: the content with the line ends of the file that it replaces. */
function fitted(content: string, before: DecodedText | undefined): string {
  return before === undefined ? content : withLineEndsOf(before.text, bare(content, before));
}

/** The content without a byte order mark, if the file has one that stays. */
function bare(content: string, before: DecodedText | undefined): string {
  return before?.byteOrderMark ? content.replace(/^\ufeff/, "") : content;
}

/** An approval is for the change that was shown. */
function requireSame(before: DecodedText | undefined, shown: DecodedText | "nothing" | undefined): void {
  if (shown === undefined) return;
  const was = shown === "nothing" ? undefined : shown;
  if (was?.text === before?.text && was?.byteOrderMark === before?.byteOrderMark) return;
  throw new FileProblem("has changed since the change was shown, so nothing was written. Read it and try again");
}

/** The same where the folder need not exist either. */
async function openedText(open: () => Promise<OpenFolder>, name: string): Promise<DecodedText | undefined> {
  try {
    await using folder = await open();
    return await currentText(folder, name);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** What the file holds now; undefined if there is none. Rejects with a `FileProblem` for what is not a text in UTF-8. */
async function currentText(folder: OpenFolder, name: string): Promise<DecodedText | undefined> {
  try {
    const text = await readTextIn(folder, name);
    requireUtf8(text);
    return text;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    if (!(error instanceof FileProblem) || error instanceof PathChanged) throw error;
    throw new FileProblem(`${error.message}. write_file replaces text files in UTF-8 only`, { cause: error });
  }
}

/** Half of a surrogate pair has no bytes in UTF-8. */
function requireWellFormed(content: string): void {
  if (!content.isWellFormed()) throw new Error("The content has a lone surrogate, which is not text. Send it again.");
}
