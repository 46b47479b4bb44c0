import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { definePlugin } from "@waygate/core/plugin";
import { formatNotice } from "@waygate/host";
import openaiCompatible from "@waygate/openai-compatible";
import { createSimulator } from "@waygate/simulator";
import { expect, it, vi } from "vitest";
import { anything, gatewayOf, listed } from "./plugins.ts";
import { startProxy } from "./proxy-server.ts";
import { World } from "./world.ts";

/** Stands in every secret of this test, and must stand nowhere else. */
const marker = "sk-MARKER-c0ffee";

it("no key, password or secret comes out of anything: values, errors, events, notices, files, output", {
  timeout: 60_000,
}, async () => {
  const outcomes: unknown[] = [];
  const said: unknown[][] = [];
  const spies = (["log", "error", "warn", "info", "debug"] as const).map((method) =>
    vi.spyOn(console, method).mockImplementation((...words: unknown[]) => void said.push(words)),
  );
  const streams = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, "write").mockImplementation((chunk) => {
      said.push([String(chunk)]);
      return true;
    }),
  );
  await using world = await World.make();
  try {
    await using simulator = await createSimulator({ apiKey: `${marker}-right` });
    await using proxy = await startProxy(Number(new URL(simulator.url).port));
    const keep = async (work: () => unknown) => {
      try {
        outcomes.push(await work());
      } catch (error) {
        outcomes.push(error);
      }
    };
    Object.assign(world.environment, {
      RIGHT_API_KEY: `${marker}-right`,
      WRONG_API_KEY: `${marker}-wrong`,
      BROKEN_API_KEY: `${marker}\n-broken`,
      HTTPS_PROXY: `ftp://${marker}@host`,
    });
    const listing = definePlugin({
      ...anything,
      credentials: [{ id: "api_key", label: "API key", env: [] }],
      open: ({ credential }) => gatewayOf(async () => [listed(`model-${(await credential("api_key"))?.length}`)]),
    });
    const service = { api_url: simulator.url, available_models: [{ name: "simulator" }] };
    const file = (extra: object = {}) => ({
      agent: { default_model: { provider: "right", model: "simulator" } },
      proxy: `${proxy.url.replace("//", `//user:${marker}@`)}`,
      language_models: {
        openai_compatible: {
          right: service,
          wrong: service,
          broken: service,
          stored: service,
          headers: { ...service, custom_headers: { "x-secret": `${marker}-header` } },
          // Where keys do not belong.
          key: { ...service, api_key: `${marker}-in-settings` },
          keys: { ...service, api_url: `https://user:${marker}@example.com` },
          away: { ...service, api_url: "https://gateway.invalid/v1" },
          proxied: { ...service, api_url: "http://gateway.internal/v1" },
          odd: { ...service, proxy: `gopher://${marker}`, custom_headers: marker },
          ...extra,
        },
      },
    });
    const host = await world.host(file(), { plugins: [openaiCompatible, listing], watch: true, store: "file" });
    host.onChange((change) => outcomes.push(change));
    const { credentials, models, registry, settings } = host;

    await keep(() => credentials.set("stored", `${marker}-stored`));
    await keep(() => credentials.set("anything", `${marker}-listing`));
    await keep(() => credentials.set("right", `${marker}\n`));
    await keep(() => credentials.set("right", `${marker}\nbroken`));
    await keep(() => credentials.set("nobody", marker));
    await keep(() => credentials.set("keys", marker));
    await keep(() => models.list());
    await keep(() => credentials.status());
    await keep(() => credentials.list());
    for (const { id } of registry.gateways()) {
      await keep(async () => {
        const events: unknown[] = [];
        const messages = [{ role: "user" as const, content: [{ type: "text" as const, text: "Hello" }] }];
        const stream = registry
          .gateway(id)
          .stream({ model: "simulator", messages, tools: [], signal: AbortSignal.timeout(9000) });
        for await (const batch of stream) events.push(batch);
        return events;
      });
      await keep(() => credentials.remove(id));
    }
    simulator.fault({ kind: "status", status: 401, body: { error: { message: `no such key: ${marker}-right` } } });
    await keep(() => host.choose().then((choice) => choice?.gateway.models({ signal: AbortSignal.timeout(9000) })));
    await keep(() => models.list({ refresh: true }));
    await keep(() => models.search("model"));
    await keep(() => host.diagnose({ probe: true }));
    await keep(() => host.schema());
    await keep(() => settings.set("agent.favorite_models", []));
    await keep(() => settings.set("agent.favorite_models.x", 1));
    outcomes.push(host.notices(), host.notices().map(formatNotice), host.plugins(), registry.gateways());
    await world.write("settings.json", `{ "proxy": "${marker}", oops`);
    await vi.waitFor(() => expect(host.notices()[0]?.code).toBe("settings-syntax"), 5000);
    outcomes.push(host.notices());
    await keep(() => world.host(undefined, { settingsFile: world.path("settings.json") }));
    await world.write("damaged.json", `{"keys": ["${marker}`);
    const damaged = await world.host({}, { store: "file", keyFile: world.path("damaged.json") });
    await keep(() => damaged.credentials.list());
  } finally {
    for (const spy of [...spies, ...streams]) spy.mockRestore();
  }

  // It has been used, and so could have come out.
  const gateways = outcomes.filter((outcome) => Array.isArray(outcome) && textOf(outcome).includes("text-delta"));
  expect(gateways.length).toBeGreaterThan(0);
  expect(said).toEqual([]);
  for (const outcome of [...outcomes, world.told]) expect(textOf(outcome)).not.toContain(marker);
  // The settings file is the person's own work, and keys.json the place for keys that was asked for.
  const files = filesBelow(world.folder).filter((file) => !/\/(settings|keys|damaged)\.json$/.test(file));
  expect(files.some((file) => file.includes("/cache/models/"))).toBe(true);
  for (const file of files) expect(readFileSync(file, "utf8"), file).not.toContain(marker);
});

/** Everything of a value, errors and what caused them too. */
function textOf(value: unknown, seen = new Set<unknown>()): string {
  if (typeof value !== "object" || value === null) return String(value);
  if (seen.has(value)) return "";
  seen.add(value);
  const own = Object.getOwnPropertyNames(value).map((name) => Reflect.get(value, name) as unknown);
  const entries = value instanceof Map ? [...value.entries()] : [];
  const words = [...own, ...entries].map((part) => textOf(part, seen));
  return [String(Object.prototype.toString.call(value)), ...Object.keys(value), ...words].join("\n");
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}
