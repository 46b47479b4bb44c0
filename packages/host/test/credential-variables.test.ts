import { join } from "node:path";
import { definePlugin } from "@waygate/core/plugin";
import openaiCompatible from "@waygate/openai-compatible";
import { expect, it } from "vitest";
import { anything } from "./plugins.ts";
import { World } from "./world.ts";

const key = (...env: string[]) => [{ id: "api_key", label: "API key", env }];

it("names the variables of all plugins, whatever their state, and of all gateways of the settings", async () => {
  await using world = await World.make();
  const found = async (id: string, more: object = {}) => {
    const manifest = { id, name: id, settingsKey: id, contract: 1, ...more };
    await world.write(join("node_modules", `waygate-plugin-${id}`, "package.json"), {
      name: `waygate-plugin-${id}`,
      version: "1.0.0",
      waygate: manifest,
    });
  };
  await found("acme", { env: ["ACME_KEY", "ACME_TOKEN"] });
  await found("off", { env: ["OFF_KEY"] });
  await found("newer", { env: ["NEWER_KEY"], contract: 99 });
  await found("many", { env: ["{ID}_SECRET"], instances: "map" });
  const plugins = [
    definePlugin({ ...anything, credentials: key("ANYTHING_KEY") }),
    definePlugin({ ...anything, id: "disabled", settingsKey: "disabled", credentials: key("DISABLED_KEY") }),
    openaiCompatible,
  ];
  const service = { api_url: "https://service.example/v1" };
  const settings = {
    plugins: ["acme", "off", "newer", "many"].map((id) => `waygate-plugin-${id}`),
    disabled_plugins: ["disabled", "waygate-plugin-off"],
    language_models: {
      anything: 7,
      openai_compatible: { "my-service": service, wrong: { api_url: 7 }, "": service },
      many: { one: {}, "the-other": {} },
    },
  };
  const host = await world.host(settings, { plugins });
  expect([...host.credentials.variables()].sort()).toEqual(
    [
      ...["ACME_KEY", "ACME_TOKEN", "ANYTHING_KEY", "DISABLED_KEY", "MY_SERVICE_API_KEY", "NEWER_KEY", "OFF_KEY"],
      ...["ONE_SECRET", "THE_OTHER_SECRET", "WRONG_API_KEY", "_API_KEY"],
    ].sort(),
  );

  // Also without any plugin of the map: its ids are still in the settings.
  await world.write("settings.json", { ...settings, disabled_plugins: ["openai_compatible", "many"] });
  await host.settings.reload();
  expect(host.credentials.variables()).toEqual(expect.arrayContaining(["MY_SERVICE_API_KEY", "ONE_SECRET"]));
});
