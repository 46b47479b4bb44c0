import { readNumber } from "../json/read-number.ts";

/**
 * Reads a price, a number or a text that holds one. Returns `undefined` for any other value and for negative prices, by
 * which services say that the price depends on the request.
 *
 * @param factor What the price is multiplied by. Default: 1, for prices per million tokens.
 */
export function readPrice(value: unknown, factor = 1): number | undefined {
  const price = readNumber(value);
  // 0.0000006 × 1,000,000 is 0.6 and not 0.5999999999999999.
  return price === undefined ? undefined : Number((price * factor).toPrecision(12));
}

/** Reads a price per token and returns the price per million tokens. See `readPrice`. */
export function readTokenPrice(value: unknown): number | undefined {
  return readPrice(value, 1_000_000);
}
