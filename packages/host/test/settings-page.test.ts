import { readFileSync } from "node:fs";
import type { GatewayPlugin, JsonSchema } from "@waygate/core";
import { isObject } from "@waygate/core/plugin";
import openaiCompatible from "@waygate/openai-compatible";
import { describe, expect, it } from "vitest";
import { gatewayProperties } from "../src/settings/schema.ts";
import { World } from "./world.ts";

/** The plugins whose settings the page documents: those installed here. One more is one more section of the page. */
const plugins: readonly GatewayPlugin[] = [openaiCompatible];

const page = readFileSync(`${import.meta.dirname}/../../../docs/settings.md`, "utf8");

/** The keys in the first column of a section's table. */
function documented(title: string): readonly string[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${title}\n`));
  if (section === undefined) throw new Error(`docs/settings.md has no section "${title}".`);
  return [...section.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, key]) => key ?? "").sort();
}

/** The keys that a schema knows, lists and objects within it too. */
function keysOf(schema: unknown, path = ""): readonly string[] {
  if (!isObject(schema)) return [];
  const properties = isObject(schema.properties) ? Object.entries(schema.properties) : [];
  return properties
    .flatMap(([key, value]) => {
      const isList =
        isObject(value) && isObject(value.items) && (isObject(value.items.properties) || "$ref" in value.items);
      const name = `${path}${key}${isList ? "[]" : ""}`;
      const inner = isList && isObject(value) ? value.items : value;
      return [name, ...keysOf(inner, `${name}.`)];
    })
    .sort();
}

async function schema(): Promise<{ readonly root: JsonSchema; readonly definitions: Record<string, unknown> }> {
  await using world = await World.make();
  const root = await (await world.host({}, { plugins })).schema();
  return { root, definitions: isObject(root.$defs) ? root.$defs : {} };
}

describe("docs/settings.md", () => {
  it("has every key of the file itself, of agent, and of a model", async () => {
    const { root, definitions } = await schema();
    const { agent, language_models: _models, ...rest } = root.properties as Record<string, unknown>;
    expect(documented("The file itself")).toEqual(Object.keys({ ...rest, agent, language_models: 0 }).sort());
    expect(documented("`agent`")).toEqual(keysOf(agent));
    expect(documented("A model of `agent`")).toEqual(keysOf(definitions.model));
    expect(documented("Every gateway")).toEqual(Object.keys(gatewayProperties).sort());
  });

  it.each(plugins.map((plugin) => [plugin.settingsKey]))("has every key of %s, and no other", async (settingsKey) => {
    const { definitions } = await schema();
    const keys = keysOf(definitions[`plugin:${settingsKey}`]);
    const own = keys.filter((key) => !(key in gatewayProperties));
    expect(documented(`\`language_models.${settingsKey}\``)).toEqual(own);
  });

  it("has no section for a gateway that is not there", () => {
    const sections = [...page.matchAll(/^## `language_models\.(\w+)`$/gm)].map(([, key]) => key);
    expect(sections).toEqual(plugins.map(({ settingsKey }) => settingsKey));
  });
});
