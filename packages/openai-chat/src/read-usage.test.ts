import { expect, it } from "vitest";
import { readUsage } from "./read-usage.ts";

it.each<[string, object, object]>([
  [
    "totals alone",
    { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
    { input: { total: 3 }, output: { total: 2 } },
  ],
  ["one total", { prompt_tokens: 3 }, { input: { total: 3 }, output: {} }],
  [
    "parts of a total that is not reported",
    { completion_tokens: 2, prompt_tokens_details: { cached_tokens: 1 } },
    { input: { cacheRead: 1 }, output: { total: 2 } },
  ],
  [
    "zeros, which are reports like any other",
    {
      prompt_tokens: 0,
      completion_tokens: 0,
      prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0 },
    },
    { input: { total: 0, cacheRead: 0, cacheWrite: 0 }, output: { total: 0, reasoning: 0 } },
  ],
  [
    "details that are null, as some services write them",
    {
      prompt_tokens: 3,
      completion_tokens: 2,
      prompt_tokens_details: null,
      completion_tokens_details: { reasoning_tokens: null, audio_tokens: null },
    },
    { input: { total: 3 }, output: { total: 2 } },
  ],
  [
    "what else there is, as details",
    {
      prompt_tokens: 9,
      completion_tokens: 5,
      prompt_tokens_details: { cached_tokens: 4, audio_tokens: 3, image_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 1, accepted_prediction_tokens: 2 },
      server_tool_use: { web_search_requests: 1 },
      queue_time: 0.25,
      tier: "priority",
      is_byok: false,
      sources: [],
    },
    {
      input: { total: 9, cacheRead: 4 },
      output: { total: 5, reasoning: 1 },
      details: {
        prompt_tokens_details: { audio_tokens: 3 },
        completion_tokens_details: { accepted_prediction_tokens: 2 },
        server_tool_use: { web_search_requests: 1 },
        queue_time: 0.25,
        tier: "priority",
      },
    },
  ],
])("reads %s", (_name, raw, usage) => {
  expect(readUsage(raw)?.usage).toEqual(usage);
  expect(JSON.stringify(readUsage(raw)?.usage)).not.toContain("null");
});

it.each([undefined, null, "many", [], {}, { total_tokens: 5 }, { prompt_tokens: -1 }])(
  "reads nothing from %j",
  (raw) => {
    expect(readUsage(raw)).toBeUndefined();
  },
);
