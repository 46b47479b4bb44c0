import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ProviderRouting } from "./routing-schema.ts";
import { covers, slugOf } from "./slug-of.ts";
import { encodeRouting, tighten } from "./tighten.ts";

describe("the privacy ratchet", () => {
  it.each<[title: string, before: ProviderRouting, later: ProviderRouting, merged: ProviderRouting, ignored: string[]]>(
    [
      ["zdr stays", { zdr: true }, { zdr: false }, { zdr: true }, ["zdr: false"]],
      ["zdr is switched on", { zdr: false }, { zdr: true }, { zdr: true }, []],
      [
        "distillation stays",
        { enforce_distillable_text: true },
        { enforce_distillable_text: false },
        { enforce_distillable_text: true },
        ["enforce_distillable_text: false"],
      ],
      [
        "deny stays",
        { data_collection: "deny" },
        { data_collection: "allow" },
        { data_collection: "deny" },
        ['data_collection: "allow"'],
      ],
      [
        "disallow is deny",
        { data_collection: "disallow" },
        { data_collection: "allow" },
        { data_collection: "deny" },
        ['data_collection: "allow"'],
      ],
      [
        "collection is denied",
        { data_collection: "allow" },
        { data_collection: "deny" },
        { data_collection: "deny" },
        [],
      ],
      [
        "fallbacks stay off",
        { allow_fallbacks: false },
        { allow_fallbacks: true },
        { allow_fallbacks: false },
        ["allow_fallbacks: true"],
      ],
      [
        "fallbacks are switched off",
        { allow_fallbacks: true },
        { allow_fallbacks: false },
        { allow_fallbacks: false },
        [],
      ],
      ["only is cut down", { only: ["a", "b"] }, { only: ["b", "c"] }, { only: ["b"] }, ['only: "c"']],
      ["only comes to be", {}, { only: ["a"] }, { only: ["a"] }, []],
      ["only with nothing in common", { only: ["a"] }, { only: ["b"] }, { only: [] }, ['only: "b"']],
      [
        "an endpoint of a provider",
        { only: ["google-vertex"] },
        { only: ["google-vertex/us-east5"] },
        { only: ["google-vertex/us-east5"] },
        [],
      ],
      [
        "a provider of an endpoint",
        { only: ["google-vertex/us-east5"] },
        { only: ["google-vertex"] },
        { only: ["google-vertex/us-east5"] },
        [],
      ],
      [
        "a provider by its name",
        { only: ["Google AI Studio"] },
        { only: ["google-ai-studio"] },
        { only: ["google-ai-studio", "Google AI Studio"] },
        [],
      ],
      ["ignore grows", { ignore: ["a"] }, { ignore: ["b", "a"] }, { ignore: ["a", "b"] }, []],
    ],
  )("%s", (_title, before, later, merged, ignored) => {
    expect(tighten(before, later)).toEqual({ routing: merged, ignored });
  });

  it("leaves preferences to the later word, objects key by key", () => {
    const before: ProviderRouting = {
      order: ["a"],
      quantizations: ["fp8"],
      require_parameters: true,
      sort: { by: "price", partition: "none" },
      max_price: { prompt: 1, completion: 2 },
      preferred_max_latency: { p50: 1, p90: 3 },
      preferred_min_throughput: 50,
      zdr: true,
    };
    const later: ProviderRouting = {
      order: ["b"],
      quantizations: ["bf16"],
      require_parameters: false,
      sort: { by: "latency" },
      max_price: { completion: 9 },
      preferred_max_latency: { p90: 5 },
      preferred_min_throughput: { p90: 20 },
    };
    expect(tighten(before, later).routing).toEqual({
      order: ["b"],
      quantizations: ["bf16"],
      require_parameters: false,
      sort: { by: "latency", partition: "none" },
      max_price: { prompt: 1, completion: 9 },
      preferred_max_latency: { p50: 1, p90: 5 },
      preferred_min_throughput: { p90: 20 },
      zdr: true,
    });
    expect(tighten({ sort: "price" }, { sort: { partition: "none" } }).routing.sort).toEqual({ partition: "none" });
  });

  const slugs = fc.uniqueArray(fc.constantFrom("a", "b", "b/x", "c", "c/y"));
  const routing = fc.record(
    {
      zdr: fc.boolean(),
      enforce_distillable_text: fc.boolean(),
      data_collection: fc.constantFrom("allow", "deny", "disallow"),
      allow_fallbacks: fc.boolean(),
      only: slugs,
      ignore: slugs,
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<ProviderRouting>;
  const all = ["a", "b", "b/x", "c", "c/y"];

  /** The endpoints that a routing lets a request go to. */
  function reach({ only, ignore = [] }: ProviderRouting): string[] {
    const allowed = only === undefined ? all : all.filter((slug) => only.some((wider) => covers(wider, slug)));
    return allowed.filter((slug) => !ignore.some((wider) => covers(wider, slug)));
  }

  it("is never looser than any of its layers, however many there are", () => {
    fc.assert(
      fc.property(fc.array(routing, { maxLength: 5 }), (layers) => {
        const merged = layers.reduce((below, layer) => tighten(below, layer).routing, {} as ProviderRouting);
        for (const layer of layers) {
          if (layer.zdr === true) expect(merged.zdr).toBe(true);
          if (layer.enforce_distillable_text === true) expect(merged.enforce_distillable_text).toBe(true);
          if (layer.allow_fallbacks === false) expect(merged.allow_fallbacks).toBe(false);
          if (layer.data_collection === "deny" || layer.data_collection === "disallow") {
            expect(encodeRouting(merged)?.data_collection).toBe("deny");
          }
          expect(reach(layer)).toEqual(expect.arrayContaining(reach(merged)));
        }
        // And no tighter than all of them together.
        const common = all.filter((slug) => layers.every((layer) => reach(layer).includes(slug)));
        expect(reach(merged)).toEqual(common);
      }),
    );
  });
});

describe("the provider field", () => {
  it("is as OpenRouter spells it", () => {
    expect(encodeRouting({ data_collection: "disallow", order: ["a"] })).toEqual({
      order: ["a"],
      data_collection: "deny",
    });
    expect(encodeRouting({ data_collection: "allow" })).toEqual({ data_collection: "allow" });
    expect(encodeRouting({})).toBeUndefined();
  });
});

describe("slugs", () => {
  it.each([
    ["Google", "google-vertex"],
    ["Google AI Studio", "google-ai-studio"],
    ["Amazon Bedrock", "amazon-bedrock"],
    ["OpenAI", "openai"],
    ["Z.AI", "z-ai"],
    ["xAI", "xai"],
    ["Moonshot AI", "moonshotai"],
    ["AtlasCloud", "atlas-cloud"],
    ["google-vertex/us-east5", "google-vertex/us-east5"],
    ["Deepinfra/Turbo", "deepinfra/turbo"],
  ])("%s is %s", (name, slug) => expect(slugOf(name)).toBe(slug));
});
