import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createSimulator, type Simulator } from "@waygate/simulator";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { completions, Playground, serviceSettings } from "./program.ts";

let playground: Playground;
let simulator: Simulator;

beforeEach(async () => {
  playground = new Playground();
  simulator = await createSimulator({ models: ["test"] });
  playground.settings(serviceSettings(simulator.url));
});

afterEach(async () => {
  playground.clear();
  await simulator.close();
});

const latin1 = Buffer.from([0x6e, 0x61, 0xef, 0x76, 0x65, 0x0a, 0x31, 0x0a]);
const held = (path: string) => readFileSync(join(playground.folder, path));

describe("waygate edit", () => {
  const mixed = "\ufeffone\r\ntwo\nthree\rfour\r\nfive\nsix";

  it.each([
    ["a line with CRLF", "1", "ONE", "\ufeffONE\r\ntwo\nthree\rfour\r\nfive\nsix"],
    ["a line with LF", "2", "TWO\n2.5\n", "\ufeffone\r\nTWO\n2.5\nthree\rfour\r\nfive\nsix"],
    ["a line with CR", "3", "THREE", "\ufeffone\r\ntwo\nTHREE\rfour\r\nfive\nsix"],
    ["lines of several kinds", "1-4", "one\nTWO\nthree\nfour\n", "\ufeffone\r\nTWO\r\nthree\rfour\r\nfive\nsix"],
    ["the last line, which has no end", "6", "SIX\n", "\ufeffone\r\ntwo\nthree\rfour\r\nfive\nSIX"],
    ["lines that go", "2-5", "", "\ufeffone\r\nsix"],
    ["all lines", "1-6", "one\ntwo\nthree\nfour\nfive\n6", "\ufeffone\r\ntwo\nthree\rfour\r\nfive\n6"],
  ])("keeps every byte around %s", async (_, range, text, after) => {
    playground.write("list.txt", mixed);
    simulator.script({ text });
    const { code } = await playground.run(["edit", "list.txt", "change it", "--lines", range, "--yes"]);
    expect(code).toBe(0);
    expect(JSON.stringify(held("list.txt").toString())).toBe(JSON.stringify(after));
  });

  it("prints a diff that git applies to a file with a byte order mark and several kinds of line ends", async () => {
    playground.write("list.txt", mixed);
    simulator.script({ text: "TWO" });
    const { stdout } = await playground.run(["edit", "list.txt", "capitals", "--lines", "2"]);
    expect(held("list.txt").toString()).toBe(mixed);
    execFileSync("git", ["apply", "--whitespace=nowarn", "-"], { cwd: playground.folder, input: stdout });
    expect(held("list.txt").toString()).toBe(mixed.replace("two", "TWO"));
  });

  it.each([
    ["not UTF-8", latin1, '"a.txt" is not UTF-8: line 1 has bytes'],
    ["UTF-16", Buffer.from("\ufeffa\n", "utf16le"), '"a.txt" is UTF-16 text, not UTF-8.'],
    ["binary", Buffer.from("a\0b"), '"a.txt" is a binary file of 3 bytes.'],
  ])("refuses a file that is %s before it asks a model", async (_, bytes, words) => {
    playground.write("a.txt", bytes);
    const { code, stderr } = await playground.run(["edit", "a.txt", "change it", "--yes"]);
    expect(stderr).toContain(words);
    expect(code).toBe(2);
    expect(held("a.txt").equals(bytes)).toBe(true);
    expect(completions(simulator)).toEqual([]);
  });

  it("refuses standard input that would not come back as it was", async () => {
    const { code, stdout, stderr } = await playground.run(["edit", "-", "change it"], { input: latin1 });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain('"-" is not UTF-8: line 1');
  });

  it("gives standard input back with its byte order mark and line ends", async () => {
    simulator.script({ text: "ONE" });
    const { stdout } = await playground.run(["edit", "-", "capitals", "--lines", "1"], { input: mixed });
    expect(JSON.stringify(stdout)).toBe(JSON.stringify(mixed.replace("one", "ONE")));
  });

  it("does not wait for a pipe, nor follow a link out of the folder", async () => {
    execFileSync("mkfifo", [join(playground.folder, "pipe")]);
    writeFileSync(playground.outside("private.txt"), "mine\n");
    symlinkSync(playground.outside("private.txt"), join(playground.folder, "notes.txt"));
    expect(await playground.run(["edit", "pipe", "change it", "--yes"])).toMatchObject({
      code: 2,
      stderr: 'error: "pipe" is not a regular file.\n',
    });
    const linked = await playground.run(["edit", "notes.txt", "change it", "--yes"]);
    expect(linked.code).toBe(2);
    expect(linked.stderr).toContain("is a symbolic link to");
    expect(completions(simulator)).toEqual([]);
    // Named by its own path it is what the person asked for.
    simulator.script({ text: "yours" });
    const own = await playground.run(["edit", playground.outside("private.txt"), "change it", "--yes"]);
    expect(own.code).toBe(0);
    expect(readFileSync(playground.outside("private.txt"), "utf8")).toBe("yours\n");
  });

  it("keeps permissions, follows a link within the folder, and leaves no other file", async () => {
    const script = playground.write("run.sh", "old\n");
    execFileSync("chmod", ["750", script]);
    symlinkSync("run.sh", join(playground.folder, "link"));
    simulator.script({ text: "new" });
    expect(await playground.run(["edit", "link", "change it", "--yes"])).toMatchObject({ code: 0 });
    expect(held("run.sh").toString()).toBe("new\n");
    expect(statSync(script).mode & 0o777).toBe(0o750);
    expect(readdirSync(playground.folder).sort()).toEqual(["link", "run.sh"]);
  });
});
