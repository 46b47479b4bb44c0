import fc from "fast-check";
import { expect, it } from "vitest";
import { argumentsPieces, textPieces } from "./pieces.ts";

it("cuts texts into pieces that are the text again", () => {
  const text = fc.string({ unit: fc.constantFrom("a", " ", "\n", "é", "🙂", "\u3000"), maxLength: 200 });
  fc.assert(
    fc.property(text, (given) => {
      for (const pieces of [[...textPieces(given)], [...argumentsPieces({ name: "f", arguments: given })]]) {
        expect(pieces.join("")).toBe(given);
        expect(pieces.every((piece) => piece.isWellFormed() && piece !== "")).toBe(true);
      }
    }),
  );
});

it("keeps the pieces it is given", () => {
  expect([...textPieces(["a b", "", "c"])]).toEqual(["a b", "", "c"]);
  expect([...argumentsPieces({ name: "f", arguments: ['{"a', '":1}'] })]).toEqual(['{"a', '":1}']);
});
