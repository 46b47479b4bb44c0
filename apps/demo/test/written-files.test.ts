import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FolderAccess, folderAccess } from "../src/files/open-folder.ts";
import { listFiles } from "../src/tools/list-files.ts";
import { readFile } from "../src/tools/read-file.ts";
import { searchFiles } from "../src/tools/search-files.ts";
import { Workspace } from "../src/tools/workspace.ts";
import { writeFile } from "../src/tools/write-file.ts";
import { call } from "./call.ts";

let root: string;
let base: string;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "waygate-")));
  root = join(base, "project");
  mkdirSync(root);
});

afterEach(() => rmSync(base, { recursive: true }));

const latin1 = Buffer.from([0x6e, 0x61, 0xef, 0x76, 0x65, 0x0a, 0x31, 0x0a]);

describe.each<FolderAccess>(folderAccess === "handle" ? ["handle", "path"] : ["path"])("write_file by %s", (access) => {
  const write = async (path: string, content: string) =>
    String((await call(writeFile(new Workspace(root, access)), { path, content })).result);
  const bytes = (path: string) => readFileSync(join(root, path));

  it.each([
    ["CRLF", "a\r\nb\r\n", "a\nc\n", "a\r\nc\r\n"],
    ["CRLF and a byte order mark", "\ufeffa\r\nb\r\n", "a\nc\n", "\ufeffa\r\nc\r\n"],
    ["a byte order mark that the content has too", "\ufeffa\n", "\ufeffb\n", "\ufeffb\n"],
    ["line ends of all kinds", "1\r\n2\n3\r4\r\n", "1\n2\n3\nfour\n", "1\r\n2\n3\rfour\r\n"],
    ["no line end at the end", "a\nb", "a\nc", "a\nc"],
  ])("keeps %s", async (_, before, content, after) => {
    writeFileSync(join(root, "a.txt"), before);
    await write("a.txt", content);
    expect(bytes("a.txt").toString()).toBe(after);
  });

  it("says that line ends were kept", async () => {
    writeFileSync(join(root, "a.txt"), "a\r\nb\r\n");
    expect(await write("a.txt", "a\nc\n")).toBe("Wrote a.txt: 2 lines, with the line ends that the file had.");
    expect(await write("a.txt", "a\r\nd\r\n")).toBe("Wrote a.txt: 2 lines.");
  });

  it.each([
    ["not UTF-8", latin1, "is not UTF-8: line 1 has bytes that would be lost"],
    ["UTF-16", Buffer.from("\ufeffa\n", "utf16le"), "is UTF-16 text"],
    ["binary", Buffer.from("a\0b"), "is a binary file of 3 bytes"],
  ])("refuses a file that is %s, and leaves it alone", async (_, held, words) => {
    writeFileSync(join(root, "a.txt"), held);
    await expect(write("a.txt", "new\n")).rejects.toThrow(`"a.txt" ${words}`);
    expect(bytes("a.txt").equals(held)).toBe(true);
  });

  it("refuses content that is not text", async () => {
    await expect(write("a.txt", "cut \ud83d")).rejects.toThrow("lone surrogate");
    expect(readdirSync(root)).toEqual([]);
  });

  it("keeps permissions, and gives new files the usual ones", async () => {
    writeFileSync(join(root, "run.sh"), "old\n");
    for (const mode of [0o755, 0o600, 0o640]) {
      chmodSync(join(root, "run.sh"), mode);
      await write("run.sh", `mode ${mode}\n`);
      expect(statSync(join(root, "run.sh")).mode & 0o777).toBe(mode);
    }
    await write("new.txt", "new\n");
    expect(statSync(join(root, "new.txt")).mode & 0o777).toBe(0o666 & ~process.umask());
  });

  it("refuses what is not a regular file without waiting", async () => {
    execFileSync("mkfifo", [join(root, "pipe")]);
    mkdirSync(join(root, "folder"));
    const server = createServer().listen(join(root, "socket"));
    await new Promise((resolve) => server.once("listening", resolve));
    try {
      await expect(write("pipe", "x")).rejects.toThrow('"pipe" is not a regular file');
      await expect(write("socket", "x")).rejects.toThrow('"socket" is not a regular file');
      await expect(write("folder", "x")).rejects.toThrow('"folder" is a folder, not a file');
      await expect(write(".", "x")).rejects.toThrow('"." is a folder, not a file');
      await expect(write("pipe/x", "x")).rejects.toThrow('"pipe/x" is not inside a folder');
    } finally {
      server.close();
    }
  });

  it("leaves nothing else behind, whether it succeeds or not", async () => {
    writeFileSync(join(root, "a.txt"), "a\n");
    await write("a.txt", "b\n");
    await write("x/y/z.txt", "b\n");
    await expect(write("a.txt/b", "b\n")).rejects.toThrow();
    await expect(write(`${"n".repeat(300)}.txt`, "b\n")).rejects.toThrow("has a name that is too long");
    expect(readdirSync(root, { recursive: true }).sort()).toEqual(["a.txt", "x", "x/y", "x/y/z.txt"]);
  });

  it("does not write to a file that was taken away from it", async () => {
    const workspace = new Workspace(root, access);
    renameSync(root, `${root}-moved`);
    await expect(call(writeFile(workspace), { path: "a.txt", content: "x" })).rejects.toThrow(
      "was removed or replaced since",
    );
    // A link to it is not the folder that the tools were given.
    symlinkSync(`${root}-moved`, root);
    await expect(call(writeFile(workspace), { path: "a.txt", content: "x" })).rejects.toThrow();
    mkdirSync(join(base, "another"));
    rmSync(root);
    renameSync(join(base, "another"), root);
    await expect(call(writeFile(workspace), { path: "a.txt", content: "x" })).rejects.toThrow(
      "was removed or replaced since",
    );
    expect(readdirSync(root)).toEqual([]);
    renameSync(`${root}-moved`, join(root, "moved"));
  });
});

describe("write_file", () => {
  const tool = () => writeFile(new Workspace(root));

  it("does not change a file through a name that it has elsewhere", async () => {
    writeFileSync(join(base, "elsewhere.txt"), "old\n");
    linkSync(join(base, "elsewhere.txt"), join(root, "a.txt"));
    if (folderAccess === "handle") await call(tool(), { path: "a.txt", content: "new\n" });
    else await expect(call(tool(), { path: "a.txt", content: "new\n" })).rejects.toThrow("hard link");
    expect(readFileSync(join(base, "elsewhere.txt"), "utf8")).toBe("old\n");
  });

  it("writes nothing if the file has changed since the change was shown", async () => {
    const args = { path: "a.txt", content: "new\n" };
    for (const before of [undefined, "old\n"]) {
      if (before !== undefined) writeFileSync(join(root, "a.txt"), before);
      const writing = tool();
      await writing.approval(args);
      writeFileSync(join(root, "a.txt"), "of another program\n");
      await expect(writing.execute(args)).rejects.toThrow("has changed since the change was shown");
      expect(readFileSync(join(root, "a.txt"), "utf8")).toBe("of another program\n");
    }
  });

  it("shows the change with the line ends that are written", async () => {
    writeFileSync(join(root, "a.txt"), "a\r\nb\r\n");
    const preview = await tool().approval({ path: "a.txt", content: "a\nc\n" });
    expect(preview).toEqual({
      summary: "change",
      details: "  a\r\n- b\r\n+ c\r",
      action: { type: "file", path: "a.txt", asked: "a.txt" },
    });
  });
});

describe("tools that read", () => {
  const read = async (path: string) => String((await call(readFile(new Workspace(root)), { path })).result);
  const search = async (args: object) => String((await call(searchFiles(new Workspace(root)), args)).result);

  it("name what is not a text in UTF-8", async () => {
    writeFileSync(join(root, "image.png"), Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0]));
    writeFileSync(join(root, "wide.txt"), Buffer.from("\ufeffneedle\n", "utf16le"));
    await expect(read("image.png")).rejects.toThrow('"image.png" is a binary file of 6 bytes.');
    await expect(read("wide.txt")).rejects.toThrow('"wide.txt" is UTF-16 text, not UTF-8.');
    await expect(search({ pattern: "needle", path: "wide.txt" })).rejects.toThrow('"wide.txt" is UTF-16 text');
    expect(await search({ pattern: "needle" })).toBe(
      "No matches in 0 files.\n[not searched: image.png is a binary file of 6 bytes; wide.txt is UTF-16 text, not UTF-8]",
    );
  });

  it("show bytes that are not UTF-8 as such", async () => {
    writeFileSync(join(root, "a.txt"), latin1);
    expect(await read("a.txt")).toBe(
      "na\ufffdve\n1\n[not UTF-8: line 1 is the first with bytes that are shown as \ufffd; write_file refuses this file]",
    );
    expect(await search({ pattern: "^1$" })).toBe("a.txt:2: 1");
  });

  it("count lines alike, whatever ends them", async () => {
    writeFileSync(join(root, "a.txt"), "\ufeffone\r\ntwo\rthree\nfour");
    expect(await read("a.txt")).toBe("one\ntwo\nthree\nfour");
    expect(await search({ pattern: "^(one|two|three|four)$" })).toBe(
      "a.txt:1: one\na.txt:2: two\na.txt:3: three\na.txt:4: four",
    );
  });

  it("name only some of many files that are not text", async () => {
    for (let index = 0; index < 6; index++) writeFileSync(join(root, `${index}.bin`), "\0");
    expect(await search({ pattern: "x" })).toContain("2.bin is a binary file of 1 bytes; and 3 more]");
  });

  it("do not wait for pipes and devices", async () => {
    execFileSync("mkfifo", [join(root, "pipe")]);
    symlinkSync("pipe", join(root, "link"));
    await expect(read("pipe")).rejects.toThrow('"pipe" is not a regular file.');
    await expect(read("link")).rejects.toThrow('"link" is not a regular file.');
    await expect(call(listFiles(new Workspace(root)), { path: "pipe" })).rejects.toThrow('"pipe" is not a folder.');
    await expect(search({ pattern: "x", path: "pipe" })).rejects.toThrow('"pipe" is not a regular file.');
    expect(await search({ pattern: "x" })).toBe("No matches in 0 files.");
  });

  it("do not read a file that grows for ever", async () => {
    // A regular file of size 0 whose text the system makes up.
    if (!existsSync("/proc/self/status")) return;
    const { result } = await call(readFile(new Workspace("/proc/self")), { path: "status" });
    expect(String(result)).toMatch(/^Name:/);
  });

  it("bound what one search gives", async () => {
    writeFileSync(join(root, "a.txt"), `${"y".repeat(3_000_000)}needle${"z".repeat(1_000_000)}\n`);
    const line = await search({ pattern: "needle" });
    expect(line.length).toBeLessThan(300);
    expect(line).toMatch(/^a\.txt:1: …y+needlez+…$/);
  });
});
