import type { Cost, Usage } from "../contract/event.ts";

/** Usage of which nothing is known. */
export const unknownUsage: Usage = { input: {}, output: {} };

/** Returns the sum of two reports of usage. A count is there if one of them has it. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    input: {
      ...count("total", add(a.input.total, b.input.total)),
      ...count("cacheRead", add(a.input.cacheRead, b.input.cacheRead)),
      ...count("cacheWrite", add(a.input.cacheWrite, b.input.cacheWrite)),
    },
    output: {
      ...count("total", add(a.output.total, b.output.total)),
      ...count("reasoning", add(a.output.reasoning, b.output.reasoning)),
    },
    ...((a.estimated === true || b.estimated === true) && { estimated: true }),
  };
}

/** Adds a cost to sums in different currencies. A sum is `billed` only if all of it is. */
export function addCost(sums: readonly Cost[], cost: Cost): readonly Cost[] {
  const same = sums.find(({ currency }) => currency === cost.currency);
  if (same === undefined) return [...sums, cost];
  const source = same.source === "billed" && cost.source === "billed" ? "billed" : "estimated";
  const sum: Cost = { amount: same.amount + cost.amount, currency: cost.currency, source };
  return sums.map((other) => (other === same ? sum : other));
}

/** Returns the one cost of several sums, or `undefined` if there is none or they are in different currencies. */
export function soleCost(sums: readonly Cost[]): Cost | undefined {
  return sums.length === 1 ? sums[0] : undefined;
}

function add(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : a + (b ?? 0);
}

function count<Name extends string>(name: Name, value: number | undefined): { [Key in Name]?: number } {
  return value === undefined ? {} : ({ [name]: value } as { [Key in Name]: number });
}
