import type { Cost, Usage } from "../contract/event.ts";

/** Returns the sum of two reports of usage. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    input: {
      total: a.input.total + b.input.total,
      cacheRead: a.input.cacheRead + b.input.cacheRead,
      cacheWrite: a.input.cacheWrite + b.input.cacheWrite,
    },
    output: { total: a.output.total + b.output.total, reasoning: a.output.reasoning + b.output.reasoning },
  };
}

/** Returns the sum of two costs. It is `billed` only if all of it is. A cost in another currency than the first is left out. */
export function addCost(a: Cost | undefined, b: Cost): Cost {
  if (a === undefined) return b;
  if (a.currency !== b.currency) return a;
  const source = a.source === "billed" && b.source === "billed" ? "billed" : "estimated";
  return { amount: a.amount + b.amount, currency: a.currency, source };
}
