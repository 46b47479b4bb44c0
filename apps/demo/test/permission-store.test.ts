import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PermissionStore } from "../src/permissions/permission-store.ts";

let base: string;
let file: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "waygate-permissions-"));
  file = join(base, "data", "permissions.json");
});

afterEach(() => rmSync(base, { recursive: true }));

const status = { folder: "/a", tool: "run_command", kind: "prefix", value: "git status" } as const;
const build = { folder: "/b", tool: "run_command", kind: "command", value: "make && ls\n" } as const;

describe("permission rules", () => {
  it("are kept by folder, in a file for this user alone", async () => {
    const store = new PermissionStore(file);
    expect(await store.list()).toEqual([]);
    const first = await store.add(status);
    await store.add(build);
    expect(await new PermissionStore(file).list("/a")).toEqual([{ ...status, id: 1, created: first.created }]);
    expect(await store.list()).toHaveLength(2);
    expect(Date.parse(first.created)).toBeGreaterThan(0);
    if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("are stored once, and their ids are never used again", async () => {
    const store = new PermissionStore(file);
    const rule = await store.add(status);
    expect(await store.add(status)).toEqual(rule);
    expect(await store.remove(({ id }) => id === rule.id)).toEqual([rule]);
    expect(await store.remove(({ id }) => id === rule.id)).toEqual([]);
    expect((await store.add(status)).id).toBe(2);
  });

  it("lose nothing to processes that write at the same time", async () => {
    const stores = Array.from({ length: 10 }, () => new PermissionStore(file));
    await Promise.all(stores.map((store, index) => store.add({ ...status, value: `git ${index}` })));
    const rules = await new PermissionStore(file).list();
    expect(rules.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it.skipIf(process.platform === "win32")(
    "are not taken from a file that other users can write (needs file modes)",
    async () => {
      const store = new PermissionStore(file);
      await store.add(status);
      chmodSync(file, 0o622);
      await expect(store.list()).rejects.toMatchObject({
        code: "data-file",
        message: expect.stringContaining("622"),
      });
      await expect(store.add(build)).rejects.toMatchObject({ code: "data-file" });
    },
  );

  it.each([["not JSON"], ["[]"], ['{"version": 2, "rules": []}'], [Buffer.from([0xff, 0xfe, 0])]])(
    "are not taken from a file that holds something else: %j",
    async (content) => {
      const store = new PermissionStore(file);
      await store.add(status);
      writeFileSync(file, content);
      await expect(store.list()).rejects.toMatchObject({ code: "data-file" });
      await expect(store.add(build)).rejects.toMatchObject({ code: "data-file" });
      expect(readFileSync(file)).toEqual(Buffer.from(content));
    },
  );

  it("leave out what is no rule", async () => {
    const store = new PermissionStore(file);
    await store.add(status);
    const content = JSON.parse(readFileSync(file, "utf8"));
    content.rules.push({ ...content.rules[0], id: 7, kind: "everything" }, { id: 8 }, null);
    writeFileSync(file, JSON.stringify(content));
    expect(await store.list()).toHaveLength(1);
  });
});
