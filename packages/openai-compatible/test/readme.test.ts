import { readFileSync } from "node:fs";
import { createRegistry, type RegistryNotice } from "@waygate/core";
import openaiCompatible, { dialects, type ServiceDialect } from "@waygate/openai-compatible";
import { expect, it } from "vitest";

const page = readFileSync(new URL("../README.md", import.meta.url), "utf8");

it("lists every key of the settings, and no other", () => {
  const written = [...page.matchAll(/^\| `([a-z_.]+)` +\|/gm)].map(([, key]) => key);
  expect(written.sort()).toEqual(keysOf(openaiCompatible.settingsSchema()).sort());
});

it("says of every dialect what it is", () => {
  const rows = page
    .slice(page.indexOf("## Dialects"))
    .split("\n")
    .filter((line) => line.startsWith("| ["))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  expect(rows).toEqual(Object.entries<ServiceDialect>(dialects).map(([name, dialect]) => rowOf(name, dialect)));
});

it("names the dialects that have a way of their own", () => {
  const where = (holds: (dialect: ServiceDialect) => boolean) =>
    Object.entries<ServiceDialect>(dialects)
      .filter(([, dialect]) => holds(dialect))
      .map(([name]) => `\`${name}\``);
  const listed = (names: readonly string[]) => `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  const text = page.replace(/\s+/g, " ");
  const switched = where(({ reasoning: { off, offFor } }) => offFor === "every-model" && Object.keys(off).length > 0);
  expect(text).toContain(`\`off\` is sent to every model by ${listed(switched)};`);
  expect(text).toContain(`${listed(where(({ usage }) => usage === "none"))} send usage unasked.`);
  expect(text).toContain(`${listed(where(({ promptCacheKey }) => promptCacheKey))} get the conversation's id`);
  const files = where(({ files }) => files === "document_url");
  expect(text).toContain(`For ${files.join()} files go as \`document_url\``);
});

it("shows settings that are right", () => {
  const examples = [...page.matchAll(/^```json\n(.*?)^```/gms)].map(([, text = ""]) => JSON.parse(text));
  expect(examples.length).toBeGreaterThan(3);
  for (const settings of examples) {
    const notices: RegistryNotice[] = [];
    const registry = createRegistry({ plugins: [openaiCompatible], settings, onNotice: (n) => notices.push(n) });
    for (const { id, issues } of registry.gateways()) {
      expect(issues).toEqual([]);
      registry.gateway(id);
    }
    expect(notices).toEqual([]);
  }
});

function rowOf(name: string, dialect: ServiceDialect): readonly string[] {
  const { service, source, maxTokens, reasoning, replay, authHeader, needsKey, lists, listQuery } = dialect;
  const query = new URLSearchParams(listQuery).toString();
  const places = lists.map((path) => `\`${path.replace("/..", "…")}${query === "" ? "" : `?${query}`}\``);
  return [
    `[\`${name}\`](${source})`,
    service,
    `\`${maxTokens}\``,
    reasoning.fields,
    replay === "none" ? "–" : `\`${replay}\``,
    `\`${authHeader}\`${needsKey ? "" : ", optional"}`,
    places.length === 0 ? "–" : places.join(", else "),
  ];
}

/** The keys of a service and, by their own names, those of its models. */
function keysOf(schema: object, prefix = ""): string[] {
  const { properties = {}, items } = schema as { properties?: Record<string, object>; items?: object };
  const inner = items === undefined ? [] : keysOf(items, "");
  return Object.entries(properties)
    .flatMap(([key, value]) => {
      const deeper = keysOf(value, key === "available_models" ? "" : `${prefix}${key}.`);
      return deeper.length > 0 && key !== "available_models" ? deeper : [`${prefix}${key}`, ...deeper];
    })
    .concat(inner);
}
