import fc from "fast-check";
import { expect, it } from "vitest";
import { isHostError } from "../host-error.ts";
import { formatKeyPath, parseKeyPath } from "./key-path.ts";

it.each([
  ["agent.default_model.provider", ["agent", "default_model", "provider"]],
  ["language_models.openai_compatible.my-gateway", ["language_models", "openai_compatible", "my-gateway"]],
  [
    'openai_compatible["my.gateway"].available_models[0].name',
    ["openai_compatible", "my.gateway", "available_models", 0, "name"],
  ],
  ['["a b"]["\\"]"]', ["a b", '"]']],
])("%s", (text, path) => {
  expect(parseKeyPath(text)).toEqual(path);
  expect(formatKeyPath(path)).toBe(text);
});

it.each(["", ".", "a.", "a..b", "a[x]", "a[1", 'a["x', "a b", "a]"])("refuses %j", (text) => {
  expect(() => parseKeyPath(text)).toThrow(expect.objectContaining({ code: "settings-path" }));
  try {
    parseKeyPath(text);
  } catch (error) {
    expect(isHostError(error)).toBe(true);
  }
});

it("reads what it writes, whatever the keys", () => {
  const path = fc.tuple(fc.string(), fc.array(fc.oneof(fc.string(), fc.nat(1000))));
  fc.assert(
    fc.property(path, ([first, rest]) => {
      expect(parseKeyPath(formatKeyPath([first, ...rest]))).toEqual([first, ...rest]);
    }),
  );
});
