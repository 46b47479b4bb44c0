import { loadMessages, type Message, MessageFold, type ModelEvent, saveMessages } from "@waygate/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { call, finish, text, usageOf } from "./fake-gateway.ts";

const origin = { gateway: "here", model: "small", upstream: "far" };
const conversation: readonly Message[] = [
  { role: "system", content: [{ type: "text", text: "Be brief." }] },
  {
    role: "user",
    content: [
      { type: "text", text: "What is this?" },
      { type: "image", mediaType: "image/png", source: { type: "base64", data: "AA==" } },
      { type: "file", mediaType: "application/pdf", name: "a.pdf", source: { type: "url", url: "https://a.test/a" } },
    ],
  },
  {
    role: "assistant",
    content: [
      { type: "reasoning", text: "Hm.", state: { origin, data: { signature: "abc" } } },
      { type: "tool-call", id: "1", name: "look", arguments: "{}", status: "ok", state: { origin, data: null } },
    ],
  },
  {
    role: "tool",
    content: [
      {
        type: "tool-result",
        id: "1",
        name: "look",
        isError: false,
        content: [
          { type: "text", text: "seen" },
          { type: "json", value: null },
          { type: "image", mediaType: "image/png", source: { type: "base64", data: "AA==" } },
        ],
      },
    ],
  },
  { role: "assistant", content: [{ type: "text", text: "A picture." }] },
];

describe("stored messages", () => {
  it("come back as they were", () => {
    const saved = saveMessages([...conversation, { role: "user", content: "Thanks." }]);
    expect(saved.version).toBe(1);
    expect(loadMessages(JSON.parse(JSON.stringify(saved)))).toEqual([
      ...conversation,
      { role: "user", content: [{ type: "text", text: "Thanks." }] },
    ]);
  });

  const at = (part: unknown, role = "assistant") => ({ version: 1, messages: [{ role, content: [part] }] });
  it.each<[unknown, string]>([
    [undefined, "The stored conversation is no object. Was it read with JSON.parse?"],
    [[], "The stored conversation is no object. Was it read with JSON.parse?"],
    [{ version: "1" }, 'The stored conversation has the version "1", this program reads 1.'],
    [{ version: 9 }, "The stored conversation has the version 9, this program reads 1. Update @waygate/core."],
    [{ version: 1 }, 'The stored conversation is wrong: "messages" must be a list of messages, not undefined.'],
    [{ version: 1, messages: [null] }, "messages[0] must be a message, not null."],
    [
      { version: 1, messages: [{ role: "toString", content: [] }] },
      'messages[0].role must be one of system, user, assistant, tool, not "toString".',
    ],
    [
      { version: 1, messages: [{ role: "user", content: "Hi" }] },
      "messages[0].content must be a list of parts of type text, image, file, not a text.",
    ],
    [
      at({ type: "image" }),
      "messages[0].content[0].type must be one of text, reasoning, tool-call, service-tool-result,",
    ],
    [
      at({ type: "text" }),
      "The stored conversation is wrong: messages[0].content[0].text must be a text, not undefined.",
    ],
    [
      at({ type: "reasoning", text: "", state: {} }),
      "messages[0].content[0].state.origin must be an object with gateway and model, not undefined",
    ],
    [
      at({ type: "tool-call", id: "1", name: "a", arguments: "", status: "done" }),
      'messages[0].content[0].status must be one of "ok", "invalid", "truncated", "unanswered", not "done"',
    ],
    [
      at({ type: "image", mediaType: "image/png", source: { type: "file" } }, "user"),
      'content[0].source.type must be one of base64, url, reference, not "file"',
    ],
    [
      at({ type: "tool-result", id: "1", name: "a", isError: false, content: [{ type: "video" }] }, "tool"),
      'messages[0].content[0].content[0].type must be one of text, json, image, file, not "video".',
    ],
  ])("are refused where they are wrong: %j", (saved, words) => {
    expect(() => loadMessages(saved)).toThrow(words);
  });
});

describe("a stored fold", () => {
  const events: readonly ModelEvent[] = [
    { type: "response-start", upstream: "far" },
    { type: "reasoning-delta", text: "Let " },
    { type: "reasoning-delta", text: "me see." },
    { type: "reasoning-end", state: { signature: "abc" } },
    text("One"),
    text(", two."),
    ...call("1", "look", { at: ["a"] }),
    { type: "tool-call-start", id: "2", name: "look" },
    { type: "tool-call-start", id: "3", name: "look" },
    { type: "tool-call-delta", id: "2", text: "{" },
    { type: "tool-call-end", id: "3", arguments: "{", complete: true },
    { type: "tool-call-end", id: "2", arguments: "{}", complete: true, state: 7 },
    { type: "usage", usage: usageOf(3, 4), cost: { amount: 1, currency: "USD", source: "billed" } },
    { type: "usage", usage: usageOf(4, 4) },
    finish("tool-calls"),
  ];

  it("goes on at any event as if it had not been stored", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(events.length)), (places) => {
        const whole = new MessageFold({ gateway: "here", model: "small" });
        let fold = new MessageFold({ gateway: "here", model: "small" });
        for (const [index, event] of events.entries()) {
          if (places.includes(index)) fold = MessageFold.restore(JSON.parse(JSON.stringify(fold.save())));
          whole.add(event);
          fold.add(event);
        }
        expect(fold.save()).toEqual(whole.save());
        expect([fold.message(), fold.calls]).toEqual([whole.message(), whole.calls]);
      }),
    );
  });
});
