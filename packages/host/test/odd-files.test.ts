import { execFileSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { isHostError } from "@waygate/host";
import openaiCompatible from "@waygate/openai-compatible";
import { describe, expect, it } from "vitest";
import { eventually, World } from "./world.ts";

/** Puts something into the place of a file. */
type Put = (file: string) => Promise<{ close(): void } | undefined>;

const link = (target: string): Put => {
  return async (file) => {
    symlinkSync(target, file);
    return undefined;
  };
};

const odd: readonly (readonly [name: string, put: Put, words: string])[] = [
  ["a link to /dev/zero", link("/dev/zero"), "is a device, not a regular file"],
  ["a named pipe", async (file) => void execFileSync("mkfifo", [file]), "is a named pipe, not a regular file"],
  ["a folder", async (file) => void mkdirSync(file), "is a folder"],
  [
    "a socket",
    async (file) => {
      // Its path is longer than sockets may have, so it is made elsewhere.
      const folder = mkdtempSync("/tmp/waygate-");
      const server = createServer().listen(`${folder}/s`);
      await once(server, "listening");
      symlinkSync(`${folder}/s`, file);
      server.once("close", () => rmSync(folder, { recursive: true }));
      return server;
    },
    "is a socket, not a regular file",
  ],
  [
    "a sparse file of a terabyte",
    async (file) => {
      writeFileSync(file, "{}");
      truncateSync(file, 1024 ** 4);
      chmodSync(file, 0o600);
      return undefined;
    },
    "is larger than",
  ],
];

async function put(file: string, what: Put): Promise<AsyncDisposable> {
  mkdirSync(dirname(file), { recursive: true });
  rmSync(file, { recursive: true, force: true });
  const made = await what(file);
  return { [Symbol.asyncDispose]: async () => made?.close() };
}

async function failure(work: Promise<unknown>) {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isHostError(error)) throw new Error(`Expected a HostError, not ${String(error)}`);
  return error;
}

describe.each(odd)("%s", (_name, what, words) => {
  it("in place of the user's settings is refused with its name, read and written", async () => {
    await using world = await World.make();
    const file = world.path("settings.json");
    await using _there = await put(file, what);
    const { code, message } = await failure(world.host());
    expect([code, message]).toEqual(["settings-unreadable", expect.stringContaining(words)]);
    expect(message).toContain(file);
    const host = await world.host(undefined, { tolerant: true });
    const edit = await failure(host.settings.set("proxy", "none"));
    expect(edit.message).toContain(words);
    expect(edit.message).toContain(file);
  });

  it("in place of a project's settings is told, and the user's settings hold", async () => {
    await using world = await World.make();
    const file = world.path("project/.waygate/settings.json");
    await using _there = await put(file, what);
    const host = await world.host({ proxy: "none" }, { projectFolder: world.path("project"), watch: true });
    expect(host.notices()).toMatchObject([
      { severity: "error", code: "settings-unreadable", message: expect.stringContaining(words), place: { file } },
    ]);
    expect(host.settings.get("proxy")).toBe("none");
    // It is watched as any other: what replaces it is read.
    rmSync(file, { recursive: true });
    await world.write("project/.waygate/settings.json", "{}");
    await eventually(() => expect(host.notices()).toEqual([]));
  });

  it("in place of the file of keys is refused with its name", async () => {
    await using world = await World.make();
    const keyFile = world.path("keys.json");
    await using _there = await put(keyFile, what);
    const service = { api_url: "http://127.0.0.1:9/v1" };
    const host = await world.host(
      { language_models: { openai_compatible: { local: service } } },
      { plugins: [openaiCompatible], store: "file", keyFile },
    );
    const { code, message } = await failure(host.credentials.set("local", "sk-mine"));
    expect(code).toBe("key-file");
    // A device or a pipe of others is refused for that, too.
    expect(message).toContain(words);
    expect(message).toContain(keyFile);
  });

  it("in place of certificates refuses the gateways that would trust them", async () => {
    await using world = await World.make();
    const file = world.path("ca.pem");
    await using _there = await put(file, what);
    const service = { api_url: "https://127.0.0.1:9/v1", ca_file: file };
    const host = await world.host(
      { language_models: { openai_compatible: { local: service } } },
      { plugins: [openaiCompatible] },
    );
    expect(host.notices()).toMatchObject([{ code: "gateway-refused", message: expect.stringContaining(words) }]);
    expect(host.notices()[0]?.message).toContain(file);
  });

  it("in place of a plugin's package.json, or of its code, refuses that plugin", async () => {
    await using world = await World.make();
    const manifest = { id: "odd", name: "Odd", settingsKey: "odd", contract: 1 };
    await world.write("code/package.json", { name: "waygate-plugin-odd", type: "module", waygate: manifest });
    await using _described = await put(world.path("described/package.json"), what);
    const host = await world.host({ plugins: ["./described", "./code"] });
    expect(host.notices()).toMatchObject([
      { code: "plugin-refused", message: expect.stringContaining(`The package.json of "./described" ${words}`) },
    ]);
    if (words === "is larger than") return;
    await using _code = await put(world.path("code/index.js"), what);
    await expect(host.gateway("odd")).rejects.toThrow(words);
  });

  it("in place of a list of models, or of the last error, counts as none", async () => {
    await using world = await World.make();
    const settings = { language_models: { openai_compatible: { local: { api_url: "http://127.0.0.1:9/v1" } } } };
    const options = { plugins: [openaiCompatible] };
    const before = await world.host(settings, options);
    await before.models.list();
    const { cacheFile, errorFile } = await cacheFiles(world);
    await using _list = await put(cacheFile, what);
    await using _error = await put(errorFile, what);
    const host = await world.host(settings, options);
    expect(await host.models.list()).toMatchObject([{ models: [], error: { code: "connection" } }]);
    expect(await host.diagnose()).toMatchObject([{ lastError: undefined }]);
  });
});

/** Where the list and the last error of the gateway `local` are kept. */
async function cacheFiles(world: World) {
  const { DiskCache, fingerprint } = await import("../src/models/disk-cache.ts");
  const address = "http://127.0.0.1:9/v1";
  const cache = new DiskCache(world.path("cache"));
  await cache.write("local", address, { models: [], fetchedAt: 1, settings: "" });
  const { readdirSync } = await import("node:fs");
  const [name = ""] = readdirSync(world.path("cache/models"));
  const cacheFile = world.path("cache/models", name);
  expect(existsSync(cacheFile)).toBe(true);
  expect(readFileSync(cacheFile, "utf8")).toContain("local");
  return { cacheFile, errorFile: world.path("cache/errors", `${fingerprint("local")}.json`) };
}
