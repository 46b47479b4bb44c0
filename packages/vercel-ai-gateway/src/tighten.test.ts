import { describe, expect, it } from "vitest";
import { tighten } from "./tighten.ts";

describe("tighten", () => {
  it.each(["zeroDataRetention", "disallowPromptTraining", "hipaaCompliant"] as const)(
    "keeps %s once it is set",
    (key) => {
      expect(tighten({ [key]: true }, { [key]: false })).toEqual({
        routing: { [key]: true },
        ignored: [`${key}: false`],
      });
      expect(tighten({ [key]: true }, { order: ["a"] })).toEqual({
        routing: { [key]: true, order: ["a"] },
        ignored: [],
      });
      expect(tighten({ [key]: false }, { [key]: true })).toEqual({ routing: { [key]: true }, ignored: [] });
      expect(tighten({}, { [key]: true })).toEqual({ routing: { [key]: true }, ignored: [] });
      expect(tighten({}, { [key]: false })).toEqual({ routing: { [key]: false }, ignored: [] });
    },
  );

  it("cuts only down to what both allow, in the later order", () => {
    expect(tighten({ only: ["a", "b", "c"] }, { only: ["c", "x", "a"] })).toEqual({
      routing: { only: ["c", "a"] },
      ignored: ['only: "x"'],
    });
    expect(tighten({ only: ["a"] }, {})).toEqual({ routing: { only: ["a"] }, ignored: [] });
    expect(tighten({}, { only: ["a"] })).toEqual({ routing: { only: ["a"] }, ignored: [] });
    expect(tighten({ only: ["a"] }, { only: ["b"] })).toEqual({ routing: { only: [] }, ignored: ['only: "b"'] });
  });

  it("adds up what is demanded of models", () => {
    expect(tighten({ has: ["vision"] }, { has: ["tool-use", "vision"] }).routing).toEqual({
      has: ["vision", "tool-use"],
    });
  });

  it.each([
    [{ scope: "zone", geoRegion: "eu" }, { scope: "zone", geoRegion: "us" }, false],
    [{ scope: "zone", geoRegion: "eu" }, { scope: "global" }, false],
    [{ scope: "zone", geoRegion: "eu" }, { geoRegion: "eu", scope: "zone" }, true],
    [{ scope: "global" }, { scope: "zone", geoRegion: "eu" }, true],
    [{ scope: "global", providers: { vertex: { region: "eu" } } }, { scope: "zone", geoRegion: "us" }, false],
  ])("goes from the region %j to %j: %j", (before, later, goes) => {
    const { routing, ignored } = tighten({ inferenceRegion: before }, { inferenceRegion: later });
    expect(routing.inferenceRegion).toEqual(goes ? later : before);
    expect(ignored).toEqual(goes ? [] : [`inferenceRegion: ${JSON.stringify(later)}`]);
  });

  it("keeps the countries that were set first", () => {
    expect(tighten({ headquarters: ["FR"] }, { headquarters: ["FR", "CN"] })).toEqual({
      routing: { headquarters: ["FR"] },
      ignored: ['headquarters: ["FR","CN"]'],
    });
    expect(tighten({ headquarters: ["FR"] }, { headquarters: ["FR"] }).ignored).toEqual([]);
  });

  it("leaves later credentials out where prompts must not be trained on, which nobody watches over for them", () => {
    const byok = { anthropic: [{ apiKey: "k" }] };
    expect(tighten({ disallowPromptTraining: true }, { byok })).toEqual({
      routing: { disallowPromptTraining: true },
      ignored: ["byok"],
    });
    // With zero data retention the gateway leaves them out itself.
    expect(tighten({ disallowPromptTraining: true, zeroDataRetention: true }, { byok }).routing.byok).toEqual(byok);
    expect(tighten({}, { byok, disallowPromptTraining: true }).routing.byok).toEqual(byok);
  });

  it("takes the later word in everything else", () => {
    const before = { order: ["a"], sort: "cost", models: ["m"], user: "u", serviceTier: "flex" } as const;
    const later = { order: ["b"], sort: "tps", models: ["n"], user: "v", serviceTier: "priority" } as const;
    expect(tighten(before, later)).toEqual({ routing: later, ignored: [] });
    expect(tighten({ tags: ["a", "b"] }, { tags: ["b", "c"] }).routing.tags).toEqual(["a", "b", "c"]);
    expect(
      tighten(
        { providerTimeouts: { byok: { a: 1000, b: 1000 } } },
        { providerTimeouts: { byok: { b: 2000 }, system: { c: 3000 } } },
      ).routing.providerTimeouts,
    ).toEqual({ byok: { a: 1000, b: 2000 }, system: { c: 3000 } });
  });
});
