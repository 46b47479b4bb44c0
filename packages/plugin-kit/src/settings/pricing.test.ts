import * as v from "valibot";
import { expect, it } from "vitest";
import { pricing } from "./pricing.ts";

it.each<[object, object]>([
  [
    { input: 3, output: 15 },
    { currency: "USD", input: 3, output: 15 },
  ],
  [
    { input: 0, output: 0, cache_read: 0.3, cache_write: 3.75, currency: "EUR" },
    { currency: "EUR", input: 0, output: 0, cacheRead: 0.3, cacheWrite: 3.75 },
  ],
])("reads %j", (settings, expected) => {
  expect(v.parse(pricing, settings)).toEqual(expected);
});

it.each<[unknown, string]>([
  [{ input: 3 }, "is missing, but required"],
  [{ input: -1, output: 1 }, "must be 0 or more"],
  [{ input: "3", output: 1 }, "must be a price per million tokens"],
  [{ input: Number.POSITIVE_INFINITY, output: 1 }, "must be a price per million tokens"],
  [{ input: 1, output: 1, currency: "dollars" }, "must be the three letters of a currency, such as USD"],
  [3, "must be an object"],
])("rejects %j", (settings, message) => {
  expect(v.safeParse(pricing, settings).issues?.map((issue) => issue.message)).toEqual([message]);
});
