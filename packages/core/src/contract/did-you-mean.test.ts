import { describe, expect, it } from "vitest";
import { didYouMean, nearest } from "./did-you-mean.ts";

describe("nearest", () => {
  it.each([
    ["api_ulr", ["api_key", "api_url"], "api_url"],
    ["moxxdel", ["model"], "model"],
    ["odl", ["model"], "model"],
    ["API-URL", ["api_key", "api_url"], "api_url"],
    ["apiUrl", ["api_key", "api_url"], "api_url"],
    ["openrouterr", ["bedrock", "openrouter"], "openrouter"],
    ["avialable_modells", ["available_models"], "available_models"],
  ])("takes %s of %j for %s", (word, candidates, expected) => {
    expect(nearest(word, candidates)).toBe(expected);
  });

  it.each([
    ["temperature", ["api_url"]],
    ["abcdef", ["abcxyz"]],
    ["xy", ["ab"]],
    ["x", ["y", "yz"]],
    ["", ["a", "ab"]],
    ["anything", []],
  ])("finds nothing near %j in %j", (word, candidates) => {
    expect(nearest(word, candidates)).toBeUndefined();
  });

  it("prefers the first of those equally near", () => {
    expect(nearest("model", ["models", "modes"])).toBe("models");
    expect(nearest("modelz", ["models", "modela"])).toBe("models");
  });
});

describe("didYouMean", () => {
  it("asks with a space before it, so that it can be put after a sentence", () => {
    expect(didYouMean("api_ulr", ["api_url"])).toBe(' Did you mean "api_url"?');
    expect(didYouMean("temperature", ["api_url"])).toBe("");
  });
});
