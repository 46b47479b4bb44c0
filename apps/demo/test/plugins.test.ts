import { existsSync } from "node:fs";
import { join } from "node:path";
import { createSimulator, type Simulator } from "@waygate/simulator";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Playground, serviceSettings } from "./program.ts";

let playground: Playground;
let simulator: Simulator;

beforeEach(async () => {
  playground = new Playground();
  simulator = await createSimulator({ models: ["test"] });
});

afterEach(async () => {
  playground.clear();
  await simulator.close();
});

/** Puts a stranger's package into the folder, which leaves a file behind when its code runs. Returns its path. */
function install(id: string, { contract = 1, code = "" } = {}): string {
  const manifest = { id, name: `The ${id}`, settingsKey: id, contract, env: [`${id.toUpperCase()}_KEY`] };
  const description = { name: `waygate-plugin-${id}`, version: "1.2.3", type: "module", waygate: manifest };
  playground.write(`${id}/package.json`, JSON.stringify(description));
  playground.write(
    `${id}/index.js`,
    `import { writeFileSync } from "node:fs";
    writeFileSync(import.meta.dirname + "/ran", "");
    ${code}
    export default {
      ...${JSON.stringify({ id, name: `The ${id}`, settingsKey: id, contract, instances: "one" })},
      capabilities: { tools: false, toolChoice: false, images: false, files: false, reasoning: false, structuredOutput: false },
      credentials: () => [],
      settingsSchema: () => ({ type: "object" }),
      prepare: () => ({
        ok: true,
        unknownKeys: [],
        open: () => ({
          models: async () => [{ id: "only", name: "Only", capabilities: {}, origin: { id: "gateway" } }],
          async *stream() {
            yield { type: "text-delta", text: "From the ${id}." };
            yield { type: "finish", reason: "stop" };
          },
        }),
      }),
    };`,
  );
  return join(playground.folder, id);
}

const ran = (id: string) => existsSync(join(playground.folder, id, "ran"));

describe("somebody else's plugins", () => {
  it("are named in the settings, shown with version and contract, and answer", async () => {
    const folder = install("acme");
    playground.settings(serviceSettings(simulator.url, { plugins: [folder] }));
    expect(await playground.run(["chat", "Hello there", "--model", "local:test"])).toMatchObject({ code: 0 });
    // Its code is run when it is used.
    expect(ran("acme")).toBe(false);
    expect(await playground.run(["chat", "Hello there", "--model", "acme:only"])).toEqual({
      code: 0,
      stdout: "From the acme.\n",
      stderr: "",
    });
    expect(ran("acme")).toBe(true);
    const { stdout } = await playground.run(["doctor", "acme"]);
    expect(stdout).toContain(`waygate-plugin-acme 1.2.3, contract 1, found by the settings in ${folder}\n`);
    expect((await playground.run(["doctor", "local"])).stdout).toContain("openai_compatible, contract 1, comes with");
    const json = await playground.run(["doctor", "acme", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      plugin: { package: "waygate-plugin-acme", version: "1.2.3", contract: 1, origin: "settings", state: "loaded" },
    });
  });

  it("whose background work fails are named, and everything else goes on", async () => {
    const later = 'setTimeout(() => Promise.reject(new Error("later")), 1);';
    const folder = install("acme", { code: `${later} await new Promise((resolve) => setTimeout(resolve, 50));` });
    playground.settings(serviceSettings(simulator.url, { plugins: [folder] }));
    const { code, stdout, stderr } = await playground.run(["chat", "Hello", "--model", "acme:only"]);
    expect([code, stdout]).toEqual([0, "From the acme.\n"]);
    expect(stderr).toContain(
      'warning: The package "waygate-plugin-acme" failed in the background: later. The program goes on.\n',
    );
  });

  it("that never finish loading are named, and the other lists are shown", { timeout: 60_000 }, async () => {
    const folder = install("acme", { code: "await new Promise(() => {});" });
    playground.settings(serviceSettings(simulator.url, { plugins: [folder] }));
    expect((await playground.run(["models"])).stdout).toContain("local:test");
    const { code, stderr } = await playground.run(["chat", "Hello", "--model", "acme:only"]);
    expect(code).toBe(1);
    expect(stderr).toContain('"waygate-plugin-acme" could not be loaded: it did not finish loading within 10 s');
  });

  it("that are of another contract, or fail, are told in one line, and keep nothing else from working", async () => {
    const plugins = [install("old", { contract: 7 }), install("bad", { code: 'throw new Error("no such luck");' })];
    playground.settings(serviceSettings(simulator.url, { plugins }));
    const { code, stderr } = await playground.run(["chat", "Hello there", "--model", "local:test"]);
    expect(code).toBe(0);
    expect(stderr.match(/^warning: .*$/gm)).toEqual([
      expect.stringMatching(/settings\.json:\d+:\d+: The plugin "waygate-plugin-old" is written for contract 7/),
    ]);
    expect(ran("old")).toBe(false);
    const bad = await playground.run(["chat", "Hello there", "--model", "bad:only"]);
    expect(bad).toMatchObject({ code: 1, stdout: "" });
    expect(bad.stderr).toContain('"waygate-plugin-bad" could not be loaded: no such luck.');
    expect(await playground.run(["doctor", "local"])).toMatchObject({ code: 0 });
  });
});
