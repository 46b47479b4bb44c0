import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { createHost, isHostError } from "@waygate/host";
import openaiCompatible from "@waygate/openai-compatible";
import { describe, expect, it } from "vitest";
import { World } from "./world.ts";

const plugins = [openaiCompatible];

async function failure(work: Promise<unknown>): Promise<{ readonly code: string; readonly message: string }> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isHostError(error)) throw new Error(`Expected a HostError, not ${String(error)}`);
  return error;
}

describe("a settings file", () => {
  it.each([
    ["comments and trailing commas", '// mine\n{ "proxy": "none", /* x */ }\n'],
    ["a byte order mark", '\ufeff{ "proxy": "none" }'],
    ["CRLF", '{\r\n  // x\r\n  "proxy": "none",\r\n}\r\n'],
  ])("may have %s", async (_name, text) => {
    await using world = await World.make();
    const host = await world.host(text);
    expect(host.settings.get("proxy")).toBe("none");
    expect(host.notices()).toEqual([]);
    await host.settings.set("proxy", "http://127.0.0.1:9");
    expect(await readFile(world.path("settings.json"), "utf8")).toBe(text.replace('"none"', '"http://127.0.0.1:9"'));
  });

  it("need not be there, and is made with the first edit, for its owner alone", async () => {
    await using world = await World.make();
    const file = world.path("deep", "down", "settings.json");
    const host = await world.host(undefined, { settingsFile: file });
    expect(host.settings.exists).toBe(false);
    await host.settings.set("agent.default_model", { provider: "p", model: "m" });
    expect(host.settings.exists).toBe(true);
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual({
      agent: { default_model: { provider: "p", model: "m" } },
    });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(world.path("deep"))).mode & 0o777).toBe(0o700);
  });

  it.each([
    ['{\n  "agent": {\n    "default_model": \n  }\n}', "4:3", "a value was expected"],
    ['{ "a": 1 "b": 2 }', "1:10", 'a "," was expected'],
    ["[]", "1:1", "must be an object"],
    ['{\r\n\t"a": tru }', "2:7", "true, false, null"],
    ["[".repeat(100_000), "1:1", "nested too deeply"],
  ])("that is wrong is refused with its place: %#", async (text, place, words) => {
    await using world = await World.make();
    const file = await world.write("settings.json", text);
    const error = await failure(world.host());
    expect(error.code).toBe("settings-syntax");
    expect(error.message).toContain(`${file}:${place}: `);
    expect(error.message).toContain(words);
    const host = await world.host(undefined, { tolerant: true });
    expect(host.notices()).toMatchObject([{ severity: "error", code: "settings-syntax" }]);
    expect((await failure(host.settings.set("proxy", "none"))).code).toBe("settings-syntax");
    expect(await readFile(file, "utf8")).toBe(text);
  });

  it.each([
    ["in UTF-16", Buffer.from('\ufeff{ "proxy": "none" }', "utf16le"), "UTF-16"],
    ["in Latin-1", Buffer.from('{ "proxy": "ü" }', "latin1"), "UTF-8"],
  ])("%s is refused", async (_name, bytes, words) => {
    await using world = await World.make();
    await writeFile(world.path("settings.json"), bytes);
    const error = await failure(world.host());
    expect(error.code).toBe("settings-unreadable");
    expect(error.message).toContain(words);
  });

  it("that is longer than any settings are is refused before it is read", async () => {
    await using world = await World.make();
    await truncate(await world.write("settings.json", "{}"), 65 * 1024 * 1024);
    expect((await failure(world.host())).message).toContain("is larger than 64 MB");
  });

  it("that is a folder, or may not be read, is refused in words", async () => {
    await using world = await World.make();
    await mkdir(world.path("settings.json"));
    expect((await failure(world.host())).message).toContain("is a folder");
    const file = await world.write("other.json", "{}");
    await chmod(file, 0o000);
    const error = await asNobody(world.folder, () => failure(world.host(undefined, { settingsFile: file })));
    expect(error.code).toBe("settings-unreadable");
    expect(error.message).toContain("no permission");
  });

  it("that is protected is not replaced", async () => {
    await using world = await World.make();
    const host = await world.host({});
    await chmod(world.path("settings.json"), 0o444);
    const error = await asNobody(world.folder, () => failure(host.settings.set("proxy", "none")));
    expect(error.code).toBe("settings-unwritable");
    expect(error.message).toContain("no permission");
    expect(await readFile(world.path("settings.json"), "utf8")).toBe("{}");
  });

  it("of 10 MB is read and edited", { timeout: 30_000 }, async () => {
    await using world = await World.make();
    const models = Array.from({ length: 90_000 }, (_, index) => ({
      name: `vendor/model-${index}`,
      display_name: `Model number ${index} of a very long list`,
      max_tokens: 128_000,
    }));
    const service = { api_url: "http://127.0.0.1:9/v1", available_models: models };
    const text = JSON.stringify({ language_models: { openai_compatible: { long: service } } }, null, 1);
    expect(text.length).toBeGreaterThan(10 * 1024 * 1024);
    const host = await world.host(text, { plugins });
    expect(host.notices()).toEqual([]);
    const path = "language_models.openai_compatible.long.available_models[89999].max_tokens";
    expect(host.settings.place(path)?.line).toBe(text.slice(0, text.lastIndexOf("max_tokens")).split("\n").length);
    await host.settings.set(path, 64_000);
    const end = text.lastIndexOf("128000");
    expect(await readFile(world.path("settings.json"), "utf8")).toBe(
      `${text.slice(0, end)}64000${text.slice(end + 6)}`,
    );
  });

  it("that is a symbolic link stays one: what it leads to is written, its mode kept", async () => {
    await using world = await World.make();
    await world.write("dotfiles/real.json", "{\n  // linked\n}\n");
    await chmod(world.path("dotfiles/real.json"), 0o640);
    await symlink(join("dotfiles", "real.json"), world.path("link.json"));
    await symlink("link.json", world.path("settings.json"));
    const host = await world.host();
    await host.settings.set("proxy", "none");
    expect((await lstat(world.path("settings.json"))).isSymbolicLink()).toBe(true);
    expect((await lstat(world.path("link.json"))).isSymbolicLink()).toBe(true);
    expect(await readFile(world.path("dotfiles/real.json"), "utf8")).toBe('{\n  // linked\n  "proxy": "none"\n}\n');
    expect((await stat(world.path("dotfiles/real.json"))).mode & 0o777).toBe(0o640);
    expect(await readdir(world.path("dotfiles"))).toEqual(["real.json"]);
  });

  it("that is a link to nothing yet is made where the link leads", async () => {
    await using world = await World.make();
    await symlink(world.path("there.json"), world.path("settings.json"));
    const host = await world.host();
    await host.settings.set("proxy", "none");
    expect(JSON.parse(await readFile(world.path("there.json"), "utf8"))).toEqual({ proxy: "none" });
    await symlink("loop.json", world.path("loop.json"));
    const error = await failure(world.host(undefined, { settingsFile: world.path("loop.json") }));
    expect(error.message).toContain("leads back to itself");
  });

  it("says where keys stand twice, and takes the last", async () => {
    await using world = await World.make();
    const host = await world.host('{\n  "proxy": "http://127.0.0.1:1",\n  "proxy": "none"\n}');
    expect(host.settings.get("proxy")).toBe("none");
    expect(host.settings.place("proxy")).toMatchObject({ line: 3, column: 12 });
    expect(host.notices()).toMatchObject([{ code: "duplicate-key", place: { line: 2, column: 3 } }]);
  });

  it("is edited all or nothing", async () => {
    await using world = await World.make();
    const host = await world.host('{ "agent": "no object" }');
    const changes = [
      { path: "proxy", value: "none" },
      { path: "agent.default_model", value: { provider: "p", model: "m" } },
    ];
    expect((await failure(host.settings.update(changes))).code).toBe("settings-path");
    expect(host.settings.get("proxy")).toBeUndefined();
    await host.settings.update([{ path: "agent", value: undefined }, ...changes]);
    expect(host.settings.value).toEqual({ proxy: "none", agent: { default_model: { provider: "p", model: "m" } } });
    await expect(host.settings.set("proxy", undefined)).rejects.toBeInstanceOf(TypeError);
    expect((await failure(host.settings.remove("a b"))).code).toBe("settings-path");
  });

  it("is not there at all for a program that wants none", async () => {
    await using world = await World.make();
    const host = await world.host(undefined, { settingsFile: false, defaults: { proxy: "none" } });
    expect(host.settings.get("proxy")).toBe("none");
    expect((await failure(host.settings.set("proxy", "x"))).code).toBe("settings-unwritable");
  });
});

describe("writers at the same time", () => {
  it("lose nothing: within a program", async () => {
    await using world = await World.make();
    await world.write("settings.json", "{\n  // kept\n}\n");
    const hosts = await Promise.all([world.host(), world.host(), world.host()]);
    await Promise.all(
      Array.from({ length: 60 }, (_, index) => hosts[index % 3]?.settings.set(["agent", `key${index}`], index)),
    );
    const text = await readFile(world.path("settings.json"), "utf8");
    expect(text).toContain("// kept");
    for (let index = 0; index < 60; index++) expect(text).toContain(`"key${index}": ${index}`);
  });

  it("lose nothing: several programs", { timeout: 60_000 }, async () => {
    await using world = await World.make();
    const file = await world.write("settings.json", "{}");
    const script = `
      import { createHost } from "@waygate/host";
      const [file, name] = process.argv.slice(1);
      const host = await createHost({ settingsFile: file, watch: false, discover: false, cacheFolder: false, store: "memory" });
      for (let i = 0; i < 15; i++) await host.settings.set(["agent", name + i], i);
      await host.close();`;
    const programs = ["a", "b", "c", "d"].map(
      (name) =>
        new Promise<void>((resolve, reject) => {
          const flags = ["--conditions=waygate-source", "--input-type=module", "--eval", script, file, name];
          const child = spawn(process.execPath, flags, {
            cwd: import.meta.dirname,
            stdio: ["ignore", "inherit", "inherit"],
          });
          child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`exit code ${code}`))));
        }),
    );
    await Promise.all(programs);
    const host = await createHost({ settingsFile: file, watch: false, discover: false, store: "memory" });
    expect(Object.keys(host.settings.get("agent") as object)).toHaveLength(60);
    await host.close();
    expect(await readdir(world.folder)).toEqual(["settings.json"]);
  });

  it("wait for no lock of a program that has died, here or on another machine", async () => {
    await using world = await World.make();
    const host = await world.host({});
    await world.write("settings.json.lock", `${hostname()} 999999999 dead`);
    await host.settings.set("proxy", "none");
    expect(await readdir(world.folder)).toEqual(["settings.json"]);
    const lock = await world.write("settings.json.lock", "another-machine 1 forgotten");
    await utimes(lock, new Date(), new Date(Date.now() - 60_000));
    await host.settings.remove("proxy");
    expect(await readdir(world.folder)).toEqual(["settings.json"]);
    expect(host.settings.value).toEqual({});
  });

  it("leave it whole for whoever reads it meanwhile", { timeout: 30_000 }, async () => {
    await using world = await World.make();
    const filler = Array.from({ length: 5000 }, (_, index) => `entry ${index} ${"x".repeat(80)}`);
    const host = await world.host({ agent: {}, filler });
    const code = `
      const { readFileSync } = require("node:fs");
      const { workerData: { file, stop }, parentPort } = require("node:worker_threads");
      let reads = 0;
      while (Atomics.load(stop, 0) === 0) {
        const text = readFileSync(file, "utf8");
        JSON.parse(text);
        if (++reads === 1) parentPort.postMessage("reading");
      }
      parentPort.postMessage(reads);`;
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const reader = new Worker(code, { eval: true, workerData: { file: world.path("settings.json"), stop } });
    await once(reader, "message");
    for (let index = 0; index < 20; index++) await host.settings.set("agent.index", index);
    Atomics.store(stop, 0, 1);
    // It fails where it meets half a file.
    const [reads] = await once(reader, "message");
    expect(reads).toBeGreaterThan(5);
  });

  it("that come between reading and writing are seen", async () => {
    await using world = await World.make();
    const host = await world.host({ first: 1 });
    const { editSettingsFile } = await import("../src/settings/settings-file.ts");
    const { writeFileSync } = await import("node:fs");
    let times = 0;
    await editSettingsFile(world.path("settings.json"), "user", (text) => {
      // An editor saves at the worst moment.
      if (times++ === 0) writeFileSync(world.path("settings.json"), '{ "second": 2 }');
      return text.replace("}", ', "third": 3 }');
    });
    await host.settings.reload();
    expect(host.settings.value).toEqual({ second: 2, third: 3 });
  });
});

/** Does something without the rights of root, whom no mode keeps out. */
async function asNobody<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  if (process.getuid?.() !== 0) return work();
  await chmod(folder, 0o777);
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}
