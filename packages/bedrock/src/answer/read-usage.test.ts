import { expect, it } from "vitest";
import { readUsage } from "./read-usage.ts";

it.each<[string, object, object]>([
  ["totals alone", { inputTokens: 3, outputTokens: 2, totalTokens: 5 }, { input: { total: 3 }, output: { total: 2 } }],
  ["one total", { outputTokens: 2 }, { input: {}, output: { total: 2 } }],
  [
    "the cache, which is counted beside the input",
    { inputTokens: 3, outputTokens: 2, cacheReadInputTokens: 10, cacheWriteInputTokens: 0 },
    { input: { total: 13, cacheRead: 10, cacheWrite: 0 }, output: { total: 2 } },
  ],
  [
    "what else there is, as details",
    { inputTokens: 3, outputTokens: 2, cacheDetails: [{ ttl: "1h", inputTokens: 7 }], serverToolUsage: {}, empty: [] },
    {
      input: { total: 3 },
      output: { total: 2 },
      details: { cacheDetails: [{ ttl: "1h", inputTokens: 7 }], serverToolUsage: {} },
    },
  ],
])("reads %s", (_name, raw, usage) => {
  expect(readUsage(raw)).toEqual(usage);
});

it.each([undefined, null, "many", {}, { totalTokens: 5 }])("reads nothing from %j", (raw) => {
  expect(readUsage(raw)).toBeUndefined();
});
