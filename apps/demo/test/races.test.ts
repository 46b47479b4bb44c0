import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Tool } from "@waygate/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FolderAccess, folderAccess } from "../src/files/open-folder.ts";
import { listFiles } from "../src/tools/list-files.ts";
import { readFile } from "../src/tools/read-file.ts";
import { searchFiles } from "../src/tools/search-files.ts";
import { Workspace } from "../src/tools/workspace.ts";
import { writeFile } from "../src/tools/write-file.ts";
import { call } from "./call.ts";

const swapper = fileURLToPath(new URL("./swap-folders.ts", import.meta.url));
const secret = "TOP-SECRET";

let base: string;
let root: string;
let outside: string;
let child: ChildProcess | undefined;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "waygate-")));
  root = join(base, "project");
  outside = join(base, "outside");
  for (const folder of [join(root, "inner"), outside]) {
    mkdirSync(join(folder, "sub"), { recursive: true });
    const text = folder === outside ? secret : "harmless";
    writeFileSync(join(folder, "a.txt"), `${text}\n`);
    writeFileSync(join(folder, "sub", "b.txt"), `${text}\n`);
  }
  writeFileSync(join(outside, "only-outside.txt"), `${secret}\n`);
  writeFileSync(join(root, "file.txt"), "harmless\n");
  // What takes turns: a folder with a link out of the workspace, a file with another, and a file with a pipe.
  symlinkSync(outside, join(root, "inner.double"));
  symlinkSync(join(outside, "a.txt"), join(root, "file.txt.double"));
  writeFileSync(join(root, "pipe.txt"), "harmless\n");
  execFileSync("mkfifo", [join(root, "pipe.txt.double")]);
});

afterEach(() => {
  child?.kill("SIGKILL");
  rmSync(base, { recursive: true });
});

/** Everything below a folder with what it holds. */
function contents(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path, entry.isFile() ? readFileSync(path, "utf8") : entry.isDirectory() ? "folder" : "other"];
    }),
  );
}

/** What only the other folder could have said. */
function leaked(said: string): readonly string[] {
  return said.split("\n").filter((line) => line.includes(secret) || line.includes("only-outside"));
}

interface Tally {
  done: number;
  refused: number;
  /** All that the tools said. */
  said: string;
}

/** Makes many calls while another program swaps what they name. */
async function race(
  names: readonly string[],
  rounds: number,
  calls: (round: number) => readonly (readonly [Tool, object])[],
): Promise<Tally> {
  child = spawn(process.execPath, [swapper, root, ...names], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout ?? child, "data");
  const tally: Tally = { done: 0, refused: 0, said: "" };
  for (let round = 0; round < rounds; round++) {
    for (const [tool, args] of calls(round)) {
      try {
        tally.said += `${String((await call(tool, args)).result)}\n`;
        tally.done++;
      } catch (error) {
        tally.said += `${String(error)}\n`;
        tally.refused++;
      }
    }
  }
  // It swapped to the end.
  expect(child.exitCode).toBe(null);
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
  return tally;
}

describe.each<FolderAccess>(folderAccess === "handle" ? ["handle", "path"] : ["path"])(
  "a folder that another program swaps for a link, reached by %s",
  (access) => {
    it("gives nothing of another folder to tools that read", async () => {
      const workspace = new Workspace(root, access);
      const { done, refused, said } = await race(["inner", "file.txt"], 200, () => [
        [readFile(workspace), { path: "inner/a.txt" }],
        [readFile(workspace), { path: "inner/sub/b.txt" }],
        [readFile(workspace), { path: "file.txt" }],
        [listFiles(workspace), { path: "inner" }],
        [listFiles(workspace), { path: "inner/sub" }],
      ]);
      expect(leaked(said)).toEqual([]);
      expect(said.includes("harmless")).toBe(true);
      expect(done).toBeGreaterThan(0);
      expect(refused).toBeGreaterThan(0);
    }, 120_000);

    it("gives nothing of another folder to a search", async () => {
      const workspace = new Workspace(root, access);
      const { done, said } = await race(["inner", "file.txt"], 30, () => [
        [searchFiles(workspace), { pattern: "[A-Za-z]" }],
        [searchFiles(workspace), { pattern: ".", path: "inner" }],
      ]);
      expect(leaked(said)).toEqual([]);
      expect(said.includes("harmless")).toBe(true);
      expect(done).toBeGreaterThan(0);
    }, 120_000);

    it("lets write_file change nothing in another folder", async () => {
      const workspace = new Workspace(root, access);
      const before = contents(outside);
      const { done, refused } = await race(["inner", "file.txt"], 150, (round) => [
        [writeFile(workspace), { path: "inner/a.txt", content: `written ${round}\n` }],
        [writeFile(workspace), { path: "inner/only-outside.txt", content: `written ${round}\n` }],
        [writeFile(workspace), { path: `inner/new-${round % 50}.txt`, content: `written ${round}\n` }],
        [writeFile(workspace), { path: `inner/deep-${round % 50}/more/x.txt`, content: `written ${round}\n` }],
        [writeFile(workspace), { path: "file.txt", content: `written ${round}\n` }],
      ]);
      const after = contents(outside);
      if (access === "handle") expect(after).toEqual(before);
      // By path, an empty file or folder may have been made.
      else expect(after).toMatchObject(before);
      expect(Object.values(after).join("")).not.toContain("written");
      expect(done).toBeGreaterThan(0);
      expect(refused).toBeGreaterThan(0);
      expect(Object.keys(contents(root)).filter((path) => path.endsWith(".tmp"))).toEqual([]);
    }, 120_000);

    it("does not hang at a pipe that takes the place of a file", async () => {
      const workspace = new Workspace(root, access);
      // Which of the two stands there at the moment of a read is chance: both do in the end.
      let met = { pipe: false, file: false };
      for (let games = 0; games < 40 && !(met.pipe && met.file); games++) {
        const { said, done } = await race(["pipe.txt"], 30, () => [
          [readFile(workspace), { path: "pipe.txt" }],
          [searchFiles(workspace), { pattern: "harmless", path: "pipe.txt" }],
        ]);
        met = { pipe: met.pipe || said.includes("is not a regular file"), file: met.file || done > 0 };
      }
      expect(met).toEqual({ pipe: true, file: true });
      // A file that takes the place of the pipe ends the game, so it comes last.
      const { done } = await race(["pipe.txt"], 100, (round) => [
        [
          writeFile(workspace),
          {
            path: "pipe.txt",
            content: `harmless ${round}
`,
          },
        ],
      ]);
      expect(done).toBeGreaterThan(0);
    }, 120_000);
  },
);
