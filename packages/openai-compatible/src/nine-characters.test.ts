import { expect, it } from "vitest";
import { nineCharacters } from "./nine-characters.ts";

it("keeps an id that is one", () => {
  expect(nineCharacters("aB3dE6gH9")).toBe("aB3dE6gH9");
});

it("makes the same legal id of the same id, and another of another", () => {
  const ids = ["", "call_1", "call_2", "aB3dE6gH", "aB3dE6gH90", "functions.look:0", "é".repeat(9), "a_b-c.d:e"];
  const made = ids.map(nineCharacters);
  for (const id of made) expect(id).toMatch(/^[A-Za-z0-9]{9}$/);
  expect(ids.map(nineCharacters)).toEqual(made);
  expect(new Set(made).size).toBe(ids.length);
});

it("does not meet itself among many", () => {
  const made = Array.from({ length: 20_000 }, (_, index) => nineCharacters(`call_${index}`));
  expect(new Set(made).size).toBe(made.length);
});
