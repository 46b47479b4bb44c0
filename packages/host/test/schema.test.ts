import { definePlugin } from "@waygate/core/plugin";
import openaiCompatible from "@waygate/openai-compatible";
import { describe, expect, it } from "vitest";
import { anything } from "./plugins.ts";
import { World } from "./world.ts";

describe("the schema of a settings file", () => {
  it("is composed from the plugins that there are", async () => {
    await using world = await World.make();
    const host = await world.host({}, { plugins: [openaiCompatible, definePlugin(anything)] });
    const schema = await host.schema();
    expect(schema).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      properties: {
        $schema: { type: "string" },
        agent: { properties: { default_model: { $ref: "#/$defs/model" } } },
        language_models: {
          properties: {
            openai_compatible: {
              title: "OpenAI-compatible",
              additionalProperties: { $ref: "#/$defs/plugin:openai_compatible" },
            },
            anything: { title: "Anything", $ref: "#/$defs/plugin:anything" },
          },
        },
        plugins: { items: { type: "string" } },
      },
      $defs: {
        "plugin:openai_compatible": {
          required: ["api_url"],
          properties: { api_url: { type: "string" }, proxy: { type: "string" } },
        },
      },
    });
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });

  it("has the other plugins' parts if one plugin's schema fails", async () => {
    await using world = await World.make();
    const broken = {
      ...definePlugin({ ...anything, id: "broken", settingsKey: "broken" }),
      settingsSchema: () => {
        throw new Error("no json schema");
      },
    };
    const host = await world.host({}, { plugins: [broken, definePlugin(anything)] });
    expect(await host.schema()).toMatchObject({
      properties: { language_models: { properties: { broken: {}, anything: {} } } },
      $defs: { "plugin:broken": { type: "object" } },
    });
    const told = world.told.find(({ code }) => code === "schema-failed");
    expect(told).toMatchObject({ gateway: "broken", message: expect.stringContaining("no json schema") });
  });

  it("has the references of a plugin's schema lead to where they led", async () => {
    await using world = await World.make();
    const own = {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      properties: { tree: { $ref: "#/$defs/node" }, self: { $ref: "#" }, other: { $ref: "https://example.com/x" } },
      $defs: { node: { type: "object", properties: { next: { $ref: "#/$defs/node" }, $schema: { type: "string" } } } },
    };
    const plugin = definePlugin({
      ...anything,
      settings: {
        "~standard": { ...anything.settings["~standard"], jsonSchema: { input: () => own, output: () => own } },
      },
    });
    const schema = await (await world.host({}, { plugins: [plugin] })).schema();
    expect(schema.$defs).toMatchObject({
      "plugin:anything": {
        properties: {
          tree: { $ref: "#/$defs/plugin:anything/$defs/node" },
          self: { $ref: "#/$defs/plugin:anything" },
          other: { $ref: "https://example.com/x" },
        },
        $defs: {
          node: { properties: { next: { $ref: "#/$defs/plugin:anything/$defs/node" }, $schema: { type: "string" } } },
        },
      },
    });
    expect(JSON.stringify(schema.$defs)).not.toContain("draft/2020-12");
  });

  it("accepts $schema in the file itself", async () => {
    await using world = await World.make();
    const host = await world.host({ $schema: "./waygate.schema.json" });
    expect(host.notices()).toEqual([]);
  });
});
