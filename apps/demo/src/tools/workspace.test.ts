import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Workspace } from "./workspace.ts";

let outside: string;
let root: string;
let workspace: Workspace;

beforeEach(() => {
  outside = realpathSync(mkdtempSync(join(tmpdir(), "waygate-")));
  root = join(outside, "project");
  mkdirSync(join(root, "src"), { recursive: true });
  writeFileSync(join(root, "src", "a.txt"), "a");
  writeFileSync(join(outside, "secret.txt"), "secret");
  workspace = new Workspace(root);
});

afterEach(() => rmSync(outside, { recursive: true }));

describe("a workspace", () => {
  it("finds what is inside, whatever way it is named", async () => {
    expect(await workspace.resolve(".")).toBe(root);
    expect(await workspace.resolve("")).toBe(root);
    expect(await workspace.resolve("src/a.txt")).toBe(join(root, "src", "a.txt"));
    expect(await workspace.resolve("src/../src/a.txt")).toBe(join(root, "src", "a.txt"));
    expect(await workspace.resolve(join(root, "src"))).toBe(join(root, "src"));
    expect(await workspace.resolve("..hidden")).toBe(join(root, "..hidden"));
  });

  it("takes what does not exist yet", async () => {
    expect(await workspace.resolve("new/deep/file.txt")).toBe(join(root, "new/deep/file.txt"));
  });

  it.each(["..", "../secret.txt", "src/../../secret.txt", "/etc/passwd", "../project-2/x", "../new.txt"])(
    "refuses %s",
    async (path) => {
      await expect(workspace.resolve(path)).rejects.toThrow(/lies outside of the folder .*project/);
    },
  );

  it("refuses what symbolic links lead out to", async () => {
    symlinkSync(outside, join(root, "out"));
    symlinkSync(join(outside, "secret.txt"), join(root, "note.txt"));
    await expect(workspace.resolve("out/secret.txt")).rejects.toThrow("lies outside");
    await expect(workspace.resolve("out/new/file.txt")).rejects.toThrow("lies outside");
    await expect(workspace.resolve("note.txt")).rejects.toThrow("lies outside");
  });

  it("refuses a link that leads nowhere, through which a file would be made outside", async () => {
    symlinkSync(join(outside, "new.txt"), join(root, "dangling.txt"));
    await expect(workspace.resolve("dangling.txt")).rejects.toThrow("leads nowhere");
    symlinkSync("loop", join(root, "loop"));
    await expect(workspace.resolve("loop/file")).rejects.toThrow("leads nowhere");
  });

  it("follows links that stay inside", async () => {
    symlinkSync("src", join(root, "link"));
    expect(await workspace.resolve("link/a.txt")).toBe(join(root, "src", "a.txt"));
  });

  it("may itself be reached through a link", async () => {
    symlinkSync(root, join(outside, "alias"));
    const aliased = new Workspace(join(outside, "alias"));
    expect(aliased.root).toBe(root);
    expect(await aliased.resolve(join(outside, "alias", "src"))).toBe(join(root, "src"));
  });

  it("names paths from the folder on", () => {
    expect(workspace.nameOf(root)).toBe(".");
    expect(workspace.nameOf(join(root, "src", "a.txt"))).toBe("src/a.txt");
  });

  it("is a folder", () => {
    expect(() => new Workspace(join(root, "src", "a.txt"))).toThrow("is not a folder");
    expect(() => new Workspace(join(root, "nowhere"))).toThrow();
  });

  it("refuses a NUL character", async () => {
    await expect(workspace.resolve("a\0b")).rejects.toThrow("NUL");
  });
});
