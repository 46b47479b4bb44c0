import { readFileSync } from "node:fs";
import bedrock from "@waygate/bedrock";
import { expect, it } from "vitest";
import { options } from "../src/options.ts";

const page = readFileSync(new URL("../README.md", import.meta.url), "utf8");

/** The first column of the tables of a section. */
function rows(section: string): readonly string[] {
  const [, text = ""] = page.split(`\n## ${section}\n`);
  const [own = ""] = text.split("\n## ");
  return [...own.matchAll(/^\| `([A-Za-z_.]+)` +\|/gm)].map(([, key = ""]) => key);
}

it("lists every key of the settings, and no other", () => {
  expect([...rows("Settings")].sort()).toEqual([...keysOf(bedrock.settingsSchema())].sort());
});

it("lists every option of a request, and no other", () => {
  const schema = options["~standard"].jsonSchema.input({ target: "draft-2020-12" });
  expect([...rows("Options")].sort()).toEqual(Object.keys(schema.properties as object).sort());
});

it("lists every variable, and no other", () => {
  const listed = [...page.matchAll(/^\| `(WAYGATE_\w+)`, `(ZED_\w+)` +\|/gm)].map(([, ...names]) => names);
  expect(listed).toEqual(bedrock.credentials("amazon-bedrock").map(({ env }) => env));
});

it("says the defaults that the settings have", () => {
  const written = new Map(
    [...page.matchAll(/^\| `([a-z_]+)` +\| `([^`]+)` +\|/gm)].map(([, key = "", value = ""]) => [key, value]),
  );
  const { properties } = bedrock.settingsSchema() as { properties: Record<string, { default?: unknown }> };
  for (const [key, { default: value }] of Object.entries(properties)) {
    if (value === undefined || typeof value === "object") continue;
    expect(written.get(key), key).toBe(String(value));
  }
});

it("names the permissions as a policy that is JSON", () => {
  const [, policy = ""] = /^```json\n(.*?)^```/ms.exec(page) ?? [];
  expect(JSON.parse(policy)).toMatchObject({ Version: "2012-10-17" });
});

/** The keys of the settings and, by their own names, those of a model. */
function keysOf(schema: object, prefix = ""): readonly string[] {
  const { properties = {} } = schema as { properties?: Record<string, { items?: object; properties?: object }> };
  return Object.entries(properties).flatMap(([key, value]) => {
    if (value.items !== undefined) return [`${prefix}${key}`, ...keysOf(value.items)];
    return value.properties === undefined ? [`${prefix}${key}`] : keysOf(value, `${prefix}${key}.`);
  });
}
