import { basename } from "node:path";
import { type DecodedText, decodeText } from "../files/decode-text.ts";
import type { OpenFolder } from "../files/open-folder.ts";
import { readRegularFile } from "../files/read-regular-file.ts";
import type { Place, Workspace } from "./workspace.ts";

/** In bytes. Larger files are neither read nor written again. */
export const maxTextBytes = 5 * 1024 * 1024;

/** Reads a text file of the workspace. Rejects for what is not a regular file, is too large, or is binary. */
export async function readTextFile(workspace: Workspace, { realPath }: Place): Promise<DecodedText> {
  await using folder = await workspace.openParent(realPath);
  return await readTextIn(folder, basename(realPath));
}

/** The same in a folder that is open. */
export async function readTextIn(folder: OpenFolder, name: string): Promise<DecodedText> {
  await using file = await folder.openFile(name);
  return decodeText(await readRegularFile(file, maxTextBytes));
}
