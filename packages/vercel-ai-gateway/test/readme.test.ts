import { readFileSync } from "node:fs";
import type { JsonSchema } from "@waygate/core";
import vercelAiGateway from "@waygate/vercel-ai-gateway";
import { describe, expect, it } from "vitest";
import { options } from "../src/options.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

/** The names in the first column of the table whose first column is headed so. */
function column(heading: string): string[] {
  const lines = readme.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} `));
  const rows = lines.slice(start + 2);
  return rows
    .slice(
      0,
      rows.findIndex((line) => !line.startsWith("|")),
    )
    .flatMap((row) => row.match(/^\| `([^`]+)`/)?.[1] ?? []);
}

type Properties = Readonly<Record<string, JsonSchema>>;
const propertiesOf = (schema: JsonSchema | undefined) => (schema?.properties ?? {}) as Properties;
const routingOf = (schema: JsonSchema | undefined) => propertiesOf(propertiesOf(schema).gateway);

describe("the README's tables", () => {
  const settings = propertiesOf(vercelAiGateway.settingsSchema());
  const model = propertiesOf(settings.available_models?.items as JsonSchema);
  const pattern = propertiesOf(settings.model_settings?.additionalProperties as JsonSchema);
  const request = propertiesOf(
    options["~standard"].jsonSchema.input({ target: "draft-2020-12", libraryOptions: { errorMode: "ignore" } }),
  );

  it("have every setting, and no other", () => {
    expect(column("Key")).toEqual(Object.keys(settings));
  });

  it("have every key of a model, and no other", () => {
    const keys = Object.keys(model).flatMap((key) =>
      key === "capabilities"
        ? Object.keys(propertiesOf(model.capabilities)).map((flag) => `capabilities.${flag}`)
        : [key],
    );
    expect(column("Key of a model").toSorted()).toEqual(keys.toSorted());
    expect(Object.keys(pattern).toSorted()).toEqual(
      Object.keys(model)
        .filter((key) => key !== "name")
        .toSorted(),
    );
  });

  it("have every option, and no other", () => {
    expect(column("Option").toSorted()).toEqual(Object.keys(request).toSorted());
  });

  it("have every key of the routing, and no other", () => {
    const section = readme.slice(readme.indexOf("## Routing"));
    const keys = [...section.matchAll(/^\| `(\w+)`/gm)].map(([, key]) => key);
    expect(keys.toSorted()).toEqual(Object.keys(routingOf(request.providerOptions)).toSorted());
    expect(keys.toSorted()).toEqual(Object.keys(routingOf(model.providerOptions)).toSorted());
  });
});
