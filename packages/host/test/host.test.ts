import { definePlugin, GatewayError } from "@waygate/core/plugin";
import { createHost, formatNotice, type Notice } from "@waygate/host";
import openaiCompatible from "@waygate/openai-compatible";
import { createSimulator } from "@waygate/simulator";
import { describe, expect, it, vi } from "vitest";
import { anything, gatewayOf } from "./plugins.ts";
import { ask, World } from "./world.ts";

describe("a host", () => {
  it("needs no options, no container, and no file", async () => {
    await using world = await World.make();
    await using host = await createHost({ environment: world.environment });
    expect(host.settings.file).toBe(world.path(".config/waygate/settings.json"));
    expect(host.settings.exists).toBe(false);
    expect(host.notices()).toEqual([]);
    expect(host.credentials.storeKind).toBe("keychain");
    expect(await host.choose()).toBeUndefined();
  });

  it("tells how far a person has come with each gateway", async () => {
    await using world = await World.make();
    const needsKey = (id: string, optional = false) =>
      definePlugin({
        ...anything,
        ...{ id, settingsKey: id },
        credentials: [{ id: "api_key", label: "API key", env: [`${id.toUpperCase()}_KEY`], optional }],
      });
    const plugins = [needsKey("one"), needsKey("two"), needsKey("three"), needsKey("four", true), openaiCompatible];
    world.environment.TWO_KEY = "sk-two";
    const services = { right: { api_url: "http://127.0.0.1:9/v1" }, wrong: { api_url: 5 } };
    const host = await world.host({ language_models: { three: {}, openai_compatible: services } }, { plugins });
    const states = async () => (await host.setups()).map(({ gateway, state }) => [gateway, state]);
    expect(await states()).toEqual([
      ["one", "untouched"],
      ["two", "ready"],
      ["three", "key-missing"],
      ["four", "untouched"],
      ["right", "ready"],
      ["wrong", "refused"],
    ]);
    await host.credentials.set("three", "sk-three");
    await host.settings.set("language_models.four", {});
    expect(await states()).toContainEqual(["three", "ready"]);
    expect(await states()).toContainEqual(["four", "ready"]);
    expect((await host.setups())[2]).toMatchObject({ credentials: [{ origin: { kind: "memory" } }] });
  });

  it("says that a settings file is missing that somebody asked for, until it is there", async () => {
    await using world = await World.make();
    const host = await world.host();
    const file = world.path("settings.json");
    expect(host.notices()).toMatchObject([{ code: "settings-missing", severity: "warning" }]);
    expect(host.notices()[0]?.message).toContain(`"${file}"`);
    await host.settings.set("agent.favorite_models", []);
    expect(host.notices()).toEqual([]);
    await using zed = await createHost({ environment: world.environment, zed: true, watch: false });
    expect(zed.notices()).toMatchObject([{ message: expect.stringContaining("Zed's") }]);
  });

  it("chooses models as the settings say, and asks none to think that cannot", async () => {
    await using simulator = await createSimulator();
    await using world = await World.make();
    const able = { reasoning: true };
    const plugin = definePlugin({
      ...anything,
      open: () => ({
        ...anything.open({} as never),
        model: (id: string) => ({
          id,
          name: id,
          capabilities: id === "plain" ? { reasoning: false } : able,
          origin: {},
        }),
      }),
    });
    const host = await world.host(
      {
        agent: {
          default_model: { provider: "anything", model: "plain", effort: "high" },
          inline_assistant_model: { provider: "anything", model: "thinks", effort: "high" },
          commit_message_model: { provider: "anything", model: "plain", enable_thinking: false },
          thread_summary_model: { provider: "local", model: "nothing-like-it" },
          inline_alternatives: [{ provider: "anything", model: "thinks" }],
        },
        language_models: {
          openai_compatible: { local: { api_url: simulator.url, available_models: [{ name: "x" }] } },
        },
      },
      { plugins: [openaiCompatible, plugin] },
    );
    expect(await host.choose()).toMatchObject({ model: "plain", reasoning: undefined });
    expect(await host.choose("inline_assistant_model")).toMatchObject({ reasoning: { effort: "high" } });
    expect(await host.choose("commit_message_model")).toMatchObject({ reasoning: "off" });
    const current = { provider: "anything", model: "thinks", enableThinking: true, effort: undefined };
    expect(await host.choose("subagent_model", { current })).toMatchObject({ model: "thinks" });
    expect(host.settings.inlineAlternatives()).toMatchObject([{ model: "thinks" }]);
    await expect(host.choose("thread_summary_model")).rejects.toMatchObject({
      code: "model-not-found",
      message: expect.stringMatching(/settings.json:\d+:\d+: .*nothing-like-it/),
    });
  });

  it("keeps all fields of an error when it adds the place in the settings", async () => {
    await using world = await World.make();
    const fields = { gateway: "anything", upstream: "behind", code: "timeout", phase: "idle", status: 504 } as const;
    const failing = () => Promise.reject(new GatewayError("No list.", { ...fields, retryAfterMs: 9, detail: "late" }));
    const plugin = definePlugin({ ...anything, open: () => gatewayOf(failing) });
    const agent = { default_model: { provider: "anything", model: "some" } };
    const host = await world.host({ agent }, { plugins: [plugin] });
    await expect(host.choose()).rejects.toMatchObject({
      ...{ ...fields, retryable: true, retryAfterMs: 9, detail: "late" },
      message: expect.stringMatching(/settings.json:\d+:\d+: No list\./),
    });
  });

  it("tells each thing once, and again when it is back", async () => {
    await using world = await World.make();
    const told: Notice[] = [];
    const host = await world.host({ plugin: 1 }, { onNotice: (notice) => void told.push(notice) });
    await host.settings.set("proxy", "none");
    expect(told).toHaveLength(1);
    expect(formatNotice(told[0] as Notice)).toMatch(/settings.json:2:3: Unknown key "plugin"/);
    await host.settings.remove("plugin");
    expect(host.notices()).toEqual([]);
    await host.settings.set("plugin", 1);
    expect(told).toHaveLength(2);
  });

  it("is not broken by a listener that throws", async () => {
    await using world = await World.make();
    const uncaught = vi.fn();
    const before = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.once("uncaughtException", uncaught);
    try {
      const host = await world.host({});
      host.onChange(() => {
        throw new Error("my own mistake");
      });
      const other = vi.fn();
      host.onChange(other);
      await host.settings.set("proxy", "none");
      expect(other).toHaveBeenCalledWith({ type: "settings" });
      await vi.waitFor(() => expect(uncaught).toHaveBeenCalledTimes(1));
    } finally {
      for (const listener of before) process.on("uncaughtException", listener);
    }
  });

  it("waits for running streams when it is closed, and opens none any more", async () => {
    await using simulator = await createSimulator();
    simulator.script({ text: Array.from({ length: 10 }, (_, index) => `word${index} `) });
    simulator.fault({ kind: "delay", betweenChunksMs: 20 });
    await using world = await World.make();
    const host = await world.host(
      {
        language_models: {
          openai_compatible: { local: { api_url: simulator.url, available_models: [{ name: "simulator" }] } },
        },
      },
      { plugins: [openaiCompatible] },
    );
    const asking = ask(host, "local", "simulator");
    await vi.waitFor(() => expect(simulator.requests).toHaveLength(1));
    let ended = false;
    const answered = asking.then((events) => {
      ended = true;
      return events;
    });
    await Promise.all([host.close(), host.close()]);
    expect(JSON.stringify(await answered)).toContain("word9");
    expect(ended).toBe(true);
    expect(host.registry.gateways()).toEqual([]);
    // What the settings say afterwards is nobody's concern.
    await host.settings.set("proxy", "none");
    expect(host.registry.gateways()).toEqual([]);
  });

  it("switches gateways of the program itself off where the settings say so", async () => {
    await using world = await World.make();
    const host = await world.host({ disabled_plugins: ["anything"] }, { plugins: [definePlugin(anything)] });
    expect(host.registry.gateways()).toEqual([]);
    expect(host.plugins()).toMatchObject([{ id: "anything", state: "refused" }]);
    await host.settings.remove("disabled_plugins");
    expect(host.registry.gateways()).toMatchObject([{ id: "anything", state: "ready" }]);
  });
});
