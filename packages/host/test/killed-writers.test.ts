import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { JsonFile } from "@waygate/host";
import openaiCompatible from "@waygate/openai-compatible";
import { describe, expect, it } from "vitest";
import { formatMark, ownMark } from "../src/files/process-mark.ts";
import { eventually, World } from "./world.ts";

const long = { timeout: 60_000 };

/** Runs a script in a process of its own. It has `createHost`, `JsonFile` and its arguments as `args`. */
function start(script: string, ...args: readonly string[]): ChildProcess {
  const code = `
    import { createHost, JsonFile } from "@waygate/host";
    const args = process.argv.slice(1);
    ${script}`;
  const flags = ["--conditions=waygate-source", "--input-type=module", "--eval", code, ...args];
  return spawn(process.execPath, flags, { cwd: import.meta.dirname, stdio: ["ignore", "pipe", "inherit"] });
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

const hasProc = process.platform === "linux";
const isTemporary = (name: string) => /\.(tmp|new)$/.test(name);
const temporaries = (folder: string) => (existsSync(folder) ? readdirSync(folder).filter(isTemporary) : []);

/** Kills writers until one has left a temporary file in a folder. */
async function leaveTemporary(folder: string, script: string, ...args: readonly string[]): Promise<void> {
  for (let attempt = 0; attempt < 30 && temporaries(folder).length === 0; attempt++) {
    const writer = start(script, ...args);
    await once(writer.stdout ?? writer, "data");
    const deadline = Date.now() + 2000;
    while (temporaries(folder).length === 0 && Date.now() < deadline) await new Promise(setImmediate);
    await kill(writer);
  }
  expect(temporaries(folder)).not.toEqual([]);
}

const options = '{ settingsFile: args[0], watch: false, discover: false, cacheFolder: false, store: "memory" }';
const writeSettings = `
  const host = await createHost(${options});
  console.log("ready");
  for (let index = 0; ; index++) await host.settings.set("agent.index", index);`;

describe("a writer that is killed", () => {
  it("leaves nothing of the settings beyond the next write", long, async () => {
    await using world = await World.make();
    const filler = Array.from({ length: 20_000 }, (_, index) => `entry ${index} ${"x".repeat(40)}`);
    const file = await world.write("settings.json", { agent: {}, filler });
    for (let round = 0; round < 3; round++) {
      await leaveTemporary(world.folder, writeSettings, file);
      const host = await world.host();
      await host.settings.set("proxy", `http://127.0.0.1:${round + 1}`);
      expect(readdirSync(world.folder)).toEqual(["settings.json"]);
      expect(host.settings.get("filler")).toHaveLength(filler.length);
    }
  });

  it("leaves no copy of keys beyond the next write, nor beyond `remove`", long, async () => {
    await using world = await World.make();
    const keyFile = world.path("keys", "keys.json");
    const keys = Array.from({ length: 5000 }, (_, index) => {
      return { gateway: `g${index}`, credential: "api_key", address: "", value: `sk-${"x".repeat(200)}` };
    });
    await world.write("keys/keys.json", { version: 1, keys });
    const { chmodSync } = await import("node:fs");
    chmodSync(keyFile, 0o600);
    const writer = `
      const { fileStore } = await import("@waygate/host");
      const store = fileStore(args[0]);
      console.log("ready");
      for (let index = 0; ; index++) await store.set({ gateway: "w", credential: "c", address: "" }, "sk-" + index);`;
    const services = { language_models: { openai_compatible: { local: { api_url: "http://127.0.0.1:9/v1" } } } };
    const host = await world.host(services, { plugins: [openaiCompatible], store: "file", keyFile });

    await leaveTemporary(world.path("keys"), writer, keyFile);
    await host.credentials.set("local", "sk-mine");
    expect(readdirSync(world.path("keys"))).toEqual(["keys.json"]);

    await leaveTemporary(world.path("keys"), writer, keyFile);
    expect(await host.credentials.remove("local")).toBe(true);
    expect(readdirSync(world.path("keys"))).toEqual(["keys.json"]);

    // Even if there is nothing to remove.
    await leaveTemporary(world.path("keys"), writer, keyFile);
    expect(await host.credentials.remove("local")).toBe(false);
    expect(readdirSync(world.path("keys"))).toEqual(["keys.json"]);
  });

  it("leaves nothing of model lists beyond the next list, or error", long, async () => {
    await using world = await World.make();
    const writer = `
      const { DiskCache } = await import("../src/models/disk-cache.ts");
      const cache = new DiskCache(args[0]);
      const models = Array.from({ length: 20000 }, (_, index) => ({ id: "m" + index, name: "m", capabilities: {}, origin: {} }));
      console.log("ready");
      for (let index = 0; ; index++) await cache.write("other", undefined, { models, fetchedAt: index, settings: "" });`;
    await leaveTemporary(world.path("cache/models"), writer, world.path("cache"));
    const { DiskCache } = await import("../src/models/disk-cache.ts");
    const cache = new DiskCache(world.path("cache"));
    await cache.write("mine", undefined, { models: [], fetchedAt: 1, settings: "" });
    expect(temporaries(world.path("cache/models"))).toEqual([]);
    await leaveTemporary(world.path("cache/models"), writer, world.path("cache"));
    await cache.clear();
    expect(readdirSync(world.path("cache/models"))).toEqual([]);
  });

  it("loses nothing of what others have written, however many are killed", long, async () => {
    await using world = await World.make();
    const file = world.path("count.json");
    const writer = `
      const file = new JsonFile(args[0]);
      for (;;) {
        await file.update((value) => ({ count: (value?.count ?? 0) + 1 }));
        process.stdout.write(".");
      }`;
    let told = 0;
    let killed = 0;
    const startOne = () => {
      const child = start(writer, file);
      child.stdout?.on("data", (dots: Buffer) => {
        told += dots.length;
      });
      return child;
    };
    const writers = [startOne(), startOne(), startOne()];
    for (let round = 0; round < 8; round++) {
      const before = told;
      await eventually(() => expect(told).toBeGreaterThan(before + 10), 20_000);
      const [oldest] = writers.splice(0, 1);
      if (oldest !== undefined) await kill(oldest);
      killed++;
      writers.push(startOne());
    }
    await Promise.all(writers.map(kill));
    killed += writers.length;
    await new JsonFile(file).update((value) => value);
    const { count } = (await new JsonFile(file).read()) as { readonly count: number };
    // Each of the killed may have written once more than it could tell.
    expect(count).toBeGreaterThanOrEqual(told);
    expect(count).toBeLessThanOrEqual(told + killed);
    expect(readdirSync(world.folder)).toEqual(["count.json"]);
  });
});

describe("a lock", () => {
  it.skipIf(!hasProc)(
    "is never taken from a process that is stopped, whatever its age (needs /proc)",
    long,
    async () => {
      await using world = await World.make();
      const file = world.path("data.json");
      const holder = start(
        `const file = new JsonFile(args[0]);
       for (;;) await file.update((value) => ({ ...value, holder: (value?.holder ?? 0) + 1, filler: "x".repeat(1e6) }));`,
        file,
      );
      try {
        const lock = `${file}.lock`;
        const isHeld = () => existsSync(lock) && readFileSync(lock, "utf8").includes(` ${holder.pid} `);
        await eventually(async () => {
          holder.kill("SIGCONT");
          await eventually(() => expect(isHeld()).toBe(true));
          holder.kill("SIGSTOP");
          await eventually(() => expect(readFileSync(`/proc/${holder.pid}/stat`, "utf8")).toMatch(/\) T /));
          expect(isHeld()).toBe(true);
        }, 20_000);
        utimesSync(lock, new Date(), new Date(Date.now() - 24 * 60 * 60 * 1000));
        const token = readFileSync(lock, "utf8");
        let written = false;
        const mine = new JsonFile(file)
          .update((value) => ({ ...(value as object), mine: true }))
          .then(() => {
            written = true;
          });
        await new Promise((resolve) => setTimeout(resolve, 1500));
        expect(written).toBe(false);
        expect(readFileSync(lock, "utf8")).toBe(token);
        holder.kill("SIGCONT");
        await mine;
        expect(await new JsonFile(file).read()).toMatchObject({ mine: true, holder: expect.any(Number) });
      } finally {
        await kill(holder);
      }
    },
  );

  const takes = async (world: World, content: string, age = 0): Promise<boolean> => {
    const file = world.path("data.json");
    const lock = await world.write("data.json.lock", content);
    utimesSync(lock, new Date(), new Date(Date.now() - age));
    let taken = false;
    const update = new JsonFile(file)
      .update(() => ({}))
      .then(() => {
        taken = true;
      });
    for (let waited = 0; waited < 600 && !taken; waited += 20) await new Promise((resolve) => setTimeout(resolve, 20));
    const result = taken;
    if (!taken) writeFileSync(lock, `${hostname()} 999999999 dead`);
    await update;
    expect(readdirSync(world.folder)).toEqual(["data.json"]);
    return result;
  };

  it.skipIf(!hasProc)("of a dead process is taken at once, also if its id is in use again (needs /proc)", async () => {
    await using world = await World.make();
    const mark = await ownMark();
    const token = (changes: object) => `${hostname()} ${process.pid} abc ${formatMark({ ...mark, ...changes })}`;
    expect(await takes(world, token({ pid: 999_999_999 }))).toBe(true);
    expect(await takes(world, token({ start: "0badcafe" }))).toBe(true);
    expect(await takes(world, token({}), 24 * 60 * 60 * 1000)).toBe(false);
    // Earlier versions wrote no start: the id has gone to another where that one began after the lock was made.
    expect(await takes(world, `${hostname()} ${process.pid} abc`)).toBe(false);
    expect(await takes(world, `${hostname()} ${process.pid} abc`, 24 * 60 * 60 * 1000)).toBe(true);
    expect(await takes(world, `${hostname()} 999999999 abc`)).toBe(true);

    const parent = spawn("sh", ["-c", "sleep 0 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      const [output] = await once(parent.stdout, "data");
      const zombie = Number(String(output).trim());
      await eventually(() => expect(readFileSync(`/proc/${zombie}/stat`, "utf8")).toMatch(/\) Z /));
      expect(await takes(world, token({ pid: zombie, start: "0" }))).toBe(true);
    } finally {
      await kill(parent);
    }
  });

  it("of another machine has a minute, and so has one that nothing is known of", async () => {
    await using world = await World.make();
    const mark = await ownMark();
    const foreign = `${hostname()} ${process.pid} abc ${formatMark({ ...mark, machine: "0badcafe" })}`;
    for (const content of [foreign, `another-machine ${process.pid} abc`, ""]) {
      expect(await takes(world, content, 30_000)).toBe(false);
      expect(await takes(world, content, 61_000)).toBe(true);
    }
  });

  it("that a process died over while it took it away is taken all the same", async () => {
    await using world = await World.make();
    const { createHash } = await import("node:crypto");
    const dead = `${hostname()} 999999999 dead`;
    const claim = createHash("sha256").update(dead).digest("hex").slice(0, 12);
    await world.write(`data.json.lock.${claim}`, `${hostname()} 999999998 dead too`);
    // One of a lock that is long gone.
    await world.write("data.json.lock.0123456789ab", `${hostname()} 999999997 dead`);
    expect(await takes(world, dead)).toBe(true);
  });

  it("that is not a regular file is told", long, async () => {
    await using world = await World.make();
    spawnSync("mkfifo", [world.path("data.json.lock")]);
    const update = new JsonFile(world.path("data.json")).update(() => ({}));
    await expect(update).rejects.toMatchObject({
      code: "settings-busy",
      message: expect.stringContaining("named pipe"),
    });
  });
});

describe("temporary files", () => {
  it("are kept while their process lives, and removed in all forms of their names when it is dead", async () => {
    await using world = await World.make();
    const mark = formatMark(await ownMark());
    const dead = formatMark({ ...(await ownMark()), pid: 999_999_999 });
    const elsewhere = formatMark({ ...(await ownMark()), machine: "0badcafe" });
    const kept = [
      `.data.json.${mark}-0123456789ab.tmp`,
      `.data.json.${process.pid}-0123456789ab.tmp`,
      `.data.json.${elsewhere}-0123456789ab.tmp`,
      ".data.json.notes.tmp",
      `.other.json.${dead}-0123456789ab.tmp`,
    ];
    const removed = [
      `.data.json.${dead}-0123456789ab.tmp`,
      `.data.json.lock.${dead}-0123456789ab.tmp`,
      `.data.json.lock.0123456789ab.${dead}-0123456789ab.tmp`,
      ".data.json.999999999-0123456789ab.tmp",
    ];
    const old = [`.data.json.${elsewhere}-ba9876543210.tmp`, `.data.json.${process.pid}-ba9876543210.tmp`];
    for (const name of [...kept, ...removed, ...old]) writeFileSync(world.path(name), "sk-copy");
    const yesterday = new Date(Date.now() - 24 * 60 * 60 * 1000);
    for (const name of old) utimesSync(world.path(name), yesterday, yesterday);
    await new JsonFile(world.path("data.json")).update(() => ({}));
    expect(readdirSync(world.folder).sort()).toEqual(["data.json", ...kept].sort());
  });

  it("with a content that a killed writer had begun to write in place are finished by the next", async () => {
    await using world = await World.make();
    const dead = formatMark({ ...(await ownMark()), pid: 999_999_999 });
    const file = await world.write("data.json", '{ "half": ');
    writeFileSync(join(world.folder, `.data.json.${dead}-0123456789ab.new`), '{ "whole": true }');
    await new JsonFile(file).update((value) => ({ ...(value as object), next: true }));
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ whole: true, next: true });
    expect(readdirSync(world.folder)).toEqual(["data.json"]);
    // Not if the file has been written since.
    writeFileSync(join(world.folder, `.data.json.${dead}-0123456789ab.new`), '{ "old": true }');
    const yesterday = new Date(Date.now() - 24 * 60 * 60 * 1000);
    utimesSync(join(world.folder, `.data.json.${dead}-0123456789ab.new`), yesterday, yesterday);
    await new JsonFile(file).update((value) => ({ ...(value as object), last: true }));
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ whole: true, next: true, last: true });
    expect(readdirSync(world.folder)).toEqual(["data.json"]);
  });
});

const unshare = ["-rm", "sh", "-euc"];
const canMount = spawnSync("unshare", [...unshare, "mount -t tmpfs tmpfs /mnt"]).status === 0;

describe.skipIf(!canMount)("a file that is mounted by itself (needs unshare)", () => {
  /** Runs a script that sets `proxy`, in a shell where the settings are mounted. */
  const set = (world: World, mount: string, value: string) => {
    const script = `
      const { createHost } = await import("@waygate/host");
      const host = await createHost(${options.replace("args[0]", "process.argv[1]")});
      const error = await host.settings.set("proxy", process.argv[2]).catch((reason) => reason);
      console.log(error?.code ?? "written");
      await host.close();`;
    const node = `"${process.execPath}" --conditions=waygate-source --input-type=module --eval "$SCRIPT" "$FILE" "$VALUE"`;
    const { stdout, stderr } = spawnSync("unshare", [...unshare, `${mount}; ${node}; cat "$FILE"`], {
      cwd: import.meta.dirname,
      env: { ...process.env, SCRIPT: script, FILE: world.path("settings.json"), VALUE: value, FOLDER: world.folder },
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    return stdout;
  };

  it("is written in place, and nothing else is left", long, async () => {
    await using world = await World.make();
    await world.write("settings.json", "");
    await world.write("elsewhere/real.json", '{\n  // mine\n  "proxy": "http://a-long-name.example:8080"\n}\n');
    const mount = 'mount --bind "$FOLDER/elsewhere/real.json" "$FILE"';
    const expected = '{\n  // mine\n  "proxy": "none"\n}\n';
    expect(set(world, mount, "none")).toBe(`written\n${expected}`);
    expect(readFileSync(world.path("elsewhere/real.json"), "utf8")).toBe(expected);
    expect(readdirSync(world.folder).sort()).toEqual(["elsewhere", "settings.json"]);
    expect(readdirSync(world.path("elsewhere"))).toEqual(["real.json"]);
  });

  it("keeps its content if the new one does not fit on its disk", long, async () => {
    await using world = await World.make();
    await world.write("settings.json", "");
    const text = '{ "proxy": "none" }';
    const mount = `mkdir "$FOLDER/small"; mount -t tmpfs -o size=16k tmpfs "$FOLDER/small";
      printf '%s' '${text}' > "$FOLDER/small/real.json"; mount --bind "$FOLDER/small/real.json" "$FILE"`;
    expect(set(world, mount, `http://${"x".repeat(50_000)}.example`)).toBe(`settings-unwritable\n${text}`);
    expect(readdirSync(world.folder).sort()).toEqual(["settings.json", "small"]);
  });
});
