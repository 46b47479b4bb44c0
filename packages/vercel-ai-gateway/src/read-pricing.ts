import { isObject, type Pricing } from "@waygate/core/plugin";
import { readTokenPrice } from "@waygate/plugin-kit";

/** Prices per million tokens, with those that hold for longer prompts. */
export interface TieredPricing extends Pricing {
  /** In the order of `from`. Absent where one price holds for all prompts. */
  readonly tiers?: readonly PriceTier[];
}

/** The prices of a prompt of at least `from` tokens. They hold for all of its tokens, and for those of the answer. */
export interface PriceTier extends Omit<Pricing, "currency"> {
  readonly from: number;
}

/** The prices of the list, by what they are called here. */
const fields = {
  input: "input",
  output: "output",
  cacheRead: "input_cache_read",
  cacheWrite: "input_cache_write",
} as const;

type Kind = keyof typeof fields;
const kinds = Object.keys(fields) as readonly Kind[];

interface Bracket {
  readonly from: number;
  readonly price: number;
}

/**
 * Reads a model's `pricing`: text, in USD per token, and beside it lists of brackets (`input_tiers` and so on) of `cost`,
 * `min` (inclusive) and `max` (exclusive). Undefined where it has no price for tokens.
 * Source: vercel.com/docs/ai-gateway/models-and-providers, dynamic model discovery.
 */
export function readPricing(pricing: unknown): TieredPricing | undefined {
  if (!isObject(pricing)) return undefined;
  const brackets = new Map(kinds.map((kind) => [kind, readBrackets(pricing[`${fields[kind]}_tiers`])]));
  const base = collect((kind) => readTokenPrice(pricing[fields[kind]]) ?? priceAt(brackets.get(kind), 0));
  if (base.input === undefined && base.output === undefined) return undefined;
  const steps = [...brackets.values()].flatMap((list) => list.map(({ from }) => from)).filter((from) => from > 0);
  const tiers = [...new Set(steps)]
    .toSorted((a, b) => a - b)
    .map((from): PriceTier => ({ from, ...base, ...collect((kind) => priceAt(brackets.get(kind), from)) }));
  return { currency: "USD", ...base, ...(tiers.length === 0 ? {} : { tiers }) };
}

function collect(priceOf: (kind: Kind) => number | undefined): { [Each in Kind]?: number } {
  const found: { [Each in Kind]?: number } = {};
  for (const kind of kinds) {
    const price = priceOf(kind);
    if (price !== undefined) found[kind] = price;
  }
  return found;
}

/** The price of the bracket that a prompt of this many tokens falls into. */
function priceAt(brackets: readonly Bracket[] | undefined, tokens: number): number | undefined {
  return brackets?.findLast(({ from }) => from <= tokens)?.price;
}

function readBrackets(tiers: unknown): readonly Bracket[] {
  if (!Array.isArray(tiers)) return [];
  const brackets = tiers.filter(isObject).flatMap(({ cost, min }): Bracket[] => {
    const price = readTokenPrice(cost);
    return price === undefined ? [] : [{ from: typeof min === "number" && min > 0 ? min : 0, price }];
  });
  return brackets.toSorted((a, b) => a.from - b.from);
}
