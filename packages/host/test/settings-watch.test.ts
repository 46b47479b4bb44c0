import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import openaiCompatible from "@waygate/openai-compatible";
import { createSimulator, type Simulator } from "@waygate/simulator";
import { describe, expect, it } from "vitest";
import { eventually, World } from "./world.ts";

const plugins = [openaiCompatible];

function service(simulator: Simulator, extra: object = {}): object {
  return {
    language_models: {
      openai_compatible: { local: { api_url: simulator.url, available_models: [{ name: "simulator" }], ...extra } },
    },
  };
}

describe("a watched settings file", { timeout: 60_000 }, () => {
  it.each([
    ["written in place", (file: string, text: string) => writeFileSync(file, text)],
    [
      "replaced, as editors do",
      (file: string, text: string) => {
        writeFileSync(`${file}~new`, text);
        renameSync(`${file}~new`, file);
      },
    ],
    [
      "moved aside and written anew",
      (file: string, text: string) => {
        renameSync(file, `${file}~old`);
        writeFileSync(file, text);
      },
    ],
    [
      "written in several goes",
      (file: string, text: string) => {
        writeFileSync(file, "");
        setTimeout(() => writeFileSync(file, text.slice(0, 10)), 70);
        setTimeout(() => appendFileSync(file, text.slice(10)), 170);
      },
    ],
  ])("is applied when it is %s, again and again", async (_name, save) => {
    await using world = await World.make();
    const host = await world.host({ proxy: "http://127.0.0.1:1" }, { watch: true });
    for (const port of [2, 3, 4]) {
      save(world.path("settings.json"), JSON.stringify({ proxy: `http://127.0.0.1:${port}` }));
      await eventually(() => expect(host.settings.get("proxy")).toBe(`http://127.0.0.1:${port}`));
    }
    // What was half written for a moment was nobody's mistake.
    expect(world.told).toEqual([]);
  });

  it("may come into being later, its folder too, and go", async () => {
    await using world = await World.make();
    const file = world.path("a", "b", "settings.json");
    const host = await world.host(undefined, { settingsFile: file, watch: true });
    mkdirSync(world.path("a"));
    await new Promise((resolve) => setTimeout(resolve, 150));
    mkdirSync(world.path("a", "b"));
    await new Promise((resolve) => setTimeout(resolve, 150));
    writeFileSync(file, '{ "proxy": "none" }');
    await eventually(() => expect(host.settings.get("proxy")).toBe("none"));
    rmSync(world.path("a"), { recursive: true });
    await eventually(() => expect(host.settings.get("proxy")).toBeUndefined());
    mkdirSync(world.path("a", "b"), { recursive: true });
    writeFileSync(file, '{ "proxy": "http://127.0.0.1:5" }');
    await eventually(() => expect(host.settings.get("proxy")).toBe("http://127.0.0.1:5"));
  });

  it("may be a link whose target changes, or which is pointed elsewhere", async () => {
    await using world = await World.make();
    await world.write("one/real.json", '{ "proxy": "http://127.0.0.1:1" }');
    await world.write("two/real.json", '{ "proxy": "http://127.0.0.1:2" }');
    symlinkSync(world.path("one/real.json"), world.path("settings.json"));
    const host = await world.host(undefined, { watch: true });
    writeFileSync(world.path("one/real.json"), '{ "proxy": "http://127.0.0.1:11" }');
    await eventually(() => expect(host.settings.get("proxy")).toBe("http://127.0.0.1:11"));
    unlinkSync(world.path("settings.json"));
    symlinkSync(world.path("two/real.json"), world.path("settings.json"));
    await eventually(() => expect(host.settings.get("proxy")).toBe("http://127.0.0.1:2"));
    writeFileSync(world.path("two/real.json"), '{ "proxy": "http://127.0.0.1:22" }');
    await eventually(() => expect(host.settings.get("proxy")).toBe("http://127.0.0.1:22"));
  });

  it("that breaks changes nothing but the notices, and is applied again when it is mended", async () => {
    await using simulator = await createSimulator();
    await using world = await World.make();
    const host = await world.host(service(simulator), { watch: true, plugins });
    await world.write("settings.json", '{\n  "language_models": ,\n}');
    await eventually(() => expect(host.notices()).toMatchObject([{ code: "settings-syntax", place: { line: 2 } }]));
    expect(host.registry.gateways()).toMatchObject([{ id: "local", state: "ready" }]);
    await world.write("settings.json", service(simulator, { custom_headers: { "x-mended": "yes" } }));
    await eventually(() => expect(host.notices()).toEqual([]));
    for await (const _ of host.registry.gateway("local").stream(hello()));
    expect(simulator.requests.at(-1)?.headers["x-mended"]).toBe("yes");
  });

  it("is applied at once to what comes, and does not touch what is under way", async () => {
    await using simulator = await createSimulator();
    simulator.script({ text: Array.from({ length: 30 }, (_, index) => `word${index} `) });
    simulator.fault({ kind: "delay", betweenChunksMs: 20 });
    await using world = await World.make();
    const host = await world.host(service(simulator), { watch: true, plugins });
    const changes: string[] = [];
    host.onChange(({ type }) => changes.push(type));
    let text = "";
    let events = 0;
    for await (const batch of host.registry.gateway("local").stream(hello())) {
      for (const event of batch) if (event.type === "text-delta") text += event.text;
      if (events++ === 0) await world.write("settings.json", service(simulator, { api_url: "http://127.0.0.1:9/v1" }));
    }
    expect(text).toContain("word29");
    await eventually(() => expect(changes).toEqual(["settings"]));
    expect(host.registry.gateways()[0]?.address).toBe("http://127.0.0.1:9/v1");
    const next = async () => {
      for await (const _ of host.registry.gateway("local").stream(hello()));
    };
    await expect(next()).rejects.toMatchObject({ code: "connection" });
  });

  it("has its own edits applied when they are written", async () => {
    await using simulator = await createSimulator();
    await using world = await World.make();
    const host = await world.host("{ /* mine */ }", { watch: true, plugins });
    expect(host.registry.gateways()).toEqual([]);
    await host.settings.update([
      { path: "language_models.openai_compatible.local.api_url", value: simulator.url },
      { path: "language_models.openai_compatible.local.available_models", value: [{ name: "simulator" }] },
    ]);
    expect(host.registry.gateways()).toMatchObject([{ id: "local", state: "ready" }]);
    await host.settings.remove("language_models.openai_compatible.local");
    expect(host.registry.gateways()).toEqual([]);
  });

  it("keeps no program alive, and is followed no more when the host is closed", async () => {
    await using world = await World.make();
    const host = await world.host({ proxy: "none" }, { watch: true });
    await host.close();
    await world.write("settings.json", { proxy: "http://127.0.0.1:1" });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(host.settings.get("proxy")).toBe("none");
    const { spawnSync } = await import("node:child_process");
    const script = `import { createHost } from "@waygate/host"; await createHost({ settingsFile: ${JSON.stringify(world.path("settings.json"))}, cacheFolder: false });`;
    const flags = ["--conditions=waygate-source", "--input-type=module", "--eval", script];
    const { status } = spawnSync(process.execPath, flags, {
      cwd: import.meta.dirname,
      timeout: 10_000,
      stdio: "inherit",
    });
    expect(status).toBe(0);
  });
});

function hello() {
  return {
    model: "simulator",
    messages: [{ role: "user" as const, content: [{ type: "text" as const, text: "Hello" }] }],
    tools: [],
    signal: new AbortController().signal,
  };
}
