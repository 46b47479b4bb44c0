import { basename, join } from "node:path";
import { FileProblem, PathChanged } from "../files/file-problem.ts";
import type { OpenFolder } from "../files/open-folder.ts";
import type { Place, Workspace } from "./workspace.ts";

const skippedFolders = new Set(["node_modules", ".git"]);
const maxEntries = 100_000;
const maxFolders = 20_000;
const maxDepth = 100;

export interface WalkedFile {
  /** The folder that holds it, open until the next file is asked for. */
  readonly folder: OpenFolder;
  /** Its name in there. */
  readonly file: string;
  /** From the workspace on. */
  readonly name: string;
}

/**
 * The files at a place and below, folder by folder in the order of their names. Symbolic links are not followed: they
 * may lead in circles. Of a folder with more than 100,000 entries some are left out, and so is what lies deeper than
 * 100 folders or beyond 20,000 of them.
 */
export async function* walkFiles(workspace: Workspace, place: Place): AsyncGenerator<WalkedFile> {
  const waiting: { readonly realPath: string; readonly depth: number }[] = [{ realPath: place.realPath, depth: 0 }];
  let folders = 0;
  for (let next = waiting.pop(); next !== undefined && folders < maxFolders; next = waiting.pop()) {
    const { realPath, depth } = next;
    let folder: OpenFolder;
    try {
      folder = await workspace.openFolder(realPath);
    } catch (error) {
      // A folder that cannot be opened must not hide the others.
      if (depth > 0) continue;
      if (!(error instanceof FileProblem) || error instanceof PathChanged) throw error;
      yield* theFile(workspace, place);
      return;
    }
    folders++;
    await using open = folder;
    const entries = await open.entries(maxEntries).catch((error: unknown) => {
      if (depth === 0) throw error;
      return [];
    });
    const below: string[] = [];
    for (const entry of [...entries].sort((one, other) => (one.name < other.name ? -1 : 1))) {
      const path = join(realPath, entry.name);
      if (entry.isDirectory() && !skippedFolders.has(entry.name)) below.push(path);
      else if (entry.isFile()) yield { folder: open, file: entry.name, name: workspace.nameOf(path) };
    }
    if (depth < maxDepth) waiting.push(...below.reverse().map((path) => ({ realPath: path, depth: depth + 1 })));
  }
}

/** A place that is not a folder. */
async function* theFile(workspace: Workspace, { realPath, name }: Place): AsyncGenerator<WalkedFile> {
  await using folder = await workspace.openParent(realPath);
  yield { folder, file: basename(realPath), name };
}
