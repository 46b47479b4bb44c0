import { readFileSync } from "node:fs";
import bedrock from "@waygate/bedrock";
import type { GatewayPlugin, JsonSchema } from "@waygate/core";
import { definePlugin, isObject, type SettingsSchema } from "@waygate/core/plugin";
import { createHost } from "@waygate/host";
import openaiCompatible from "@waygate/openai-compatible";
import openrouter from "@waygate/openrouter";
import vercelAiGateway from "@waygate/vercel-ai-gateway";
import { describe, expect, it } from "vitest";

/** The plugins whose settings the page documents: those installed here. One more is one more section of the page. */
const plugins: readonly GatewayPlugin[] = [openrouter, vercelAiGateway, bedrock, openaiCompatible];

/** One without settings of its own: its keys are those that every gateway has. */
const noSettings: SettingsSchema<object> = {
  "~standard": {
    version: 1,
    vendor: "waygate-test",
    validate: () => ({ value: {} }),
    jsonSchema: { input: () => ({ type: "object" }), output: () => ({ type: "object" }) },
  },
};
const bare = definePlugin({
  id: "bare",
  name: "Bare",
  contract: 1,
  settingsKey: "bare",
  settings: noSettings,
  capabilities: openrouter.capabilities,
  open: () => ({ models: async () => [], stream: async function* () {} }),
});

const page = readFileSync(`${import.meta.dirname}/../../../docs/settings.md`, "utf8");

/** A section's text. */
function section(title: string): string {
  const text = page.split(/^## /m).find((candidate) => candidate.startsWith(`${title}\n`));
  if (text === undefined) throw new Error(`docs/settings.md has no section "${title}".`);
  return text;
}

/** The keys in the first column of a section's table; a row may be about several. */
function documented(title: string): readonly string[] {
  return [...section(title).matchAll(/^\| (`[^|]+`) +\|/gm)]
    .flatMap(([, cell = ""]) => [...cell.matchAll(/`([^`]+)`/g)].map(([, key]) => key ?? ""))
    .sort();
}

/** What may stand in an object; of several shapes, what stands in any. */
function propertiesOf(schema: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(schema)) return {};
  const shapes = [schema.anyOf, schema.oneOf].flatMap((list) => (Array.isArray(list) ? list : []));
  const own = isObject(schema.properties) ? schema.properties : {};
  return Object.assign({}, ...shapes.map(propertiesOf), own);
}

/** The keys that a schema knows, those of lists and objects within it too. */
function keysOf(schema: unknown, path = ""): readonly string[] {
  return Object.entries(propertiesOf(schema))
    .flatMap(([key, value]) => {
      const items = isObject(value) ? value.items : undefined;
      const isList = Object.keys(propertiesOf(items)).length > 0 || (isObject(items) && "$ref" in items);
      const name = `${path}${key}${isList ? "[]" : ""}`;
      return [name, ...keysOf(isList ? items : value, `${name}.`)];
    })
    .sort();
}

async function schema(): Promise<{ readonly root: JsonSchema; readonly definitions: Record<string, unknown> }> {
  const options = { settingsFile: false, store: "memory", cacheFolder: false, discover: false } as const;
  await using host = await createHost({ ...options, plugins: [...plugins, bare] });
  const root = await host.schema();
  return { root, definitions: isObject(root.$defs) ? root.$defs : {} };
}

describe("docs/settings.md", () => {
  it("has every key of the file itself, of agent, and of a model", async () => {
    const { root, definitions } = await schema();
    const { agent, language_models: _models, ...rest } = root.properties as Record<string, unknown>;
    expect(documented("The file itself")).toEqual(Object.keys({ ...rest, agent, language_models: 0 }).sort());
    expect(documented("`agent`")).toEqual(keysOf(agent));
    expect(documented("A model of `agent`")).toEqual(keysOf(definitions.model));
    expect(documented("Every gateway")).toEqual(keysOf(definitions["plugin:bare"]));
  });

  it.each(plugins.map((plugin) => [plugin.settingsKey]))("has every key of %s, and no other", async (settingsKey) => {
    const { definitions } = await schema();
    const everywhere = keysOf(definitions["plugin:bare"]);
    const own = keysOf(definitions[`plugin:${settingsKey}`]).filter((key) => !everywhere.includes(key));
    expect(documented(`\`language_models.${settingsKey}\``)).toEqual(own);
  });

  it.each(plugins.map((plugin) => [plugin.settingsKey, plugin] as const))(
    "says which variables the keys of %s are taken from",
    (settingsKey, plugin) => {
      const text = section(`\`language_models.${settingsKey}\``);
      // Of prefixes, one that stands by itself says it for all.
      const said = (variable: string) =>
        text.includes(`\`${variable.replace("MY_GATEWAY", "<ID>")}\``) ||
        /^(WAYGATE_|ZED_)(.+)$/
          .exec(variable)
          ?.slice(1)
          .every((part) => text.includes(`\`${part}\``));
      const variables = plugin.credentials("my-gateway").flatMap(({ env }) => env);
      expect(variables.length).toBeGreaterThan(0);
      expect(variables.filter((variable) => said(variable) !== true)).toEqual([]);
    },
  );

  it.each(["open_router", "vercel_ai_gateway"])(
    "is right that model_settings of %s has all keys of a model",
    async (key) => {
      const { definitions } = await schema();
      const { available_models: list, model_settings: map } = propertiesOf(definitions[`plugin:${key}`]);
      const inList = keysOf(isObject(list) ? list.items : undefined).filter((name) => name !== "name");
      expect(inList.length).toBeGreaterThan(10);
      expect(keysOf(isObject(map) ? map.additionalProperties : undefined)).toEqual(inList);
    },
  );

  it("has no section for a gateway that is not there", () => {
    const sections = [...page.matchAll(/^## `language_models\.(\w+)`$/gm)].map(([, key]) => key);
    expect(sections).toEqual(plugins.map(({ settingsKey }) => settingsKey));
  });
});
