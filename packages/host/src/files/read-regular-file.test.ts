import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { UnreadableFile } from "./file-error.ts";
import { readRegularFile, readRegularFileSync } from "./read-regular-file.ts";

const folder = mkdtempSync(join(tmpdir(), "waygate-files-"));
afterAll(() => rmSync(folder, { recursive: true }));

const path = (name: string) => join(folder, name);
const ways = [
  ["readRegularFile", readRegularFile],
  ["readRegularFileSync", async (file: string, limit: number) => readRegularFileSync(file, limit)],
] as const;

describe.each(ways)("%s", (_name, read) => {
  it("reads up to the limit and not a byte more", async () => {
    const file = path("plain");
    writeFileSync(file, "12345678");
    expect((await read(file, 8))?.bytes.toString()).toBe("12345678");
    await expect(read(file, 7)).rejects.toThrow("is larger than 7 bytes");
    writeFileSync(file, "");
    expect((await read(file, 0))?.bytes).toHaveLength(0);
    expect(await read(path("missing"), 8)).toBeUndefined();
    expect(await read(join(file, "below-a-file"), 8)).toBeUndefined();
  });

  it("reads a long file in pieces, through links", async () => {
    const content = Buffer.alloc(3 * 1024 * 1024, "0123456789abcdef");
    writeFileSync(path("long"), content);
    symlinkSync("long", path(`link-${_name}`));
    expect((await read(path(`link-${_name}`), content.length))?.bytes.equals(content)).toBe(true);
  });

  it.skipIf(process.platform !== "linux")(
    "stops at the limit in a file that has more than the system says (needs /proc)",
    async () => {
      // As a file that grows while it is read: its size is 0.
      await expect(read("/proc/self/maps", 100)).rejects.toThrow("is larger than 100 bytes");
      expect((await read("/proc/self/maps", 64 * 1024 * 1024))?.bytes.length).toBeGreaterThan(100);
    },
  );

  it("refuses a sparse file before it takes memory for it", async () => {
    writeFileSync(path("sparse"), "{}");
    truncateSync(path("sparse"), 1024 ** 4);
    await expect(read(path("sparse"), 2 * 1024 * 1024)).rejects.toThrow("is larger than 2 MB");
  });

  it("refuses a folder, a named pipe, a socket, a device, and links to them, without waiting", async () => {
    const pipe = path(`pipe-${_name}`);
    execFileSync("mkfifo", [pipe]);
    const socket = path(`socket-${_name}`);
    const server = createServer().listen(socket);
    await once(server, "listening");
    const links = { "/dev/zero": "a device", [pipe]: "a named pipe", [socket]: "a socket" };
    try {
      await expect(read(folder, 100)).rejects.toThrow("is a folder");
      for (const [target, words] of Object.entries(links)) {
        const link = path(`odd-${_name}-${words}`);
        symlinkSync(target, link);
        for (const file of [target, link]) {
          const error: unknown = await read(file, 100).catch((reason: unknown) => reason);
          expect(error).toBeInstanceOf(UnreadableFile);
          expect(String(error)).toContain(`is ${words}, not a regular file`);
        }
      }
      const loop = path(`loop-${_name}`);
      symlinkSync(loop, loop);
      await expect(read(loop, 100)).rejects.toThrow("leads back to itself");
    } finally {
      server.close();
    }
  });

  it("refuses a pipe with a writer, too, which would be read for ever", async () => {
    const pipe = path(`busy-${_name}`);
    execFileSync("mkfifo", [pipe]);
    const writer = spawn("sh", ["-c", `exec yes > "${pipe}"`], { stdio: "ignore" });
    const reader = spawn("sh", ["-c", `exec sleep 60 < "${pipe}"`], { stdio: "ignore" });
    try {
      await expect(read(pipe, 100)).rejects.toThrow("is a named pipe");
    } finally {
      writer.kill("SIGKILL");
      reader.kill("SIGKILL");
    }
  });
});
