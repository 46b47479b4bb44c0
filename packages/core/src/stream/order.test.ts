import { describe, expect, it } from "vitest";
import type { ModelEvent } from "../contract/event.ts";
import { EventOrder } from "./order.ts";

/** What the first breach is, if there is one; the end of the stream counts. */
function breachOf(...events: readonly unknown[]): string | undefined {
  const order = new EventOrder();
  for (const event of events) {
    // What a plugin sends is not typed until it went through here.
    const breach = order.check(event as ModelEvent);
    if (breach !== undefined) return breach;
  }
  return order.end();
}

const text = { type: "text-delta", text: "a" };
const reasoning = { type: "reasoning-delta", text: "a" };
const reasoningEnd = { type: "reasoning-end" };
const start = { type: "tool-call-start", id: "1", name: "add" };
const delta = { type: "tool-call-delta", id: "1", text: "{}" };
const end = { type: "tool-call-end", id: "1", arguments: "{}", complete: true };
const finish = { type: "finish", reason: "stop" };
const response = { type: "response-start" };
const counts = { input: { total: 3, cacheRead: 2, cacheWrite: 1 }, output: { total: 2, reasoning: 1 } };
const usage = { type: "usage", usage: counts };
const notice = { type: "notice", code: "odd", message: "Odd." };

describe("EventOrder", () => {
  it.each([
    ["nothing but finish", [finish]],
    ["text", [response, text, text, usage, finish]],
    ["reasoning before text", [reasoning, reasoning, reasoningEnd, text, finish]],
    ["reasoning twice", [reasoning, reasoningEnd, reasoning, { ...reasoningEnd, state: "b" }, finish]],
    ["state without reasoning", [{ ...reasoningEnd, state: { sealed: "x" } }, finish]],
    ["state that is null", [{ ...reasoningEnd, state: null }, finish]],
    ["state that comes after text", [text, { ...reasoningEnd, state: "late" }, text, finish]],
    ["a call without deltas", [start, end, finish]],
    ["calls that overlap", [start, { ...start, id: "2" }, delta, { ...end, id: "2" }, delta, end, finish]],
    ["text within a call", [start, text, delta, end, text, finish]],
    ["a call without arguments", [start, { ...end, arguments: "" }, finish]],
    ["a call whose arguments are not JSON", [start, delta, { ...end, arguments: "{" }, finish]],
    ["a call that is cut off", [start, delta, { ...end, complete: false }, finish]],
    [
      "text and calls before the end of reasoning",
      [reasoning, text, start, end, { ...reasoningEnd, state: 1 }, finish],
    ],
    ["reasoning that goes on beside text", [reasoning, text, reasoning, reasoningEnd, finish]],
    [
      "blocks that overlap",
      [
        { ...reasoning, block: 0 },
        { ...text, block: 1 },
        { ...reasoning, block: 2 },
        { ...reasoningEnd, block: 0 },
        { type: "text-end", block: 1 },
        { ...reasoningEnd, block: 2 },
        finish,
      ],
    ],
    [
      "calls of the service, their results and approvals",
      [
        { ...start, executor: "service" },
        end,
        { type: "service-tool-result", id: "1", content: [] },
        { type: "service-approval-request", id: "2", name: "pay", arguments: "{}" },
        finish,
      ],
    ],
    ["a result of a call of an earlier answer", [{ type: "service-tool-result", id: "0", content: [] }, finish]],
    ["a freeform call", [{ ...start, format: "text" }, { ...end, arguments: "*** Begin" }, finish]],
    [
      "sources, media and opaque state",
      [
        { type: "source", id: "s", kind: "url", url: "https://example.com" },
        { type: "media", id: "m", mediaType: "image/png", source: { type: "base64", data: "AAAA" } },
        { type: "opaque", state: null },
        finish,
      ],
    ],
    ["events of a later contract", [{ type: "telepathy" }, text, { type: "aura", data: 1 }, finish]],
    ["a finish reason of a later contract", [{ ...finish, reason: "bored" }]],
    ["notices and usage anywhere", [notice, usage, response, text, notice, usage, start, usage, end, notice, finish]],
    ["a usage without counts", [{ ...usage, usage: { input: {}, output: {} } }, finish]],
    [
      "a usage of nothing",
      [{ ...usage, usage: { input: zero("cacheRead", "cacheWrite"), output: zero("reasoning") } }, finish],
    ],
  ])("lets through %s", (_name, events) => {
    expect(breachOf(...events)).toBeUndefined();
  });

  it.each([
    ["ended without finish", []],
    ["ended without finish", [text]],
    ["sent text-delta after finish", [finish, text]],
    ["sent finish after finish", [finish, finish]],
    ["sent notice after finish", [finish, notice]],
    ["sent usage after finish", [finish, usage]],
    ["sent null after finish", [finish, null]],
    ["sent finish with reasoning open", [reasoning, finish]],
    ["sent a reasoning-end with neither reasoning nor state", [reasoningEnd]],
    ["sent a reasoning-end with neither reasoning nor state", [reasoning, reasoningEnd, reasoningEnd]],
    ["sent a text-delta without text", [{ ...text, text: "" }]],
    ["sent a text-delta without text", [{ ...text, text: undefined }]],
    ["sent a reasoning-delta without text", [{ ...reasoning, text: "" }]],
    ["sent a reasoning-delta without text", [{ ...reasoning, text: 1 }]],
    ["sent a tool-call-start without an id", [{ ...start, id: "" }]],
    ["sent a tool-call-start without an id", [{ ...start, id: 1 }]],
    ["sent a tool-call-start without a name", [{ ...start, name: "" }]],
    ["sent a tool-call-start without a name", [{ ...start, name: undefined }]],
    ['started two tool calls with the id "1"', [start, start]],
    ['started two tool calls with the id "1"', [start, end, start]],
    ['sent tool-call-delta for "1", which is not open', [delta]],
    ['sent tool-call-delta for "1", which is not open', [start, end, delta]],
    ["sent a tool-call-delta without text", [start, { ...delta, text: "" }]],
    ['sent tool-call-end for "1", which is not open', [end]],
    ['sent tool-call-end for "1", which is not open', [start, end, end]],
    ["sent a tool-call-end whose arguments are not text", [start, { ...end, arguments: {} }]],
    ["sent a tool-call-end without `complete`, which must be true or false", [start, { ...end, complete: "yes" }]],
    ['started a tool call with the format "xml"', [{ ...start, format: "xml" }]],
    ["sent finish with reasoning open", [{ ...reasoning, block: 3 }, finish]],
    ["sent a reasoning-end with neither reasoning nor state", [{ ...reasoning, block: 3 }, reasoningEnd]],
    ["sent an opaque event without state", [{ type: "opaque" }]],
    ["sent a source without a kind", [{ type: "source", id: "s" }]],
    [
      "sent media whose source is neither base64, url nor reference",
      [{ type: "media", id: "m", mediaType: "image/png", source: { type: "base64" } }],
    ],
    ['sent finish with the tool call "1" open', [start, delta, finish]],
    ["sent two response-start", [response, response]],
    ["sent response-start after content", [text, response]],
    ["sent response-start after content", [reasoning, response]],
    ["sent response-start after content", [{ ...reasoningEnd, state: 1 }, response]],
    ["sent response-start after content", [start, response]],
    ["sent a usage without input or output", [{ type: "usage" }]],
    ["sent a usage without input or output", [{ ...usage, usage: null }]],
    ["sent a usage without input or output", [{ ...usage, usage: { ...counts, input: undefined } }]],
    ["sent a usage without input or output", [{ ...usage, usage: { ...counts, output: undefined } }]],
    ["sent object, which is not an event", [{ kind: "telepathy" }]],
    ["sent , which is not an event", [{ type: "" }]],
    ["sent undefined, which is not an event", [undefined]],
    ["sent null, which is not an event", [null]],
    ["sent string, which is not an event", ["text-delta"]],
    ["sent object, which is not an event", [[text]]],
  ])("stops a stream that %s", (breach, events) => {
    expect(breachOf(...events)).toBe(breach);
  });

  it.each([
    ["input", "total"],
    ["input", "cacheRead"],
    ["input", "cacheWrite"],
    ["output", "total"],
    ["output", "reasoning"],
  ] as const)("takes no bad count in usage.%s.%s", (side, field) => {
    for (const count of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, "1", null]) {
      expect(breachOf({ ...usage, usage: { ...counts, [side]: { ...counts[side], [field]: count } } })).toBe(
        "sent a usage with a count that is negative or not a whole number",
      );
    }
  });

  it("takes no details that JSON cannot carry", () => {
    expect(breachOf({ ...usage, usage: { ...counts, details: { audio_tokens: 3 } } }, finish)).toBe(undefined);
    for (const details of [{ at: 1n }, [], "many", null]) {
      expect(breachOf({ ...usage, usage: { ...counts, details } })).toBe(
        "sent a usage whose details are not an object that JSON can carry",
      );
    }
  });

  it("knows when it is finished", () => {
    const order = new EventOrder();
    expect([order.finished, order.check({ type: "finish", reason: "stop" }), order.finished]).toEqual([
      false,
      undefined,
      true,
    ]);
  });
});

function zero(...fields: readonly string[]) {
  return Object.fromEntries(["total", ...fields].map((field) => [field, 0]));
}
