import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Privacy, run } from "@waygate/core";
import { definePlugin } from "@waygate/core/plugin";
import { formatNotice, type HostOptions } from "@waygate/host";
import openaiCompatible from "@waygate/openai-compatible";
import { createSimulator } from "@waygate/simulator";
import { describe, expect, it } from "vitest";
import { anything } from "./plugins.ts";
import { ask, eventually, World } from "./world.ts";

interface PackageOptions {
  readonly keywords?: readonly string[];
  readonly manifest?: object | null;
  readonly code?: string;
  readonly extra?: object;
}

/** Puts a plugin's package into a folder. Its code leaves a file named `ran` behind when it runs. */
async function install(world: World, folder: string, name: string, options: PackageOptions = {}): Promise<string> {
  const id = name.replace(/^.*waygate-plugin-/, "");
  const manifest = { id, name: `The ${id}`, settingsKey: id, env: [`${id.toUpperCase()}_KEY`], contract: 1 };
  const location = join(folder, name);
  await world.write(join(location, "package.json"), {
    name,
    version: "1.2.3",
    type: "module",
    exports: { ".": { types: "./no.d.ts", import: "./index.js" } },
    keywords: options.keywords ?? ["waygate-plugin"],
    ...(options.manifest === null ? {} : { waygate: { ...manifest, ...options.manifest } }),
    ...options.extra,
  });
  const ran = 'import { writeFileSync } from "node:fs"; writeFileSync(import.meta.dirname + "/ran", "");';
  await world.write(join(location, "index.js"), `${ran}\n${options.code ?? codeOf(id)}`);
  return world.path(location);
}

/** A plugin written by hand, as a stranger might. It says enough of its key to tell it from others. */
function codeOf(id: string, more = "", gateway = ""): string {
  return `export default {
    id: "${id}", name: "The ${id}", contract: 1, settingsKey: "${id}", instances: "one",
    capabilities: { tools: true, toolChoice: false, images: false, files: false, reasoning: false, structuredOutput: false },
    credentials: () => [{ id: "api_key", label: "API key", env: ["${id.toUpperCase()}_KEY"] }],
    settingsSchema: () => ({ type: "object", properties: { address: { type: "string" } } }),
    ${more.includes("parseOptions") ? "" : "parseGatewayOptions: undefined,"}
    prepare(raw) {
      if (typeof (raw.address ?? "") !== "string") {
        return { ok: false, issues: [{ path: ["address"], message: "must be text" }], unknownKeys: [] };
      }
      return {
        ok: true, address: raw.address, unknownKeys: [],
        open: ({ credential }) => ({
          ${gateway}
          models: async () => [{ id: "only", name: "Only", capabilities: {}, origin: { id: "gateway" } }],
          async *stream() {
            yield { type: "text-delta", text: "key " + (await credential("api_key")).replace("sk-", "") };
            yield { type: "finish", reason: "stop" };
          },
        }),
      };
    },
    ${more}
  };`;
}

/** A folder beside whose host plugins are installed. */
async function beside(world: World, modules = "app/node_modules"): Promise<HostOptions> {
  await world.write(`${modules}/@waygate/host/package.json`, { name: "@waygate/host" });
  return { discover: true, pluginFolders: [world.path("app/dist")] };
}

async function text(host: Parameters<typeof ask>[0], gateway: string): Promise<string> {
  const events = await ask(host, gateway, "only");
  return events.map((event) => (event.type === "text-delta" ? event.text : "")).join("");
}

describe("plugins named in the settings", { timeout: 30_000 }, () => {
  it("are known by their manifest, and loaded when they are first used", async () => {
    await using world = await World.make();
    const folder = await install(world, "node_modules", "waygate-plugin-acme");
    world.environment.ACME_KEY = "sk-acme";
    const host = await world.host({
      plugins: ["waygate-plugin-acme"],
      language_models: { acme: { address: "https://acme.example" } },
    });
    expect(host.plugins()).toEqual([
      {
        id: "acme",
        name: "The acme",
        package: "waygate-plugin-acme",
        version: "1.2.3",
        contract: 1,
        origin: "settings",
        named: "waygate-plugin-acme",
        folder,
        settingsKey: "acme",
        state: "not-loaded",
        problem: undefined,
      },
    ]);
    expect(host.registry.gateways()).toMatchObject([
      { id: "acme", name: "The acme", state: "ready", credentials: [{ id: "api_key", env: ["ACME_KEY"] }] },
    ]);
    expect(host.notices()).toEqual([]);
    const changes: unknown[] = [];
    host.onChange((change) => changes.push(change));
    const early = host.registry.gateway("acme");
    expect(existsSync(join(folder, "ran"))).toBe(false);

    expect(await text(host, "acme")).toBe("key acme");
    expect(existsSync(join(folder, "ran"))).toBe(true);
    expect(changes).toEqual([{ type: "plugin", id: "acme" }]);
    expect(host.plugins()).toMatchObject([{ state: "loaded" }]);
    expect(await host.gateways()).toMatchObject([{ address: "https://acme.example", capabilities: { images: false } }]);
    // What was had before the code was there goes on working, and knows what the plugin can do.
    expect(early.capabilities).toMatchObject({ tools: true, images: false });
    for (let turn = 0; turn < 2; turn++) {
      let said = "";
      for await (const batch of early.stream({ ...question, messages: [] })) said += JSON.stringify(batch);
      expect(said).toContain("key acme");
    }
    await expect(async () => {
      for await (const _ of early.stream({ ...question, toolChoice: "required" }));
    }).rejects.toMatchObject({ code: "unsupported" });
    expect(await host.models.list()).toMatchObject([{ gateway: "acme", models: [{ id: "only" }] }]);
  });

  it("may be folders, by a path from the settings, from the root, or from home", async () => {
    await using world = await World.make();
    await install(world, "mine", "waygate-plugin-one");
    const two = await install(world, "elsewhere", "waygate-plugin-two");
    await install(world, ".", "waygate-plugin-three");
    const host = await world.host({ plugins: ["./mine/waygate-plugin-one", two, "~/waygate-plugin-three"] });
    expect(host.registry.gateways().map(({ id }) => id)).toEqual(["one", "two", "three"]);
    expect(await host.models.list()).toMatchObject([{}, {}, { models: [{ id: "only" }] }]);
  });

  it("have their settings checked when they are loaded", async () => {
    await using world = await World.make();
    await install(world, "node_modules", "waygate-plugin-acme");
    const host = await world.host({ plugins: ["waygate-plugin-acme"], language_models: { acme: { address: 5 } } });
    expect(host.notices()).toEqual([]);
    expect(await host.gateways()).toMatchObject([{ state: "refused", issues: [{ path: ["acme", "address"] }] }]);
    expect(host.notices()).toMatchObject([
      { code: "gateway-refused", path: ["language_models", "acme", "address"], place: { line: 7 } },
    ]);
    await expect(host.gateway("acme")).rejects.toMatchObject({ code: "settings" });
    await host.settings.set("language_models.acme.address", "https://acme.example");
    expect(host.notices()).toEqual([]);
    expect(await host.gateways()).toMatchObject([{ state: "ready", address: "https://acme.example" }]);
  });

  it("get keys of their own, kept by their address", async () => {
    await using world = await World.make();
    await install(world, "node_modules", "waygate-plugin-acme");
    const host = await world.host({
      plugins: ["waygate-plugin-acme"],
      language_models: { acme: { address: "https://acme.example" } },
    });
    await expect(text(host, "acme")).rejects.toMatchObject({
      code: "credentials",
      message: expect.stringContaining("ACME_KEY"),
    });
    await host.credentials.set("acme", "sk-stored");
    expect(await host.credentials.list()).toEqual([
      { gateway: "acme", credential: "api_key", address: "https://acme.example" },
    ]);
    expect(await text(host, "acme")).toBe("key stored");
  });

  it("that were built before contract 1 are refused by name, and others work", async () => {
    await using world = await World.make();
    await install(world, "p", "waygate-plugin-early", { code: codeOf("early", "parseOptions: undefined,") });
    await install(world, "p", "waygate-plugin-acme");
    const host = await world.host({ plugins: ["./p/waygate-plugin-early", "./p/waygate-plugin-acme"] });
    await host.credentials.set("acme", "sk-stored");
    await expect(text(host, "early")).rejects.toThrow(/The plugin "early" was built .* before contract 1/);
    expect(await text(host, "acme")).toBe("key stored");
  });

  it("that cannot be used are reported with place and remedy, and nothing else is harmed", async () => {
    await using simulator = await createSimulator();
    await using world = await World.make();
    await install(world, "p", "waygate-plugin-throws", { code: 'throw new Error("no such luck");' });
    await install(world, "p", "waygate-plugin-old", { manifest: { contract: 0 } });
    await install(world, "p", "waygate-plugin-new", { manifest: { contract: 99 } });
    await install(world, "p", "waygate-plugin-plain", { manifest: null });
    await install(world, "p", "waygate-plugin-nameless", { manifest: { id: 7 } });
    await install(world, "p", "waygate-plugin-liar", { code: codeOf("somebody-else") });
    await install(world, "p", "waygate-plugin-empty", { code: "export const x = 1;" });
    await install(world, "p", "waygate-plugin-closed", { extra: { exports: { "./other": "./index.js" } } });
    await install(world, "p", "waygate-plugin-thief", { manifest: { settingsKey: "openai_compatible" } });
    await install(world, "p", "waygate-plugin-local", { manifest: { id: "local" } });
    await world.write("p/broken/package.json", "{ oops");
    await world.write("p/file.js", "");
    const names = ["throws", "old", "new", "plain", "nameless", "liar", "empty", "closed", "thief", "local"];
    const host = await world.host(
      {
        plugins: [
          ...names.map((name) => `./p/waygate-plugin-${name}`),
          "./p/broken",
          "./p/file.js",
          "./p/nothing",
          "waygate-plugin-missing",
          "https://example.com/x.js",
          "../../etc/x y",
        ],
        language_models: {
          openai_compatible: { local: { api_url: simulator.url, available_models: [{ name: "simulator" }] } },
        },
      },
      { plugins: [openaiCompatible] },
    );
    await host.gateways();
    const told = host.notices().filter(({ code }) => code === "plugin-refused");
    const problems = new Map(told.map(({ path, message }) => [path?.[1], message]));
    const expected: readonly (string | RegExp)[] = [
      /"waygate-plugin-throws" could not be loaded: no such luck\./,
      /written for contract 0, this program supports contract 1: update the plugin\./,
      /written for contract 99, this program supports contract 1: update this program\./,
      /"waygate-plugin-plain" is no gateway plugin: its package.json has no "waygate"/,
      /"waygate.id" must be text/,
      /manifest says id "liar", its code "somebody-else"/,
      /default export is not what definePlugin\(\) returns/,
      /exports no "."/,
      /both use the key "openai_compatible"/,
      /"local" is the id of a gateway in "openai_compatible" already/,
      /package.json of "\.\/p\/broken" is not valid JSON/,
      /"\.\/p\/file.js" is a file: name the folder/,
      /"\.\/p\/nothing" is no plugin: there is no package.json/,
      /"waygate-plugin-missing" is not installed.*npm install --prefix ".*" waygate-plugin-missing/,
      /neither the name of a package nor the path of a folder/,
      /there is no package.json/,
    ];
    for (const [index, words] of expected.entries()) expect(problems.get(index), String(index)).toMatch(words);
    expect(told.every((notice) => /settings.json:\d+:\d+: /.test(formatNotice(notice)))).toBe(true);
    expect(host.plugins().filter(({ state }) => state === "refused")).toHaveLength(expected.length);
    await expect(host.gateway("throws")).rejects.toThrow(/no such luck/);
    await expect(host.gateway("old")).rejects.toThrow(/contract 0/);
    await ask(host, "local", "simulator");
  });

  it("are held to what they promise to demand of whoever sees a request", async () => {
    await using world = await World.make();
    const careful = 'privacyDemands: ["zeroDataRetention"], privacy: () => ({ zeroDataRetention: true }),';
    const plain = await install(world, "node_modules", "waygate-plugin-plain");
    const kept = await install(world, "node_modules", "waygate-plugin-careful", {
      code: codeOf("careful", "", careful),
    });
    Object.assign(world.environment, { PLAIN_KEY: "sk-plain", CAREFUL_KEY: "sk-careful" });
    const host = await world.host({ plugins: [plain, kept] }, { maxOpenStreams: 1 });
    const asked = async (id: string, privacy: Privacy) => {
      const messages = [{ role: "user", content: "Hello" }] as const;
      return (await run({ gateway: await host.gateway(id), model: "only", messages, privacy }).result()).text;
    };
    // Not known before it is loaded, and refused when it is.
    await expect(asked("plain", { zeroDataRetention: true })).rejects.toMatchObject({ code: "unsupported" });
    expect(await asked("plain", {})).toBe("key plain");
    expect(await asked("careful", { zeroDataRetention: true })).toBe("key careful");
    await expect(asked("careful", { onlyUpstreams: ["other"] })).rejects.toMatchObject({ code: "unsupported" });
    expect((await host.gateway("careful")).privacyOf({ model: "only" })).toEqual({ zeroDataRetention: true });
  });

  it("come and go with the settings, live", async () => {
    await using world = await World.make();
    await install(world, "node_modules", "waygate-plugin-acme");
    const host = await world.host({}, { watch: true });
    expect(host.registry.gateways()).toEqual([]);
    await world.write("settings.json", { plugins: ["waygate-plugin-acme"] });
    await eventually(() => expect(host.registry.gateways()).toMatchObject([{ id: "acme" }]));
    await world.write("settings.json", { plugins: ["waygate-plugin-acme"], disabled_plugins: ["acme"] });
    await eventually(() => expect(host.registry.gateways()).toEqual([]));
    expect(host.plugins()).toMatchObject([{ state: "refused", problem: expect.stringContaining("disabled_plugins") }]);
    await world.write("settings.json", {});
    await eventually(() => expect(host.plugins()).toEqual([]));
  });

  it("cannot be named by a project", async () => {
    await using world = await World.make();
    const folder = await install(world, "project", "waygate-plugin-evil");
    await world.write("project/.waygate/settings.json", { plugins: ["../waygate-plugin-evil", folder] });
    const host = await world.host({}, { projectFolder: world.path("project") });
    expect(host.plugins()).toEqual([]);
    expect(host.notices()).toMatchObject([{ code: "project-setting", path: ["plugins"] }]);
    await host.gateways();
    expect(existsSync(join(folder, "ran"))).toBe(false);
  });
});

describe("plugins beside the host", () => {
  it("are found by their keyword", async () => {
    await using world = await World.make();
    const options = await beside(world);
    await install(world, "app/node_modules", "waygate-plugin-acme");
    await install(world, "app/node_modules", "@scope/waygate-plugin-scoped");
    await install(world, "app/node_modules", "other-thing", { keywords: ["other"] });
    await world.write("app/node_modules/broken/package.json", '{ "waygate-plugin"');
    const host = await world.host({}, options);
    expect(host.plugins()).toMatchObject([
      { id: "scoped", package: "@scope/waygate-plugin-scoped", origin: "keyword", state: "unconfirmed" },
      { id: "acme", package: "waygate-plugin-acme", origin: "keyword", state: "unconfirmed" },
    ]);
    expect(await host.models.list()).toEqual([]);
    for (const { package: name = "" } of host.plugins()) await host.confirmPlugin(name);
    expect(await host.models.list()).toHaveLength(2);
  });

  it("run nothing before they are confirmed: by lists, keys, checks, the schema, or use", async () => {
    await using world = await World.make();
    const options = await beside(world);
    const folder = await install(world, "app/node_modules", "waygate-plugin-acme");
    world.environment.ACME_KEY = "sk-acme";
    const host = await world.host(
      { agent: { default_model: { provider: "acme", model: "only" } }, language_models: { acme: {} } },
      options,
    );
    expect(await host.gateways()).toEqual([]);
    expect(await host.setups()).toEqual([]);
    expect(await host.models.list()).toEqual([]);
    expect(await host.credentials.status()).toEqual([]);
    expect(await host.diagnose()).toEqual([]);
    expect(JSON.stringify(await host.schema())).not.toContain("acme");
    await expect(host.gateway("acme")).rejects.toThrow(/"waygate-plugin-acme" is installed, but not confirmed/);
    await expect(host.choose()).rejects.toMatchObject({ code: "settings" });
    expect(existsSync(join(folder, "ran"))).toBe(false);
    expect(host.plugins()).toMatchObject([
      { package: "waygate-plugin-acme", version: "1.2.3", folder, state: "unconfirmed" },
    ]);
    expect(host.notices().map(({ code, severity }) => [code, severity])).toEqual([
      ["plugin-unconfirmed", "warning"],
      ["unknown-provider", "error"],
    ]);

    expect(await host.confirmPlugin("waygate-plugin-acme")).toMatchObject({ id: "acme", state: "not-loaded" });
    expect(host.notices()).toEqual([]);
    expect(existsSync(join(folder, "ran"))).toBe(false);
    expect(await text(host, "acme")).toBe("key acme");
    // Once is enough.
    await host.confirmPlugin("waygate-plugin-acme");
    const next = await world.host(undefined, options);
    expect(await text(next, "acme")).toBe("key acme");
    expect(await next.revokePlugin("waygate-plugin-acme")).toBe(true);
    expect(await next.revokePlugin("waygate-plugin-acme")).toBe(false);
    expect(next.registry.gateways()).toEqual([]);
    expect((await world.host(undefined, options)).plugins()).toMatchObject([{ state: "unconfirmed" }]);
  });

  it.each([
    ["another version", { extra: { version: "1.2.4" } }],
    ["another entry", { code: `${codeOf("acme")} // changed` }],
    ["another package.json", { keywords: ["waygate-plugin", "more"] }],
  ])("have to be confirmed again with %s", async (_name, change) => {
    await using world = await World.make();
    const options = await beside(world);
    const folder = await install(world, "app/node_modules", "waygate-plugin-acme");
    const host = await world.host({}, options);
    await host.confirmPlugin("waygate-plugin-acme");
    await install(world, "app/node_modules", "waygate-plugin-acme", change);
    // Also in a program that has listed it before.
    await expect(text(host, "acme")).rejects.toThrow(/it has changed since it was confirmed/);
    const next = await world.host({}, options);
    expect(next.plugins()).toMatchObject([
      { state: "unconfirmed", problem: expect.stringContaining("changed since it was confirmed") },
    ]);
    expect(existsSync(join(folder, "ran"))).toBe(false);
    await next.confirmPlugin("waygate-plugin-acme");
    expect(next.plugins()).toMatchObject([{ state: "not-loaded" }]);
  });

  it("are confirmed as they were listed", async () => {
    await using world = await World.make();
    const options = await beside(world);
    const folder = await install(world, "app/node_modules", "waygate-plugin-acme");
    const host = await world.host({}, options);
    await install(world, "app/node_modules", "waygate-plugin-acme", { extra: { version: "6.6.6" } });
    expect(await host.confirmPlugin("waygate-plugin-acme")).toMatchObject({ state: "unconfirmed", version: "6.6.6" });
    expect(existsSync(join(folder, "ran"))).toBe(false);
  });

  it("are confirmed for one folder: not for another with a link to it, nor for one of the same name", async () => {
    await using world = await World.make();
    const options = await beside(world);
    await install(world, "app/node_modules", "waygate-plugin-acme");
    await (await world.host({}, options)).confirmPlugin("waygate-plugin-acme");
    await world.write("other/node_modules/@waygate/host/package.json", { name: "@waygate/host" });
    await install(world, "other/node_modules", "waygate-plugin-acme");
    const host = await world.host({}, { ...options, pluginFolders: [world.path("other/dist")] });
    expect(host.plugins()).toMatchObject([{ state: "unconfirmed" }]);
  });

  it("that say another name than they are installed by are known by the latter", async () => {
    await using world = await World.make();
    const options = await beside(world);
    await install(world, "app/node_modules", "waygate-plugin-acme");
    await (await world.host({}, options)).confirmPlugin("waygate-plugin-acme");
    await install(world, "app/node_modules", "left-pad", {
      extra: { name: "waygate-plugin-acme" },
      manifest: { id: "pad", settingsKey: "pad" },
    });
    expect((await world.host({}, options)).plugins()).toMatchObject([
      { id: "pad", package: "left-pad", state: "unconfirmed" },
      { id: "acme", package: "waygate-plugin-acme", state: "not-loaded" },
    ]);
  });

  it("that cannot be used are listed, are no error, and cannot be confirmed", async () => {
    await using world = await World.make();
    const options = await beside(world);
    await install(world, "app/node_modules", "waygate-plugin-old", { manifest: { contract: 99 } });
    await install(world, "app/node_modules", "waygate-plugin-forged", { manifest: { name: "Good\u202e one" } });
    await install(world, "app/node_modules", "waygate-plugin-taken", { manifest: { id: "anything" } });
    await install(world, "app/node_modules", "waygate-plugin-empty", { extra: { exports: {} } });
    const host = await world.host({}, { ...options, plugins: [definePlugin(anything)] });
    const others = host.plugins().filter(({ origin }) => origin === "keyword");
    expect(others.map(({ package: name, state }) => [name, state])).toEqual([
      ["waygate-plugin-empty", "unconfirmed"],
      ["waygate-plugin-forged", "unconfirmed"],
      ["waygate-plugin-old", "unconfirmed"],
      ["waygate-plugin-taken", "unconfirmed"],
    ]);
    expect(host.notices()).toEqual([]);
    for (const { package: name = "" } of others) {
      await expect(host.confirmPlugin(name)).rejects.toMatchObject({ code: "unknown-plugin" });
    }
    await expect(host.confirmPlugin("waygate-plugin-olt")).rejects.toThrow(/Did you mean "waygate-plugin-old"/);
    await expect(host.confirmPlugin("anything")).rejects.toMatchObject({ code: "unknown-plugin" });
    expect(existsSync(world.path("data/plugins.json"))).toBe(false);
  });

  it("are not confirmed by a file that is broken, which is told", async () => {
    await using world = await World.make();
    const options = await beside(world);
    await install(world, "app/node_modules", "waygate-plugin-acme");
    const file = await world.write("data/plugins.json", "{ oops");
    const host = await world.host({}, options);
    expect(host.plugins()).toMatchObject([{ state: "unconfirmed" }]);
    expect(world.told).toMatchObject([{ code: "data-file", message: expect.stringContaining(file) }]);
    await expect(host.confirmPlugin("waygate-plugin-acme")).rejects.toMatchObject({ code: "data-file" });
    // Nowhere to keep it: it lasts as long as the program.
    const forgetful = await world.host({}, { ...options, dataFolder: false });
    expect(await forgetful.confirmPlugin("waygate-plugin-acme")).toMatchObject({ state: "not-loaded" });
  });

  it("are only those in a folder of packages that holds the host too", async () => {
    await using world = await World.make();
    await install(world, "node_modules", "waygate-plugin-far");
    await install(world, "project/node_modules", "waygate-plugin-project");
    const host = await world.host({}, { ...(await beside(world)), projectFolder: world.path("project") });
    expect(host.plugins()).toEqual([]);
  });

  it("are not what a package manager keeps for everybody, such as pnpm in its own folder", async () => {
    await using world = await World.make();
    const options = await beside(world, "app/node_modules/.pnpm/node_modules");
    await install(world, "app/node_modules/.pnpm/node_modules", "waygate-plugin-acme");
    const runner = world.path("app/node_modules/.pnpm/runner@1.0.0/node_modules/runner/dist");
    const host = await world.host({}, { ...options, pluginFolders: [runner] });
    expect(host.plugins()).toEqual([]);
  });

  it.each([
    ["by the package's name", ["waygate-plugin-acme"]],
    ["by the plugin's id", ["acme"]],
    ["all together", ["*"]],
  ])("are never loaded where the settings forbid them: %s", async (_name, disabled) => {
    await using world = await World.make();
    const options = await beside(world);
    const folder = await install(world, "app/node_modules", "waygate-plugin-acme");
    const host = await world.host({ disabled_plugins: disabled }, options);
    await host.gateways();
    await host.schema();
    expect(host.registry.gateways()).toEqual([]);
    expect(host.notices()).toEqual([]);
    expect(existsSync(join(folder, "ran"))).toBe(false);
  });

  it("do not come twice: what the settings name, and what the program brings, goes first", async () => {
    await using world = await World.make();
    const options = await beside(world);
    await install(world, "app/node_modules", "waygate-plugin-acme");
    await install(world, "app/node_modules", "waygate-plugin-anything");
    const own = definePlugin(anything);
    const host = await world.host({ plugins: ["waygate-plugin-acme"] }, { ...options, plugins: [own] });
    expect(host.plugins()).toMatchObject([
      { id: "anything", origin: "program" },
      { id: "acme", origin: "settings" },
    ]);
    expect(host.notices()).toEqual([]);
  });

  it("may make a gateway of each entry of their settings", async () => {
    await using world = await World.make();
    const options = await beside(world);
    await install(world, "app/node_modules", "waygate-plugin-many", {
      manifest: { instances: "map", env: ["{ID}_TOKEN"] },
      code: codeOf("many").replace('instances: "one"', 'instances: "map"').replace("MANY_KEY", "MY_FIRST_TOKEN"),
    });
    world.environment.MY_FIRST_TOKEN = "sk-first";
    const host = await world.host({ language_models: { many: { "my-first": {}, second: { address: 5 } } } }, options);
    await host.confirmPlugin("waygate-plugin-many");
    expect(host.registry.gateways()).toMatchObject([
      { id: "my-first", credentials: [{ env: ["MY_FIRST_TOKEN"] }] },
      { id: "second", credentials: [{ env: ["SECOND_TOKEN"] }] },
    ]);
    expect(await text(host, "my-first")).toBe("key first");
    expect(await host.gateways()).toMatchObject([{ state: "ready" }, { state: "refused" }]);
  });
});

it("a program's own plugins that do not fit together are its programmer's mistake", async () => {
  await using world = await World.make();
  const plugin = definePlugin(anything);
  await expect(world.host({}, { plugins: [plugin, plugin] })).rejects.toBeInstanceOf(TypeError);
});

it("a program's own plugin of a later contract refuses its own gateway", async () => {
  await using world = await World.make();
  const host = await world.host({}, { plugins: [{ ...definePlugin(anything), contract: 2 }] });
  await expect(host.gateway(anything.id)).rejects.toThrow(/contract 2, this program supports contract 1/);
});

const question = {
  model: "only",
  messages: [],
  tools: [],
  signal: new AbortController().signal,
};
