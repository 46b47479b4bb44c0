import {
  type AssistantMessage,
  createRegistry,
  type JsonValue,
  loadMessages,
  type Message,
  type ModelEvent,
  type ModelRequest,
  type RunTool,
  resume,
  run,
  saveMessages,
} from "@waygate/core";
import type { Gateway } from "@waygate/core/plugin";
import { describe, expect, it } from "vitest";
import { finish, pluginOf, text, toolResults } from "./fake-gateway.ts";

/** A gateway that gives one scripted answer after the other, and notes what it was asked. */
function scripted(answers: readonly (readonly ModelEvent[])[], more: Partial<Gateway> = {}, id = "native") {
  const requests: ModelRequest[] = [];
  const gateway: Gateway = {
    models: async () => [],
    async *stream(request) {
      requests.push(request);
      yield answers[requests.length - 1] ?? [text("Done."), finish()];
    },
    ...more,
  };
  const capabilities = { tools: true, freeformTools: true, images: true, files: true, reasoning: true };
  return { gateway: createRegistry({ plugins: [pluginOf(gateway, { id, capabilities })] }).gateway(id), requests };
}

const hello = { role: "user", content: [{ type: "text", text: "What is new?" }] } as const satisfies Message;
const by = (gateway: string, model = "large") => ({ gateway, model });
const state = (data: JsonValue, gateway = "native") => ({ origin: by(gateway), data });

function answerOf(messages: readonly Message[], index = 1): AssistantMessage {
  const message = messages[index];
  if (message?.role !== "assistant") throw new Error(`Message ${index} is not the assistant's.`);
  return message;
}

const search: RunTool = { kind: "service", type: "web_search_20250305", name: "web_search", options: { max_uses: 3 } };

describe("the walk of Anthropic Messages: thinking, web search and citations", () => {
  const answer: readonly ModelEvent[] = [
    { type: "response-start", id: "msg_1", model: "large" },
    { type: "reasoning-delta", text: "I should look." },
    { type: "reasoning-end", state: { signature: "sig" } },
    { type: "tool-call-start", id: "srvtoolu_1", name: "web_search", executor: "service" },
    { type: "tool-call-delta", id: "srvtoolu_1", text: '{"query":"news"}' },
    {
      type: "tool-call-end",
      id: "srvtoolu_1",
      arguments: '{"query":"news"}',
      complete: true,
      state: { kind: "server" },
    },
    {
      type: "service-tool-result",
      id: "srvtoolu_1",
      content: [{ type: "text", text: "A headline" }],
      state: { encrypted_content: "EqgfCioIARgB" },
    },
    { type: "source", id: "s1", kind: "url", url: "https://news.test/1", title: "News", toolCallId: "srvtoolu_1" },
    text("It rained"),
    { type: "source", id: "s2", kind: "url", url: "https://news.test/2", quote: "rain", state: { cited: 1 } },
    text(" today."),
    { type: "text-end", state: { citations: ["s1", "s2"] } },
    text(" That is all."),
    { type: "usage", usage: { input: { total: 9, cacheRead: 0, cacheWrite: 0 }, output: { total: 5, reasoning: 2 } } },
    { type: "finish", reason: "stop", raw: "end_turn", state: { container: "c1" } },
  ];
  const content = [
    { type: "reasoning", text: "I should look.", state: state({ signature: "sig" }) },
    {
      type: "tool-call",
      id: "srvtoolu_1",
      name: "web_search",
      arguments: '{"query":"news"}',
      status: "ok",
      executor: "service",
      state: state({ kind: "server" }),
    },
    {
      type: "service-tool-result",
      id: "srvtoolu_1",
      content: [{ type: "text", text: "A headline" }],
      state: state({ encrypted_content: "EqgfCioIARgB" }),
    },
    { type: "text", text: "It rained today.", state: state({ citations: ["s1", "s2"] }) },
    { type: "source", id: "s1", kind: "url", url: "https://news.test/1", title: "News", toolCallId: "srvtoolu_1" },
    { type: "source", id: "s2", kind: "url", url: "https://news.test/2", quote: "rain", state: state({ cited: 1 }) },
    { type: "text", text: " That is all." },
  ];

  it("folds, is stored, and goes back byte for byte to its own model", async () => {
    const { gateway, requests } = scripted([answer], { serviceTools: ["web_search_20250305"] });
    const running = run({ gateway, model: "large", messages: [hello], tools: [search] });
    const result = await running.result();
    expect([result.reason, result.steps, result.text]).toEqual(["stop", 1, "It rained today. That is all."]);
    const message = answerOf(running.messages);
    expect(message).toEqual({ role: "assistant", content, state: state({ container: "c1" }) });
    expect(requests[0]?.tools).toEqual([search]);

    const loaded = loadMessages(JSON.parse(JSON.stringify(saveMessages(running.messages))));
    expect(loaded).toEqual(running.messages);
    await run({ gateway, model: "large", messages: [...loaded, { role: "user", content: "And?" }] }).result();
    expect(requests[1]?.messages[1]).toEqual(message);
  });

  it("degrades to text and sources on another gateway, with a notice", async () => {
    const { gateway } = scripted([answer], { serviceTools: ["web_search_20250305"] });
    const running = run({ gateway, model: "large", messages: [hello], tools: [search] });
    await running.result();
    const other = scripted([], {}, "other");
    const events: string[] = [];
    const next = run({
      gateway: other.gateway,
      model: "small",
      messages: [...running.messages, { role: "user", content: "And?" }],
    });
    for await (const event of next) if (event.type === "notice") events.push(event.code);
    expect(events).toContain("foreign-state-dropped");
    const sent = answerOf(other.requests[0]?.messages ?? []);
    expect(sent.state).toBeUndefined();
    expect(JSON.stringify(sent)).not.toMatch(/sig|EqgfCioIARgB|origin|service/);
    const words = sent.content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
    expect(words).toMatch(/web_search.*news[\s\S]*A headline[\s\S]*It rained today\.[\s\S]*That is all\./);
    expect(sent.content.filter(({ type }) => type === "source")).toMatchObject([{ id: "s1" }, { id: "s2" }]);
  });

  it("continues an answer that pauses, with the unfinished message last, and joins the parts", async () => {
    const { gateway, requests } = scripted(
      [
        [...answer.slice(1, 7), { type: "finish", reason: "pause", raw: "pause_turn" }],
        [text("It rained."), { type: "usage", usage: usageOf(3) }, finish()],
      ],
      { serviceTools: ["web_search_20250305"] },
    );
    const running = run({ gateway, model: "large", messages: [hello], tools: [search] });
    const result = await running.result();
    expect([result.steps, result.reason, result.text]).toEqual([1, "stop", "It rained."]);
    expect(requests.map(({ messages, continuesAnswer }) => [messages.length, continuesAnswer])).toEqual([
      [1, undefined],
      [2, true],
    ]);
    expect(requests[1]?.messages[1]).toEqual({ role: "assistant", content: content.slice(0, 3) });
    expect(answerOf(running.messages).content).toEqual([...content.slice(0, 3), { type: "text", text: "It rained." }]);
  });

  it("gives up on a service that only pauses, after ten continuations", async () => {
    const pausing = Array.from({ length: 20 }, (): readonly ModelEvent[] => [
      text("."),
      { type: "usage", usage: usageOf(1) },
      finish("pause"),
    ]);
    const { gateway, requests } = scripted(pausing);
    const { reason, text: words, usage } = await run({ gateway, model: "large", messages: [hello] }).result();
    expect([reason, words, requests.length]).toEqual(["pause", ".".repeat(11), 11]);
    expect(usage.input.total).toBe(11);
  });

  it("says that a call of the service is unanswered, and accepts its result in a later answer", async () => {
    const { gateway } = scripted([
      [...answer.slice(3, 6), text("I am looking."), finish()],
      [{ type: "service-tool-result", id: "srvtoolu_1", content: [], error: "unavailable" }, text("No."), finish()],
    ]);
    const first = run({ gateway, model: "large", messages: [hello] });
    await first.result();
    expect(answerOf(first.messages).content[0]).toMatchObject({ type: "tool-call", status: "unanswered" });
    const messages = [...first.messages, { role: "user", content: "Well?" }] as const;
    const second = run({ gateway, model: "large", messages });
    await second.result();
    expect(answerOf(second.messages, 3).content[0]).toEqual({
      type: "service-tool-result",
      id: "srvtoolu_1",
      content: [],
      error: "unavailable",
    });
    expect(toolResults(second.messages)).toEqual([]);
  });

  it("does not continue an interrupted answer while the service may be executing a call", async () => {
    let asked = 0;
    const cut: Gateway = {
      models: async () => [],
      async *stream() {
        asked++;
        yield answer.slice(3, 6);
        throw new Error("socket closed");
      },
    };
    const gateway = createRegistry({ plugins: [pluginOf(cut)] }).gateway("fake");
    const running = run({ gateway, model: "large", messages: [hello], onInterrupted: "continue" });
    await expect(running.result()).rejects.toThrow("socket closed");
    expect(asked).toBe(1);
  });
});

describe("the walk of OpenAI Responses: encrypted reasoning, a freeform tool and image generation", () => {
  const png = { type: "base64", data: "iVBORw0KGgo=" } as const;
  const answers: readonly (readonly ModelEvent[])[] = [
    [
      { type: "reasoning-delta", text: "Plan", summary: true, block: 0 },
      { type: "reasoning-delta", text: "Check", summary: true, block: 1 },
      { type: "reasoning-end", block: 0, state: { id: "rs_1", encrypted_content: "gAAA" } },
      { type: "reasoning-end", block: 1, state: { id: "rs_2", encrypted_content: "gAAB" } },
      text("I patch it."),
      { type: "text-end", state: { id: "msg_1", phase: "commentary" } },
      { type: "tool-call-start", id: "call_1", name: "apply_patch", format: "text" },
      { type: "tool-call-delta", id: "call_1", text: "*** Begin " },
      { type: "tool-call-delta", id: "call_1", text: "Patch" },
      { type: "tool-call-end", id: "call_1", arguments: "*** Begin Patch", complete: true, state: { id: "ctc_1" } },
      { type: "finish", reason: "tool-calls", state: { response: "resp_1" } },
    ],
    [
      { type: "tool-call-start", id: "ig_1", name: "image_generation", executor: "service" },
      { type: "tool-call-end", id: "ig_1", arguments: "", complete: true, state: { id: "ig_1" } },
      { type: "media", id: "m1", mediaType: "image/png", source: { ...png, data: "AAAA" }, partial: true },
      { type: "media", id: "m1", mediaType: "image/png", source: png, toolCallId: "ig_1", state: { id: "ig_1" } },
      { type: "service-tool-result", id: "ig_1", content: [], state: { status: "completed" } },
      { type: "opaque", state: { type: "compaction", encrypted_content: "zip" }, replaces: "history" },
      text("Here."),
      finish(),
    ],
  ];
  const patch: RunTool = {
    kind: "freeform",
    name: "apply_patch",
    description: "Applies a patch.",
    grammar: { syntax: "lark", definition: 'start: "*** Begin Patch"' },
    execute: (input) => `applied ${input}`,
  };
  const image: RunTool = { kind: "service", type: "image_generation" };
  const more = { serviceTools: ["image_generation"] };

  it("folds, saves in the middle, and goes back to its own model after the compaction alone", async () => {
    const { gateway, requests } = scripted(answers, more);
    const options = { gateway, model: "large", tools: [patch, image] };
    const first = run({ ...options, messages: [{ role: "system", content: "Be brief." }, hello] });
    for await (const event of first) if (event.type === "step-end") first.pause();
    const snapshot = JSON.parse(JSON.stringify(first.snapshot()));
    const second = resume(snapshot, options);
    const previews: unknown[] = [];
    for await (const event of second) if (event.type === "media" && event.partial) previews.push(event.source);
    expect(previews).toHaveLength(1);
    expect(answerOf(second.messages, 2)).toEqual({
      role: "assistant",
      content: [
        { type: "reasoning", text: "Plan", summary: true, state: state({ id: "rs_1", encrypted_content: "gAAA" }) },
        { type: "reasoning", text: "Check", summary: true, state: state({ id: "rs_2", encrypted_content: "gAAB" }) },
        { type: "text", text: "I patch it.", state: state({ id: "msg_1", phase: "commentary" }) },
        {
          type: "tool-call",
          id: "call_1",
          name: "apply_patch",
          arguments: "*** Begin Patch",
          status: "ok",
          format: "text",
          state: state({ id: "ctc_1" }),
        },
      ],
      state: state({ response: "resp_1" }),
    });
    expect(toolResults(second.messages)[0]?.content).toEqual([{ type: "text", text: "applied *** Begin Patch" }]);
    expect(requests[1]?.messages[2]).toEqual(answerOf(second.messages, 2));
    const last = answerOf(second.messages, 4);
    expect(last.content.map(({ type }) => type)).toEqual([
      ...["tool-call", "media", "service-tool-result", "opaque", "text"],
    ]);

    await run({ ...options, messages: [...second.messages, { role: "user", content: "More." }] }).result();
    expect(requests[2]?.messages).toEqual([
      { role: "system", content: [{ type: "text", text: "Be brief." }] },
      { ...last, content: last.content.slice(3) },
      { role: "user", content: [{ type: "text", text: "More." }] },
    ]);
  });

  it("keeps the history before a compaction for another model", async () => {
    const { gateway } = scripted(answers, more);
    const running = run({ gateway, model: "large", messages: [hello], tools: [patch, image] });
    await running.result();
    const other = scripted([], {}, "other");
    const messages = [...running.messages, { role: "user", content: "More." }] as const;
    await run({ gateway: other.gateway, model: "small", messages }).result();
    const sent = other.requests[0]?.messages ?? [];
    expect(sent[0]).toEqual(hello);
    expect(JSON.stringify(sent)).not.toMatch(/gAAA|gAAB|zip|origin|iVBOR/);
    expect(toolResults(sent)).toHaveLength(1);
  });

  it("asks the person about a call of the service, and sends the decision back", async () => {
    const request: ModelEvent = {
      type: "service-approval-request",
      id: "mcpr_1",
      name: "pay",
      arguments: '{"amount":5}',
      state: { id: "mcpr_1" },
    };
    const { gateway, requests } = scripted([
      [request, finish()],
      [{ ...request, id: "mcpr_2" }, finish()],
    ]);
    const first = run({ gateway, model: "large", messages: [hello] });
    expect((await first.result()).reason).toBe("paused");
    expect(first.snapshot().approvals).toEqual([
      { id: "mcpr_1", name: "pay", arguments: { amount: 5 }, executor: "service" },
    ]);
    const second = resume(JSON.parse(JSON.stringify(first.snapshot())), {
      gateway,
      model: "large",
      approve: ({ id }) => ({ approved: id === "mcpr_1", reason: "Too dear." }),
    });
    second.approve("mcpr_1");
    expect((await second.result()).reason).toBe("stop");
    expect(requests[1]?.messages[2]).toEqual({
      role: "tool",
      content: [{ type: "service-approval", id: "mcpr_1", approved: true }],
    });
    expect(requests[2]?.messages[4]).toEqual({
      role: "tool",
      content: [{ type: "service-approval", id: "mcpr_2", approved: false, reason: "Too dear." }],
    });
  });
});

describe("the walk of a local model in this process", () => {
  it("needs no settings, no credentials and no ids of its own", async () => {
    let answers = 0;
    const { gateway, requests } = scripted([], {
      async *stream(request) {
        requests.push(request);
        answers++;
        if (answers === 4) {
          yield text("Done.");
          yield finish();
          return;
        }
        yield { type: "tool-call-start", id: "call-1", name: "look" };
        yield { type: "tool-call-end", id: "call-1", arguments: `{"at":${answers}}`, complete: true };
        yield finish();
      },
    });
    const seen: unknown[] = [];
    const look: RunTool = {
      name: "look",
      description: "Looks.",
      parameters: { type: "object", properties: { at: { type: "integer" } } },
      execute: ({ at }: { at: number }, { id }) => {
        seen.push([id, at]);
        return `seen ${at}`;
      },
    };
    const ids: string[] = [];
    const running = run({ gateway, model: "large", messages: [hello], tools: [look] });
    for await (const event of running) if (event.type === "tool-call-end") ids.push(event.id);
    expect(ids).toEqual(["call-1", "call-1_2", "call-1_3"]);
    expect(seen).toEqual([
      ["call-1", 1],
      ["call-1_2", 2],
      ["call-1_3", 3],
    ]);
    expect(toolResults(running.messages).map(({ id, content }) => [id, content[0]])).toEqual(
      ids.map((id, index) => [id, { type: "text", text: `seen ${index + 1}` }]),
    );
  });
});

function usageOf(total: number) {
  return { input: { total, cacheRead: 0, cacheWrite: 0 }, output: { total: 0, reasoning: 0 } };
}
