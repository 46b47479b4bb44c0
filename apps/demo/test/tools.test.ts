import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type JsonValue, type Tool, toolOutput } from "@waygate/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Approval, askThrough, type Proposal } from "../src/tools/approval.ts";
import { listFiles } from "../src/tools/list-files.ts";
import { readFile } from "../src/tools/read-file.ts";
import { searchFiles } from "../src/tools/search-files.ts";
import { Workspace } from "../src/tools/workspace.ts";
import { writeFile } from "../src/tools/write-file.ts";
import { call } from "./call.ts";

let base: string;
let root: string;
let workspace: Workspace;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "waygate-")));
  root = join(base, "project");
  mkdirSync(root);
  workspace = new Workspace(root);
});

afterEach(() => rmSync(base, { recursive: true }));

function file(path: string, content: string | Buffer): void {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), content);
}

async function text(tool: Tool, args: object): Promise<unknown> {
  return (await call(tool, args)).result;
}

/** A tool that asks as a run has it ask. */
function asked(tool: Tool, approval: Approval): Tool {
  return {
    ...tool,
    async execute(args: never, context) {
      const details = typeof tool.approval === "function" ? await tool.approval(args, context) : undefined;
      const request = { id: context.id, name: tool.name, arguments: args, details: details as JsonValue };
      const decision = await askThrough(approval)(request, context);
      if (decision === true) return tool.execute(args, context);
      const { reason = "" } = decision as { readonly reason?: string };
      return toolOutput([{ type: "text", text: reason }], { isError: true });
    },
  };
}

/** Allows everything and keeps what it was asked. */
function asking(): Approval & { readonly asked: Proposal[] } {
  const asked: Proposal[] = [];
  return {
    asked,
    ask: async (proposal) => {
      asked.push(proposal);
      return { allowed: true };
    },
  };
}

describe("list_files", () => {
  it("lists folders first, and where links lead", async () => {
    file("b.txt", "");
    file("a.txt", "");
    file("src/x.ts", "");
    symlinkSync("a.txt", join(root, "link"));
    expect(await text(listFiles(workspace), {})).toBe("src/\na.txt\nb.txt\nlink -> a.txt");
    expect(await text(listFiles(workspace), { path: "src" })).toBe("x.ts");
  });

  it("says what was cut", async () => {
    for (let index = 0; index < 510; index++) file(`${index}.txt`, "");
    const lines = String(await text(listFiles(workspace), { path: "." })).split("\n");
    expect(lines).toHaveLength(501);
    expect(lines.at(-1)).toContain("cut: 10 more entries");
  });

  it("says what is wrong in words", async () => {
    file("a.txt", "");
    await expect(text(listFiles(workspace), { path: "b" })).rejects.toThrow('There is no "b".');
    await expect(text(listFiles(workspace), { path: "a.txt" })).rejects.toThrow('"a.txt" is not a folder.');
    await expect(text(listFiles(workspace), { path: ".." })).rejects.toThrow("lies outside");
  });
});

describe("read_file", () => {
  it("gives the text, or the lines asked for and how to go on", async () => {
    file("a.txt", "one\ntwo\nthree\nfour\n");
    expect(await text(readFile(workspace), { path: "a.txt" })).toBe("one\ntwo\nthree\nfour");
    expect(await text(readFile(workspace), { path: "a.txt", offset: 2, limit: 2 })).toBe(
      "two\nthree\n[cut: lines 2 to 3 of 4; go on with offset 4]",
    );
    await expect(text(readFile(workspace), { path: "a.txt", offset: 9 })).rejects.toThrow("4 lines");
  });

  it("keeps its result bounded", async () => {
    file("long.txt", `${"x".repeat(5000)}\n`.repeat(900));
    const result = String(await text(readFile(workspace), { path: "long.txt" }));
    expect(result.length).toBeLessThan(45_000);
    expect(result).toMatch(/\[cut: lines 1 to \d+ of 900; go on with offset \d+\]$/);
  });

  it("refuses what is no text file", async () => {
    file("image.bin", Buffer.from([1, 0, 2]));
    file("huge.txt", "x".repeat(6 * 1024 * 1024));
    execFileSync("mkfifo", [join(root, "pipe")]);
    await expect(text(readFile(workspace), { path: "image.bin" })).rejects.toThrow("is a binary file");
    await expect(text(readFile(workspace), { path: "huge.txt" })).rejects.toThrow("has more than 5242880 bytes");
    await expect(text(readFile(workspace), { path: "pipe" })).rejects.toThrow("is not a regular file");
    await expect(text(readFile(workspace), { path: "." })).rejects.toThrow("is a folder");
    await expect(text(readFile(workspace), { path: "none" })).rejects.toThrow('There is no "none".');
  });

  it("does not leave the folder through a link", async () => {
    writeFileSync(join(base, "secret.txt"), "secret");
    symlinkSync(join(base, "secret.txt"), join(root, "note.txt"));
    await expect(text(readFile(workspace), { path: "note.txt" })).rejects.toThrow("lies outside");
  });
});

describe("search_files", () => {
  it("finds plain text and expressions, with line numbers", async () => {
    file("a.ts", "const one = f(1);\nlet two;\n");
    file("src/b.ts", "  one(2)\n");
    expect(await text(searchFiles(workspace), { pattern: "one" })).toBe(
      "a.ts:1: const one = f(1);\nsrc/b.ts:1: one(2)",
    );
    expect(await text(searchFiles(workspace), { pattern: "f(1)" })).toBe("a.ts:1: const one = f(1);");
    expect(await text(searchFiles(workspace), { pattern: "^let \\w+;$" })).toBe("a.ts:2: let two;");
    expect(await text(searchFiles(workspace), { pattern: "one(", path: "src" })).toBe("src/b.ts:1: one(2)");
    expect(await text(searchFiles(workspace), { pattern: "three" })).toBe("No matches in 2 files.");
  });

  it("skips node_modules, .git, binary files and links", async () => {
    file("node_modules/x/a.txt", "needle");
    file(".git/a.txt", "needle");
    file("b.bin", Buffer.from("\0needle"));
    writeFileSync(join(base, "outside.txt"), "needle");
    symlinkSync(base, join(root, "up"));
    expect(await text(searchFiles(workspace), { pattern: "needle" })).toBe(
      "No matches in 0 files.\n[not searched: b.bin is a binary file of 7 bytes]",
    );
  });

  it("says what was cut", async () => {
    file("a.txt", "needle\n".repeat(300));
    const lines = String(await text(searchFiles(workspace), { pattern: "needle" })).split("\n");
    expect(lines).toHaveLength(201);
    expect(lines.at(-1)).toContain("cut: more than 200 matches");
  });

  it("gives up on an expression that would never end", async () => {
    file("a.txt", `${"a".repeat(60)}!`);
    await expect(text(searchFiles(workspace), { pattern: "(a+)+$" })).rejects.toThrow("takes too long");
  }, 30_000);
});

describe("write_file", () => {
  it("makes a file with its folders, and shows the change first", async () => {
    const approval = asking();
    const tool = asked(writeFile(workspace), approval);
    expect(await text(tool, { path: "new/a.txt", content: "one\ntwo\n" })).toBe("Wrote new/a.txt: 2 lines.");
    expect(readFileSync(join(root, "new/a.txt"), "utf8")).toBe("one\ntwo\n");
    expect(await text(tool, { path: "new/a.txt", content: "one\n2\n" })).toBe("Wrote new/a.txt: 2 lines.");
    const action = { type: "file", path: "new/a.txt", asked: "new/a.txt" };
    expect(approval.asked).toEqual([
      { tool: "write_file", summary: "make", details: "+ one\n+ two", action },
      { tool: "write_file", summary: "change", details: "  one\n- two\n+ 2", action },
    ]);
  });

  it("asks nobody about what cannot be done", async () => {
    const approval = asking();
    const tool = asked(writeFile(workspace), approval);
    symlinkSync(join(base, "new.txt"), join(root, "dangling.txt"));
    file("image.bin", Buffer.from([1, 0, 2]));
    await expect(text(tool, { path: "../a.txt", content: "" })).rejects.toThrow("lies outside");
    await expect(text(tool, { path: "dangling.txt", content: "" })).rejects.toThrow("leads nowhere");
    await expect(text(tool, { path: "image.bin", content: "" })).rejects.toThrow(
      '"image.bin" is a binary file of 3 bytes. write_file replaces text files in UTF-8 only.',
    );
    expect(approval.asked).toEqual([]);
    expect(existsSync(join(base, "new.txt"))).toBe(false);
  });

  it("looks again where the path leads after the question", async () => {
    const tool = asked(writeFile(workspace), {
      ask: async () => {
        symlinkSync(base, join(root, "folder"));
        return { allowed: true };
      },
    });
    await expect(text(tool, { path: "folder/a.txt", content: "x" })).rejects.toThrow("lies outside");
    expect(existsSync(join(base, "a.txt"))).toBe(false);
  });

  it("does nothing without approval, and tells the model so", async () => {
    const deny: Approval = { ask: async () => ({ allowed: false, reason: "Not today." }) };
    const result = await text(asked(writeFile(workspace), deny), { path: "a.txt", content: "x" });
    expect(result).toMatchObject({ isError: true, content: [{ text: "Not today." }] });
    expect(existsSync(join(root, "a.txt"))).toBe(false);
  });
});

describe("a question", () => {
  it("is not asked about a text that would be carried out as another one", async () => {
    const approval = asking();
    const tool = asked(
      {
        name: "send",
        description: "",
        parameters: { type: "object" },
        approval: () => ({ summary: "send", details: "a\ud800" }),
        execute: () => "sent",
      },
      approval,
    );
    expect(await text(tool, {})).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining("half of a surrogate pair") }],
    });
    expect(approval.asked).toEqual([]);
  });
});
