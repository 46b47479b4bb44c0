import fc from "fast-check";
import { expect, it } from "vitest";
import { matchesModel } from "./matches-model.ts";

it.each([
  ["*", "openai/gpt-6", true],
  ["anthropic/*", "anthropic/claude-sonnet-5", true],
  ["anthropic/*", "anthropic", false],
  ["*:free", "z-ai/glm-5:free", true],
  ["*/claude-*-5", "anthropic/claude-opus-5", true],
  ["*/claude-*-5", "anthropic/claude-5", false],
  ["a*a", "a", false],
  ["a**a", "aa", true],
  ["gpt.6", "gpt-6", false],
  ["gpt-6", "gpt-6", true],
  ["", "", true],
  ["", "gpt-6", false],
])("%s: %s is %s", (pattern, model, fits) => {
  expect(matchesModel(pattern, model)).toBe(fits);
});

it("agrees with an expression in which * is any text", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "*", "."), maxLength: 8 });
  fc.assert(
    fc.property(word, word, (pattern, model) => {
      const expression = pattern.split("*").map((part) => part.replaceAll(".", "\\."));
      expect(matchesModel(pattern, model)).toBe(new RegExp(`^${expression.join(".*")}$`, "s").test(model));
    }),
  );
});

it("takes no time to speak of for many stars", () => {
  expect(matchesModel(`${"*a".repeat(500)}b`, "a".repeat(2000))).toBe(false);
});
