import { definePlugin } from "@waygate/core/plugin";
import openaiCompatible from "@waygate/openai-compatible";
import { createSimulator, type Simulator } from "@waygate/simulator";
import { describe, expect, it } from "vitest";
import { Authority } from "./certificates.ts";
import { anything, gatewayOf, listed } from "./plugins.ts";
import { startProxy, startSecure, startSocksProxy } from "./proxy-server.ts";
import { ask, World } from "./world.ts";

const plugins = [openaiCompatible];
const portOf = (simulator: Simulator) => Number(new URL(simulator.url).port);

function settings(services: Readonly<Record<string, object>>, rest: object = {}): object {
  const entries = Object.entries(services).map(([id, service]) => [
    id,
    { available_models: [{ name: "simulator" }], ...service },
  ]);
  return { ...rest, language_models: { openai_compatible: Object.fromEntries(entries) } };
}

describe("a proxy", { timeout: 30_000 }, () => {
  it("comes from the environment, and is left out where NO_PROXY or loopback say so", async () => {
    await using simulator = await createSimulator();
    await using proxy = await startProxy(portOf(simulator));
    await using world = await World.make();
    Object.assign(world.environment, { HTTP_PROXY: proxy.url, NO_PROXY: "inside.internal" });
    const host = await world.host(
      settings({
        away: { api_url: "http://gateway.internal/v1" },
        inside: { api_url: "http://inside.internal/v1" },
        here: { api_url: simulator.url },
      }),
      { plugins },
    );
    await ask(host, "away", "simulator");
    expect(proxy.log).toEqual(["POST http://gateway.internal/v1/chat/completions"]);
    await ask(host, "here", "simulator");
    await expect(ask(host, "inside", "simulator")).rejects.toMatchObject({ code: "connection" });
    expect(proxy.log).toHaveLength(1);
    expect(simulator.requests).toHaveLength(2);
  });

  it("is tunnelled through to https, whose certificate may be of an authority of one's own", async () => {
    const authority = new Authority();
    await using simulator = await createSimulator();
    await using secure = await startSecure(portOf(simulator), authority.issue(["gateway.example", "localhost"]));
    await using proxy = await startProxy(secure.port);
    await using world = await World.make();
    await world.write("certs/own.pem", `Some words\n${authority.certificate}`);
    world.environment.HTTPS_PROXY = proxy.url;
    const host = await world.host(
      settings({ own: { api_url: "https://gateway.example/v1" } }, { ca_file: "certs/own.pem" }),
      { plugins },
    );
    await ask(host, "own", "simulator");
    expect(proxy.log).toEqual(["CONNECT gateway.example:443"]);
    // Not trusted without: and the change holds at once.
    await host.settings.remove("ca_file");
    await expect(ask(host, "own", "simulator")).rejects.toMatchObject({ code: "connection" });
    await host.settings.set("language_models.openai_compatible.own.ca_file", ["~/certs/own.pem"]);
    await ask(host, "own", "simulator");
    expect(simulator.requests).toHaveLength(2);
    // Without a proxy between.
    await host.settings.set("language_models.openai_compatible.own.api_url", `https://localhost:${secure.port}/v1`);
    await ask(host, "own", "simulator");
    expect(proxy.log).toHaveLength(3);
    expect(simulator.requests).toHaveLength(3);
  });

  it("may ask for a password, which nobody is told", async () => {
    await using simulator = await createSimulator();
    await using proxy = await startProxy(portOf(simulator));
    await using world = await World.make();
    const withPassword = proxy.url.replace("http://", "http://user:p%40ss-sk-secret@");
    const host = await world.host(
      settings({ away: { api_url: "http://gateway.internal/v1" } }, { proxy: withPassword }),
      { plugins },
    );
    await ask(host, "away", "simulator");
    expect(proxy.authorization).toBe(`Basic ${Buffer.from("user:p@ss-sk-secret").toString("base64")}`);
    expect(JSON.stringify([host.notices(), host.registry.gateways(), await host.diagnose()])).not.toContain(
      "sk-secret",
    );
  });

  it("is one for all gateways, one for one of them, or none", async () => {
    await using simulator = await createSimulator();
    await using common = await startProxy(portOf(simulator));
    await using own = await startProxy(portOf(simulator));
    await using world = await World.make();
    const api_url = "http://gateway.internal/v1";
    const host = await world.host(
      settings(
        { one: { api_url }, two: { api_url, proxy: own.url }, three: { api_url, proxy: "none" } },
        { proxy: common.url },
      ),
      { plugins },
    );
    expect(host.notices()).toEqual([]);
    await ask(host, "one", "simulator");
    expect([common.log.length, own.log.length]).toEqual([1, 0]);
    await ask(host, "two", "simulator");
    expect([common.log.length, own.log.length]).toEqual([1, 1]);
    await expect(ask(host, "three", "simulator")).rejects.toMatchObject({ code: "connection" });
    expect(JSON.stringify((await host.schema()).$defs)).toContain('"proxy"');
  });

  it("that is set while the program runs holds from the next request on, and disturbs none", async () => {
    await using simulator = await createSimulator();
    simulator.script({ text: Array.from({ length: 20 }, (_, index) => `word${index} `) });
    simulator.fault({ kind: "delay", betweenChunksMs: 20 });
    await using first = await startProxy(portOf(simulator));
    await using second = await startProxy(portOf(simulator));
    await using world = await World.make();
    const host = await world.host(settings({ away: { api_url: "http://gateway.internal/v1" } }, { proxy: first.url }), {
      plugins,
    });
    let text = "";
    const stream = host.registry.gateway("away").stream({
      model: "simulator",
      messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
      tools: [],
      signal: new AbortController().signal,
    });
    for await (const batch of stream) {
      if (text === "") await host.settings.set("proxy", second.url);
      for (const event of batch) if (event.type === "text-delta") text += event.text;
    }
    expect(text).toContain("word19");
    await ask(host, "away", "simulator");
    expect([first.log.length, second.log.length]).toEqual([1, 1]);
  });

  it("may speak SOCKS", async () => {
    await using simulator = await createSimulator();
    await using proxy = await startSocksProxy(portOf(simulator));
    await using world = await World.make();
    const host = await world.host(settings({ away: { api_url: "http://gateway.internal/v1" } }, { proxy: proxy.url }), {
      plugins,
    });
    await ask(host, "away", "simulator");
    expect(proxy.log).toEqual(["CONNECT gateway.internal:80"]);
  });

  it("that is wrong refuses the gateways concerned, or fails their requests, in words", async () => {
    await using world = await World.make();
    world.environment.HTTP_PROXY = "ftp://sk-secret@host";
    const host = await world.host(
      settings({
        own: { api_url: "http://gateway.internal/v1", proxy: "gopher://sk-secret" },
        odd: { api_url: "http://gateway.internal/v1", proxy: 5, ca_file: [7] },
        away: { api_url: "http://gateway.internal/v1" },
      }),
      { plugins },
    );
    expect(host.notices().map(({ path, message }) => [path?.slice(2).join("."), message])).toEqual([
      ["own.proxy", expect.stringContaining("no kind of proxy")],
      ["odd.proxy", expect.stringContaining("must be the address of a proxy")],
      ["odd.ca_file", expect.stringContaining("must be the path")],
    ]);
    await expect(ask(host, "away", "simulator")).rejects.toMatchObject({
      message: expect.stringContaining("HTTP_PROXY"),
    });
    expect(JSON.stringify(host.notices())).not.toContain("sk-secret");
    await host.settings.set("proxy", "gopher://sk-secret");
    expect(host.notices().find(({ gateway }) => gateway === "away")?.message).toContain(
      `the settings' "proxy" for all gateways`,
    );
  });
});

describe("certificates", () => {
  it("of one gateway's own are trusted by that gateway, and by no other", async () => {
    const authority = new Authority();
    await using simulator = await createSimulator();
    await using secure = await startSecure(portOf(simulator), authority.issue(["localhost"]));
    await using world = await World.make();
    await world.write("own.pem", authority.certificate);
    const api_url = `https://localhost:${secure.port}/v1`;
    const host = await world.host(settings({ one: { api_url, ca_file: "own.pem" }, two: { api_url } }), { plugins });
    await ask(host, "one", "simulator");
    await expect(ask(host, "two", "simulator")).rejects.toMatchObject({ code: "connection" });
    await ask(host, "one", "simulator");
    expect(simulator.requests).toHaveLength(2);
  });

  it.each([
    ["missing.pem", "is not there"],
    ["empty.pem", "holds no certificate"],
    ["broken.pem", "cannot be read"],
    ["folder", "is a folder"],
  ])("in %s refuse the gateways that would trust them", async (name, words) => {
    await using world = await World.make();
    await world.write("empty.pem", "nothing");
    await world.write("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    await world.write("folder/x", "");
    const api_url = "https://gateway.example/v1";
    const host = await world.host(settings({ one: { api_url, ca_file: name }, two: { api_url } }), { plugins });
    expect(host.registry.gateways()).toMatchObject([
      { id: "one", state: "refused" },
      { id: "two", state: "ready" },
    ]);
    expect(host.notices()).toMatchObject([
      {
        code: "gateway-refused",
        path: ["language_models", "openai_compatible", "one", "ca_file"],
        message: expect.stringContaining(words),
      },
    ]);
  });
});

describe("plugins", { timeout: 30_000 }, () => {
  it("that use fetch are handed one that goes the same way", async () => {
    await using simulator = await createSimulator();
    await using proxy = await startProxy(portOf(simulator));
    await using world = await World.make();
    world.environment.http_proxy = proxy.url;
    const plugin = definePlugin({
      ...anything,
      open: ({ transport }) =>
        gatewayOf(async ({ signal }) => {
          const response = await (transport.fetch ?? fetch)("http://gateway.internal/v1/models", { signal });
          return [listed(String(response.status))];
        }),
    });
    const host = await world.host({}, { plugins: [plugin] });
    expect((await host.models.list())[0]?.models[0]?.id).toBe("200");
    expect(proxy.log).toEqual(["GET http://gateway.internal/v1/models"]);
  });

  it("that have a proxy setting of their own keep it", async () => {
    await using world = await World.make();
    const seen: unknown[] = [];
    const schema = { type: "object", properties: { proxy: { type: "boolean" } } };
    const plugin = definePlugin({
      ...anything,
      settings: {
        "~standard": { ...anything.settings["~standard"], jsonSchema: { input: () => schema, output: () => schema } },
      },
      open: (context) => {
        seen.push(context.settings, context.transport);
        return gatewayOf(() => Promise.resolve([]));
      },
    });
    const host = await world.host({ language_models: { anything: { proxy: true } } }, { plugins: [plugin] });
    await host.models.list();
    expect(seen).toEqual([{ proxy: true }, {}]);
  });

  it("find the program's own fetch as it was, and undici not loaded before it is needed", async () => {
    await using simulator = await createSimulator();
    await using proxy = await startProxy(portOf(simulator));
    await using world = await World.make();
    await world.write(
      "settings.json",
      settings({ away: { api_url: "http://gateway.internal/v1" } }, { proxy: proxy.url }),
    );
    const script = `
      import { createRequire } from "node:module";
      import { createHost } from "@waygate/host";
      import openaiCompatible from "@waygate/openai-compatible";
      const slots = [1, 2].map((number) => Symbol.for("undici.globalDispatcher." + number));
      const loaded = () => Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes("/undici/"));
      void globalThis.Headers;
      const before = slots.map((slot) => globalThis[slot]);
      const host = await createHost({ settingsFile: ${JSON.stringify(world.path("settings.json"))}, plugins: [openaiCompatible], store: "memory", cacheFolder: false });
      await host.gateways();
      host.registry.gateway("away");
      const early = loaded();
      const { gateway } = await host.registry.select({ provider: "away", model: "simulator" });
      const messages = [{ role: "user", content: [{ type: "text", text: "Hello" }] }];
      for await (const _ of gateway.stream({ model: "simulator", messages, tools: [], signal: AbortSignal.timeout(9000) })) continue;
      const same = slots.every((slot, index) => globalThis[slot] === before[index] || before[index] === undefined);
      const direct = await fetch(${JSON.stringify(`${simulator.url}/models`)});
      await host.close();
      console.log(JSON.stringify({ early, late: loaded(), same, direct: direct.status }));`;
    const flags = ["--conditions=waygate-source", "--input-type=module", "--eval", script];
    const child = await run(flags);
    expect(child).toEqual({ early: false, late: true, same: true, direct: 200 });
    expect(proxy.log).toHaveLength(1);
  });
});

async function run(flags: readonly string[]): Promise<unknown> {
  const { execFile } = await import("node:child_process");
  const { promisify } = await import("node:util");
  const { stdout } = await promisify(execFile)(process.execPath, [...flags], { cwd: import.meta.dirname });
  return JSON.parse(stdout);
}
