import { describe, expect, it } from "vitest";
import type { ModelEvent, Usage } from "../contract/event.ts";
import { MessageFold } from "./fold.ts";

const origin = { gateway: "alpha", model: "small" };
const sealed = (data: string) => ({ origin, data });

function fold(...events: readonly ModelEvent[]): MessageFold {
  const folded = new MessageFold(origin);
  for (const event of events) folded.add(event);
  return folded;
}

const content = (...events: readonly ModelEvent[]) => fold(...events).message().content;
const text = (words: string): ModelEvent => ({ type: "text-delta", text: words });
const thought = (words: string): ModelEvent => ({ type: "reasoning-delta", text: words });
const start = (id: string): ModelEvent => ({ type: "tool-call-start", id, name: "add" });
const delta = (id: string, piece: string): ModelEvent => ({ type: "tool-call-delta", id, text: piece });
const end = (id: string, args: string): ModelEvent => ({
  type: "tool-call-end",
  id,
  arguments: args,
  complete: true,
});

describe("MessageFold", () => {
  it("says nothing before the first event", () => {
    const folded = fold();
    expect(folded.message()).toEqual({ role: "assistant", content: [] });
    expect([folded.usage, folded.costs, folded.finish, folded.calls]).toEqual([undefined, [], undefined, []]);
  });

  it("joins the pieces of text, and of reasoning", () => {
    expect(content(thought("a"), thought("b"), { type: "reasoning-end" }, text("c"), text("d"))).toEqual([
      { type: "reasoning", text: "ab" },
      { type: "text", text: "cd" },
    ]);
  });

  it("joins any number of them, looked at in between", () => {
    const folded = new MessageFold(origin);
    const words = Array.from({ length: 1_000 }, (_, index) => `${index} `);
    words.forEach((word, index) => {
      folded.add(text(word));
      if (index % 100 !== 50) return;
      expect(folded.message().content).toEqual([{ type: "text", text: words.slice(0, index + 1).join("") }]);
    });
    folded.add(thought("then"));
    expect(folded.message().content).toEqual([
      { type: "text", text: words.join("") },
      { type: "reasoning", text: "then" },
    ]);
  });

  it("tags opaque state with its origin", () => {
    expect(content(thought("a"), { type: "reasoning-end", state: "signature" })).toEqual([
      { type: "reasoning", text: "a", state: sealed("signature") },
    ]);
  });

  it("tags opaque state with the upstream that answered", () => {
    const events: ModelEvent[] = [
      { type: "response-start", upstream: "beta" },
      { type: "reasoning-end", state: "sealed" },
    ];
    expect(content(...events)).toEqual([
      { type: "reasoning", text: "", state: { origin: { ...origin, upstream: "beta" }, data: "sealed" } },
    ]);
  });

  it("keeps state by itself where no reasoning is open", () => {
    expect(content(text("a"), { type: "reasoning-end", state: "late" }, text("b"))).toEqual([
      { type: "text", text: "a" },
      { type: "reasoning", text: "", state: sealed("late") },
      { type: "text", text: "b" },
    ]);
  });

  it("keeps blocks of reasoning apart", () => {
    const close: ModelEvent = { type: "reasoning-end" };
    expect(content(thought("a"), close, thought("b"), close)).toEqual([
      { type: "reasoning", text: "a" },
      { type: "reasoning", text: "b" },
    ]);
  });

  it("puts calls where they began, with the arguments that their end gave", () => {
    const folded = fold(
      text("a"),
      start("1"),
      start("2"),
      text("b"),
      delta("1", '{"x":'),
      end("2", '{"y":2}'),
      end("1", '{"x":1}'),
    );
    const call = (id: string, args: string) => ({
      type: "tool-call",
      id,
      name: "add",
      arguments: args,
      status: "ok",
    });
    expect(folded.message().content).toEqual([
      { type: "text", text: "a" },
      call("1", '{"x":1}'),
      call("2", '{"y":2}'),
      { type: "text", text: "b" },
    ]);
    expect(folded.calls).toEqual([
      { part: call("2", '{"y":2}'), value: { y: 2 } },
      { part: call("1", '{"x":1}'), value: { x: 1 } },
    ]);
  });

  it("keeps the state of a call", () => {
    const state: ModelEvent = {
      type: "tool-call-end",
      id: "1",
      arguments: "{",
      complete: true,
      state: "thought",
    };
    expect(content(start("1"), state)).toEqual([
      { type: "tool-call", id: "1", name: "add", arguments: "{", status: "invalid", state: sealed("thought") },
    ]);
  });

  it("shows a call that has not ended as truncated, with what came of it", () => {
    const folded = fold(start("1"), delta("1", '{"x'), delta("1", '":'));
    expect(folded.message().content).toEqual([
      { type: "tool-call", id: "1", name: "add", arguments: '{"x":', status: "truncated" },
    ]);
    expect(folded.calls).toEqual([]);
  });

  it("begins a new text after a call", () => {
    expect(content(text("a"), start("1"), end("1", "{}"), text("b")).map((part) => part.type)).toEqual([
      "text",
      "tool-call",
      "text",
    ]);
  });

  it("keeps the last usage and its cost, never their sum", () => {
    const usage = (total: number): Usage => ({
      input: { total, cacheRead: 0, cacheWrite: 0 },
      output: { total, reasoning: 0 },
    });
    const cost = (amount: number) => ({ amount, currency: "USD", source: "billed" as const });
    const folded = fold(
      { type: "usage", usage: usage(10), cost: cost(1) },
      { type: "usage", usage: usage(12), cost: cost(2) },
    );
    expect([folded.usage, folded.costs]).toEqual([usage(12), [cost(2)]]);
  });

  it("keeps the finish, and no notice", () => {
    const finish: ModelEvent = { type: "finish", reason: "length", raw: "max_tokens" };
    const folded = fold({ type: "notice", code: "odd", message: "Odd." }, finish);
    expect([folded.finish, folded.message().content]).toEqual([finish, []]);
  });

  it("gives out a message that later events do not change", () => {
    const folded = fold(text("a"));
    const early = folded.message();
    folded.add(text("b"));
    expect([early.content, folded.message().content]).toEqual([
      [{ type: "text", text: "a" }],
      [{ type: "text", text: "ab" }],
    ]);
  });

  it.each([delta("1", "x"), end("1", "{}")])("refuses %j of a call that is not open", (event) => {
    const refusal = new TypeError('No tool call "1" is open: the events are out of order.');
    expect(() => fold(event)).toThrow(refusal);
    expect(() => fold(start("1"), end("1", "{}"), event)).toThrow(refusal);
  });
});
