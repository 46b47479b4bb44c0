import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { GatewayError, type Model } from "@waygate/core";
import { definePlugin, type ModelsOptions } from "@waygate/core/plugin";
import type { HostOptions } from "@waygate/host";
import { afterEach, describe, expect, it, vi } from "vitest";
import { anything, gatewayOf, listed } from "./plugins.ts";
import { ask, World } from "./world.ts";

const hour = 60 * 60 * 1000;

/** A gateway whose list comes from a service that the test plays. */
function serviceOf(answer: (options: ModelsOptions, call: number) => Promise<readonly Model[]> | readonly Model[]) {
  let calls = 0;
  const plugin = definePlugin({
    ...anything,
    address: (settings) => String(settings.address ?? "https://example.com"),
    open: () => gatewayOf(async (options) => answer(options, ++calls)),
  });
  return { plugins: [plugin], calls: () => calls } satisfies HostOptions & { calls: () => number };
}

const offline = () => {
  throw new GatewayError('Gateway "anything": nothing answers.', { gateway: "anything", code: "connection" });
};

afterEach(() => {
  vi.useRealTimers();
});

describe("lists of models", () => {
  it("are kept on disk for as long as they are good, and asked for again on request", async () => {
    await using world = await World.make();
    const service = serviceOf((_options, call) => [listed(`model-${call}`)]);
    const first = await world.host({}, service);
    const [listing] = await first.models.list();
    expect(listing).toMatchObject({ gateway: "anything", models: [{ id: "model-1" }], error: undefined });
    expect(Date.now() - (listing?.fetchedAt ?? 0)).toBeLessThan(5000);

    const second = await world.host({}, service);
    expect(await second.models.list()).toEqual([listing]);
    expect((await second.choose())?.model).toBeUndefined();
    expect((await second.registry.select({ provider: "anything", model: "model-1" })).model).toBe("model-1");
    expect(service.calls()).toBe(1);
    expect(await second.models.list({ refresh: true })).toMatchObject([{ models: [{ id: "model-2" }] }]);

    const [name = ""] = readdirSync(world.path("cache/models"));
    expect(name).toMatch(/^anything-[0-9a-f]{16}\.json$/);
    expect(statSync(world.path("cache/models", name)).mode & 0o777).toBe(0o600);
  });

  it("are asked for again when they are old, and when the settings that they are made of change", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    await using world = await World.make();
    const service = serviceOf((_options, call) => [listed(`model-${call}`)]);
    const host = await world.host({}, service);
    const id = async () => (await host.models.list())[0]?.models[0]?.id;
    expect(await id()).toBe("model-1");
    vi.setSystemTime(Date.now() + hour - 1000);
    expect(await id()).toBe("model-1");
    vi.setSystemTime(Date.now() + 2000);
    expect(await id()).toBe("model-2");
    await host.settings.set("language_models.anything.available_models", [{ name: "x" }]);
    expect(await id()).toBe("model-3");
    await host.settings.set("language_models.anything.address", "https://example.org");
    expect(await id()).toBe("model-4");
    expect(readdirSync(world.path("cache/models"))).toHaveLength(2);
    // A clock that was set back makes no list young.
    vi.setSystemTime(Date.now() - 10 * hour);
    expect(await id()).toBe("model-5");
  });

  it("stay as they were when a refresh fails, which is said", async () => {
    await using world = await World.make();
    const service = serviceOf((_options, call) => (call === 2 ? offline() : [listed(`model-${call}`)]));
    const host = await world.host({}, service);
    await host.models.list();
    expect(await host.models.list({ refresh: true })).toMatchObject([
      { models: [{ id: "model-1" }], error: { code: "connection" }, fetchedAt: expect.any(Number) },
    ]);
    expect(world.told).toMatchObject([
      {
        severity: "warning",
        code: "models-stale",
        gateway: "anything",
        message: expect.stringMatching(/nothing answers\. The list of models is that of 20/),
      },
    ]);
    expect(await host.models.list({ refresh: true })).toMatchObject([
      { models: [{ id: "model-3" }], error: undefined },
    ]);
  });

  it("are there offline, whatever their age, and tell what models can do", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    await using world = await World.make();
    const online = serviceOf(() => [listed("blind", { capabilities: { images: false }, contextWindow: 5 })]);
    await (await world.host({}, online)).models.list();
    vi.setSystemTime(Date.now() + 1000 * hour);
    const host = await world.host(
      { agent: { default_model: { provider: "anything", model: "blind" } } },
      serviceOf(offline),
    );
    // Before anything was asked for: what the list said is known.
    expect(host.registry.gateway("anything").model?.("blind")).toMatchObject({ contextWindow: 5 });
    expect((await host.choose())?.model).toBe("blind");
    const image = { type: "image", mediaType: "image/png", source: { type: "base64", data: "AA==" } };
    await expect(
      ask(host, "anything", "blind", { messages: [{ role: "user", content: [image] }] }),
    ).rejects.toMatchObject({ code: "unsupported" });
    expect(await host.models.list()).toMatchObject([{ models: [{ id: "blind" }], error: { code: "connection" } }]);
    const empty = await world.host({}, { ...serviceOf(offline), cacheFolder: world.path("other") });
    expect(await empty.models.list()).toMatchObject([
      { models: [], error: { code: "connection" }, fetchedAt: undefined },
    ]);
  });

  it("are asked for once, however many wait for them; who leaves does not take it from the others", async () => {
    await using world = await World.make();
    let release: () => void = () => undefined;
    const signals: AbortSignal[] = [];
    const service = serviceOf(async ({ signal }) => {
      signals.push(signal);
      await new Promise<void>((resolve, reject) => {
        release = resolve;
        signal.addEventListener("abort", () => reject(signal.reason));
      });
      return [listed("slow")];
    });
    const host = await world.host({}, service);
    const leaver = new AbortController();
    const waiting = [host.models.list(), host.models.list({ refresh: true }), host.registry.models()];
    const leaving = host.models.list({ signal: leaver.signal });
    await vi.waitFor(() => expect(signals).toHaveLength(1));
    leaver.abort(new Error("enough"));
    await expect(leaving).rejects.toThrow("enough");
    release();
    for (const lists of await Promise.all(waiting)) expect(lists).toMatchObject([{ models: [{ id: "slow" }] }]);
    expect(service.calls()).toBe(1);

    const lonely = new AbortController();
    const abandoned = host.models.list({ refresh: true, signal: lonely.signal });
    await vi.waitFor(() => expect(signals).toHaveLength(2));
    lonely.abort(new Error("left"));
    await expect(abandoned).rejects.toThrow("left");
    expect(signals[1]?.aborted).toBe(true);
    const again = host.models.list({ refresh: true });
    await vi.waitFor(() => expect(signals).toHaveLength(3));
    release();
    expect(await again).toMatchObject([{ models: [{ id: "slow" }], error: undefined }]);
  });

  it("made of the settings alone are not kept: there is nothing to remember", async () => {
    await using world = await World.make();
    const service = serviceOf((_options, call) => [listed(`model-${call}`, { origin: { id: "settings" } })]);
    const host = await world.host({}, service);
    await host.models.list();
    expect(await host.models.list()).toMatchObject([{ models: [{ id: "model-2" }], fetchedAt: undefined }]);
    expect(() => readdirSync(world.path("cache"))).toThrow();
  });

  it("are not replaced by what a plugin makes up when its service is away", async () => {
    await using world = await World.make();
    const service = serviceOf((_options, call) =>
      call === 1 ? [listed("real")] : [listed("from-settings", { origin: { id: "settings" } })],
    );
    const host = await world.host({}, service);
    await host.models.list();
    expect(await host.models.list({ refresh: true })).toMatchObject([
      { models: [{ id: "real" }], error: { code: "server-error" } },
    ]);
  });

  it.each([
    ["no JSON", "{ oops"],
    ["another version", '{"version":2,"gateway":"anything","models":[],"fetchedAt":9e15,"settings":""}'],
    ["another gateway", '{"version":1,"gateway":"other","models":[],"fetchedAt":1,"settings":""}'],
    ["models that are none", '{"version":1,"gateway":"anything","models":[{"id":5}],"fetchedAt":1,"settings":""}'],
    ["too long", " ".repeat(9 * 1024 * 1024)],
  ])("on disk that are wrong count as absent: %s", async (_name, content) => {
    await using world = await World.make();
    const service = serviceOf((_options, call) => [listed(`model-${call}`)]);
    await (await world.host({}, service)).models.list();
    const [name = ""] = readdirSync(world.path("cache/models"));
    writeFileSync(world.path("cache/models", name), content);
    const host = await world.host({}, service);
    expect(await host.models.list()).toMatchObject([{ models: [{ id: "model-2" }] }]);
  });

  it("on disk are bounded in size and number, and can be forgotten", async () => {
    await using world = await World.make();
    const old = world.path("cache/models/old-0000000000000000.json");
    for (let index = 0; index < 105; index++) await world.write(`cache/models/x${index}-0000000000000000.json`, "{}");
    await world.write("cache/models/old-0000000000000000.json", "{}");
    utimesSync(old, 1, 1);
    const service = serviceOf((_options, call) =>
      call === 1 ? [listed("model", { name: "x".repeat(9 * 1024 * 1024) })] : [listed("short")],
    );
    const host = await world.host({}, service);
    await host.models.list();
    expect(readdirSync(world.path("cache/models"))).toHaveLength(106);
    await host.models.list({ refresh: true });
    const names = readdirSync(world.path("cache/models"));
    expect(names).toHaveLength(100);
    expect(names).not.toContain("old-0000000000000000.json");
    await host.models.clear();
    expect(readdirSync(world.path("cache/models"))).toEqual([]);
    writeFileSync(world.path("blocked"), "");
    const blocked = await world.host({}, { ...service, cacheFolder: world.path("blocked") });
    expect(await blocked.models.list()).toMatchObject([{ models: [{ id: "short" }], error: undefined }]);
    const none = await world.host({}, { ...service, cacheFolder: false });
    expect(await none.models.list()).toMatchObject([{ models: [{ id: "short" }] }]);
  });

  it("whose key changed in another program are asked for anew here", async () => {
    await using world = await World.make();
    const service = serviceOf((_options, call) => [listed(`model-${call}`)]);
    const withKey = {
      ...service,
      plugins: service.plugins.map((plugin) => ({ ...plugin, credentials: () => [{ id: "k", label: "K", env: [] }] })),
    };
    await (await world.host({}, withKey)).models.list();
    await (await world.host({}, withKey)).credentials.set("anything", "sk");
    const [name = ""] = readdirSync(world.path("cache/models"));
    expect(readFileSync(world.path("cache/models", name), "utf8")).toContain('"fetchedAt":0');
    expect(await (await world.host({}, withKey)).models.list()).toMatchObject([{ models: [{ id: "model-2" }] }]);
  });

  it("are searched by words and by what models can do, favourites first", async () => {
    await using world = await World.make();
    const service = serviceOf(() => [
      listed("anthropic/claude-sonnet-5", { name: "Claude Sonnet 5", capabilities: { images: true } }),
      listed("anthropic/claude-haiku-5", { name: "Claude Haiku 5", capabilities: { images: false } }),
      listed("zeta/claude", { name: "Not that one" }),
      listed("openai/gpt-6", { name: "GPT-6", capabilities: { tools: false } }),
      listed("été/modèle", { name: "Modèle d’été" }),
    ]);
    const host = await world.host(
      { agent: { favorite_models: [{ provider: "anything", model: "anthropic/claude-haiku-5" }] } },
      service,
    );
    const ids = async (query: string, capabilities = {}) =>
      (await host.models.search(query, { capabilities })).found.map(({ model }) => model.id);
    expect(await ids("CLAUDE")).toEqual(["anthropic/claude-haiku-5", "anthropic/claude-sonnet-5", "zeta/claude"]);
    expect(await ids("sonnet claude")).toEqual(["anthropic/claude-sonnet-5"]);
    expect(await ids("", { tools: false })).toEqual(["openai/gpt-6"]);
    // What is not known of a model is as its gateway says in general.
    expect(await ids("claude", { images: true })).toEqual(["anthropic/claude-sonnet-5", "zeta/claude"]);
    expect(await ids("modele ete")).toEqual(["été/modèle"]);
    expect(await ids("nothing like it")).toEqual([]);
    expect(await host.models.search("gpt", { gateway: "anything" })).toMatchObject({
      found: [{ gateway: "anything", favorite: false, capabilities: { tools: false, images: true } }],
      lists: [{ gateway: "anything", error: undefined }],
    });
  });

  it("that could not be had are told with what was found in the others", async () => {
    await using world = await World.make();
    const away = definePlugin({ ...anything, id: "away", settingsKey: "away", open: () => gatewayOf(offline) });
    const { plugins } = serviceOf(() => [listed("gpt-6")]);
    const host = await world.host({}, { plugins: [...plugins, away] });
    const told = {
      found: [{ model: { id: "gpt-6" } }],
      lists: [{ error: undefined }, { error: { code: "connection" } }],
    };
    expect(await host.models.search("gpt")).toMatchObject(told);
    expect(await host.models.search("gpt", { gateway: ["anything", "away"] })).toMatchObject(told);
    expect(await host.models.search("", { gateway: "away" })).toMatchObject({ found: [], lists: [{ models: [] }] });
  });

  it("of a gateway that is not there, or refused, say why", async () => {
    await using world = await World.make();
    const host = await world.host({ language_models: { anything: 5 } }, serviceOf(offline));
    expect(await host.models.list()).toEqual([]);
    expect(await host.models.list({ gateway: "anything" })).toMatchObject([
      { models: [], error: { code: "settings" } },
    ]);
    expect(await host.models.list({ gateway: "anythng" })).toMatchObject([
      { error: { message: expect.stringContaining('Did you mean "anything"?') } },
    ]);
  });
});
