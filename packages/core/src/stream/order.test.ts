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
const end = { type: "tool-call-end", id: "1", name: "add", arguments: "{}", status: "ok", value: {} };
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
    ["a call whose value is null", [start, { ...end, arguments: "null", value: null }, finish]],
    ["an invalid call", [start, delta, { ...end, status: "invalid", value: undefined }, finish]],
    ["a truncated call", [start, delta, { ...end, status: "truncated", value: undefined }, finish]],
    ["notices and usage anywhere", [notice, usage, response, text, notice, usage, start, usage, end, notice, finish]],
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
    ["sent text-delta before the reasoning-end of its open reasoning", [reasoning, text]],
    ["sent tool-call-start before the reasoning-end of its open reasoning", [reasoning, start]],
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
    ['ended the tool call "add" under the name "sub"', [start, { ...end, name: "sub" }]],
    ["sent a tool-call-end whose arguments are not text", [start, { ...end, arguments: {} }]],
    ["sent a tool-call-end whose status and value disagree", [start, { ...end, value: undefined }]],
    ["sent a tool-call-end whose status and value disagree", [start, { ...end, status: "invalid" }]],
    ["sent a tool-call-end whose status and value disagree", [start, { ...end, status: "truncated" }]],
    ['sent finish with the tool call "1" open', [start, delta, finish]],
    ["sent two response-start", [response, response]],
    ["sent response-start after content", [text, response]],
    ["sent response-start after content", [reasoning, response]],
    ["sent response-start after content", [{ ...reasoningEnd, state: 1 }, response]],
    ["sent response-start after content", [start, response]],
    ["sent a usage that is negative, incomplete or not a number", [{ type: "usage" }]],
    ["sent a usage that is negative, incomplete or not a number", [{ ...usage, usage: null }]],
    [
      "sent a usage that is negative, incomplete or not a number",
      [{ ...usage, usage: { ...counts, input: undefined } }],
    ],
    [
      "sent a usage that is negative, incomplete or not a number",
      [{ ...usage, usage: { ...counts, output: undefined } }],
    ],
    ["sent telepathy, which is no event", [{ type: "telepathy" }]],
    ["sent undefined, which is no event", [undefined]],
    ["sent null, which is no event", [null]],
    ["sent string, which is no event", ["text-delta"]],
    ["sent object, which is no event", [[text]]],
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
    for (const count of [-1, Number.NaN, Number.POSITIVE_INFINITY, "1", null, undefined]) {
      expect(breachOf({ ...usage, usage: { ...counts, [side]: { ...counts[side], [field]: count } } })).toBe(
        "sent a usage that is negative, incomplete or not a number",
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
