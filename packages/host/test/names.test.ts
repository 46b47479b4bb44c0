import openaiCompatible from "@waygate/openai-compatible";
import { createSimulator } from "@waygate/simulator";
import { expect, it } from "vitest";
import { ask, World } from "./world.ts";

const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"];

it("gateways may have the names of what every object has", async () => {
  await using simulator = await createSimulator({ apiKey: "sk-mine" });
  await using world = await World.make();
  const service = { api_url: simulator.url, available_models: [{ name: "simulator" }] };
  const services = names.map((name) => `${JSON.stringify(name)}: ${JSON.stringify(service)}`).join(", ");
  const host = await world.host(`{ "language_models": { "openai_compatible": { ${services} } } }`, {
    plugins: [openaiCompatible],
    store: "file",
    keyFile: world.path("keys.json"),
  });
  expect(host.notices()).toEqual([]);
  expect((await host.gateways()).map(({ id, state }) => [id, state])).toEqual(names.map((name) => [name, "ready"]));
  for (const name of names) {
    expect((await host.credentials.status(name))[0]?.origin).toBeUndefined();
    await host.credentials.set(name, "sk-mine");
    expect(JSON.stringify(await ask(host, name, "simulator"))).toContain("text-delta");
    const value = { provider: name, model: "simulator" };
    await host.settings.set("agent.default_model", value);
    expect(await host.choose()).toMatchObject({ gateway: { id: name }, model: "simulator" });
    expect(await host.diagnose({ gateway: name })).toMatchObject([{ gateway: name, ok: true }]);
    const path = ["language_models", "openai_compatible", name, "custom_headers"];
    await host.settings.set(path, { "x-name": name });
    expect(host.settings.get(path)).toEqual({ "x-name": name });
    await ask(host, name, "simulator");
    expect(simulator.requests.at(-1)?.headers["x-name"]).toBe(name);
  }
  expect((await host.models.list()).map(({ gateway, error }) => [gateway, error])).toEqual(
    names.map((name) => [name, undefined]),
  );
  expect(Object.prototype).not.toHaveProperty("api_url");
  await expect(host.gateway("isPrototypeOf")).rejects.toMatchObject({ code: "settings" });
});

it("sections and keys of settings that have such names are unknown keys", async () => {
  await using world = await World.make();
  const host = await world.host(
    '{ "__proto__": { "agent": {} }, "constructor": 1, "agent": { "__proto__": { "default_model": {} }, "constructor": 1 }, "language_models": { "__proto__": {}, "constructor": {} } }',
    { plugins: [openaiCompatible] },
  );
  expect(host.settings.model("default_model")).toBeUndefined();
  expect(host.notices().every(({ severity }) => severity === "warning")).toBe(true);
  expect(host.notices().map(({ path }) => path?.join("."))).toEqual([
    "agent.__proto__",
    "agent.constructor",
    "language_models.__proto__",
    "language_models.constructor",
  ]);
});
