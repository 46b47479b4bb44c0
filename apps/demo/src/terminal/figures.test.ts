import { expect, it } from "vitest";
import { isUsed, modelFigures, usageLine } from "./figures.ts";

const usage = {
  input: { total: 1240, cacheRead: 1024, cacheWrite: 0 },
  output: { total: 86, reasoning: 12 },
};

it("gives tokens, and money where it is known", () => {
  expect(usageLine(usage, [])).toBe("1,240 in (1,024 cached) · 86 out (12 reasoning)");
  expect(usageLine(usage, [{ amount: 0.0012, currency: "USD", source: "billed" }])).toMatch(/ · \$0\.0012$/);
  expect(usageLine(usage, [{ amount: 2.5, currency: "EUR", source: "estimated" }])).toMatch(/ · about 2\.50 EUR$/);
});

it("marks what is not known and what is estimated, and never adds currencies", () => {
  expect(usageLine({ input: {}, output: { total: 86 } }, [])).toBe("? in · 86 out");
  expect(usageLine({ input: { total: 1240 }, output: { total: 86 }, estimated: true }, [])).toBe(
    "about 1,240 in · about 86 out",
  );
  expect(
    usageLine({ input: { total: 1 }, output: { total: 2 } }, [
      { amount: 1, currency: "USD", source: "billed" },
      { amount: 2, currency: "EUR", source: "estimated" },
    ]),
  ).toBe("1 in · 2 out · $1.00 · about 2.00 EUR");
  expect([isUsed({ input: {}, output: {} }), isUsed({ input: {}, output: { total: 1 } })]).toEqual([false, true]);
});

it.each([
  [0, "$0.00"],
  [0.000_034, "$0.000034"],
  [0.02, "$0.02"],
  [0.125, "$0.125"],
  [12, "$12.00"],
])("%d is %s", (amount, text) => {
  expect(usageLine(usage, [{ amount, currency: "USD", source: "billed" }])).toContain(` · ${text}`);
});

it("gives a model's window and prices", () => {
  const model = { id: "m", name: "m", capabilities: {}, origin: {} };
  expect(modelFigures(model)).toBe("");
  expect(
    modelFigures({ ...model, contextWindow: 1_048_576, pricing: { currency: "USD", input: 0.25, output: 2 } }),
  ).toBe("1M context · $0.25 in, $2.00 out per million");
  expect(modelFigures({ ...model, pricing: { currency: "USD", input: 0, output: 0 } })).toBe("free");
});
