import { readdirSync, readFileSync, statSync } from "node:fs";
import { isGatewayError } from "@waygate/core";
import { definePlugin } from "@waygate/core/plugin";
import openaiCompatible from "@waygate/openai-compatible";
import { createSimulator } from "@waygate/simulator";
import { describe, expect, it } from "vitest";
import { anything, gatewayOf, listed } from "./plugins.ts";
import { ask, World } from "./world.ts";

function settings(services: Readonly<Record<string, object>>): object {
  return { language_models: { openai_compatible: services } };
}

describe("diagnose", { timeout: 30_000 }, () => {
  it("tells of each gateway its address, where its key comes from, its models, and what its plugin says", async () => {
    await using simulator = await createSimulator();
    await using world = await World.make();
    world.environment.GOOD_API_KEY = "sk-good";
    const checked = definePlugin({
      ...anything,
      credentials: [{ id: "api_key", label: "API key", env: [] }],
      open: () => ({
        ...gatewayOf(() => Promise.resolve([listed("m")])),
        check: () => Promise.resolve({ facts: [{ label: "Region", value: "eu-west-1" }] }),
      }),
    });
    const host = await world.host(
      settings({
        good: { api_url: simulator.url, available_models: [{ name: "simulator" }] },
        bad: { api_url: "ftp://x" },
        away: { api_url: "http://127.0.0.1:9/v1" },
      }),
      { plugins: [openaiCompatible, checked] },
    );
    const reports = await host.diagnose();
    expect(reports.map(({ gateway, ok }) => [gateway, ok])).toEqual([
      ["good", true],
      ["bad", false],
      ["away", false],
      ["anything", false],
    ]);
    const [good, bad, away, other] = reports;
    expect(good).toMatchObject({
      entry: { address: simulator.url },
      plugin: { id: "openai_compatible", origin: "program" },
      credentials: [{ origin: { kind: "environment", variable: "GOOD_API_KEY" } }],
      models: { models: [{ id: "simulator" }], error: undefined },
      probe: undefined,
    });
    expect(bad?.entry.issues).toHaveLength(1);
    expect(away?.models?.error ?? away?.checkError).toMatchObject({ code: "connection" });
    // A key that it needs is not there.
    expect(other).toMatchObject({
      facts: [{ label: "Region", value: "eu-west-1" }],
      credentials: [{ origin: undefined }],
    });
    expect(JSON.stringify(reports)).not.toContain("sk-good");
  });

  it("has a model call a tool if asked", async () => {
    await using simulator = await createSimulator();
    await using world = await World.make();
    const models = [
      { name: "plain", capabilities: { tools: false } },
      { name: "simulator" },
      { name: "simulator:status-500" },
    ];
    const host = await world.host(settings({ good: { api_url: simulator.url, available_models: models } }), {
      plugins: [openaiCompatible],
    });
    const probe = async (model: boolean | string) => (await host.diagnose({ gateway: "good", probe: model }))[0];
    expect(await probe(true)).toMatchObject({ ok: true, probe: { ok: true, model: "simulator" } });
    expect(await probe("simulator:status-500")).toMatchObject({
      ok: false,
      probe: { ok: false, error: { status: 500 } },
    });
    simulator.script({ text: "I would rather not." });
    expect(await probe("simulator")).toMatchObject({
      ok: false,
      probe: { message: expect.stringContaining("did not call") },
    });
    await host.settings.set("language_models.openai_compatible.good.available_models", models.slice(0, 1));
    expect(await probe(true)).toMatchObject({ ok: false, probe: { message: expect.stringContaining("no model") } });
    const aborted = AbortSignal.abort(new Error("enough"));
    await expect(host.diagnose({ probe: true, signal: aborted })).rejects.toThrow("enough");
  });

  it("remembers the last failure of a request, but no abort", async () => {
    await using simulator = await createSimulator();
    await using world = await World.make();
    const service = { api_url: simulator.url, available_models: [{ name: "simulator" }] };
    const host = await world.host(settings({ good: service }), { plugins: [openaiCompatible] });
    const last = async () => (await host.diagnose())[0]?.lastError;
    const controller = new AbortController();
    const asking = ask(host, "good", "simulator", { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(asking).rejects.toThrow("enough");
    expect(await last()).toBeUndefined();
    simulator.fault({ kind: "status", status: 402 });
    await expect(ask(host, "good", "simulator")).rejects.toMatchObject({ status: 402 });
    expect(await last()).toMatchObject({ error: { status: 402 }, at: expect.any(Number) });

    // Whoever asks what went wrong often does so with another program.
    await host.close();
    const next = await world.host(undefined, { plugins: [openaiCompatible] });
    const [report] = await next.diagnose();
    expect(report?.lastError?.error).toMatchObject({ code: "payment-required", status: 402, gateway: "good" });
    expect(isGatewayError(report?.lastError?.error)).toBe(true);
    const [name = ""] = readdirSync(world.path("cache/errors"));
    const file = world.path("cache/errors", name);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const told = JSON.parse(readFileSync(file, "utf8"));
    await world.write(`cache/errors/${name}`, { ...told, at: Date.now() - 8 * 24 * 60 * 60 * 1000 });
    expect((await next.diagnose())[0]?.lastError).toBeUndefined();
    await world.write(`cache/errors/${name}`, "{ oops");
    expect((await next.diagnose())[0]?.lastError).toBeUndefined();
  });
});
