import { describe, expect, it } from "vitest";
import { answering, plain, toolUse } from "./answering.ts";
import { noticesOf } from "./open.ts";
import { begin, delta, type Event, end, json, metadata, start, stop, streams, usage } from "./service.ts";

const { ask } = answering();

describe("an answer", () => {
  it("has its text, its usage with the cache, and its end", async () => {
    const counted = {
      inputTokens: 5,
      outputTokens: 9,
      totalTokens: 1014,
      cacheReadInputTokens: 800,
      cacheWriteInputTokens: 200,
    };
    const events = await ask(
      streams(start, delta({ text: "Hel" }), delta({ text: "" }), delta({ text: "lo" }), stop(), end("end_turn"), [
        "metadata",
        { usage: counted, metrics: { latencyMs: 1 } },
      ]),
    );
    expect(events).toEqual([
      { type: "response-start", id: "req-1", model: "us.anthropic.claude-sonnet-4-5-20250929-v1:0" },
      { type: "text-delta", text: "Hel" },
      { type: "text-delta", text: "lo" },
      {
        type: "usage",
        usage: { input: { total: 1005, cacheRead: 800, cacheWrite: 200 }, output: { total: 9 } },
      },
      { type: "finish", reason: "stop", raw: "end_turn" },
    ]);
  });

  it.each([
    ["end_turn", "stop"],
    ["stop_sequence", "stop"],
    ["max_tokens", "length"],
    ["content_filtered", "content-filter"],
    ["guardrail_intervened", "guardrail"],
    ["model_context_window_exceeded", "context-overflow"],
    ["refusal", "refusal"],
  ])("that ends with %s finishes with %s", async (raw, reason) => {
    const events = await ask(streams(start, delta({ text: "Hi" }), stop(), end(raw), metadata));
    expect(plain(events)).toEqual([
      { type: "text-delta", text: "Hi" },
      { type: "finish", reason, raw },
    ]);
  });

  it("that ends with a word that nobody knows says so", async () => {
    const events = await ask(streams(start, delta({ text: "Hi" }), stop(), end("bored"), metadata));
    expect(plain(events)).toEqual([
      { type: "text-delta", text: "Hi" },
      {
        type: "notice",
        code: "finish-reason-unknown",
        message: 'The answer ended with "bored", which was taken as its end.',
      },
      { type: "finish", reason: "stop", raw: "bored" },
    ]);
  });

  it("may have reasoning, signed or redacted, before its text", async () => {
    const redacted = [Buffer.from("ab").toString("base64"), Buffer.from("cd").toString("base64")];
    const events = await ask(
      streams(
        start,
        delta({ reasoningContent: { text: "Hm" } }),
        delta({ reasoningContent: { text: "." } }),
        delta({ reasoningContent: { signature: "si" } }),
        delta({ reasoningContent: { signature: "g" } }),
        stop(),
        delta({ reasoningContent: { redactedContent: redacted[0] } }, 1),
        delta({ reasoningContent: { redactedContent: redacted[1] } }, 1),
        stop(1),
        delta({ reasoningContent: { text: "Unsigned." } }, 2),
        stop(2),
        delta({ text: "Yes" }, 3),
        stop(3),
        end("end_turn"),
        metadata,
      ),
    );
    expect(plain(events)).toEqual([
      { type: "reasoning-delta", text: "Hm" },
      { type: "reasoning-delta", text: "." },
      { type: "reasoning-end", state: { signature: "sig" } },
      { type: "reasoning-end", state: { redactedContent: Buffer.from("abcd").toString("base64") } },
      { type: "reasoning-delta", text: "Unsigned." },
      { type: "reasoning-end" },
      { type: "text-delta", text: "Yes" },
      { type: "finish", reason: "stop", raw: "end_turn" },
    ]);
  });

  it("has the last usage where there are several, and none where there is none", async () => {
    const none = await ask(streams(start, delta({ text: "Hi" }), stop(), end("end_turn"), ["metadata", {}]));
    expect(none.some(({ type }) => type === "usage")).toBe(false);
    const negative = { inputTokens: -1, outputTokens: "2" };
    const odd = await ask(streams(start, stop(), end("end_turn"), ["metadata", { usage: negative }]));
    expect(odd.some(({ type }) => type === "usage")).toBe(false);
  });

  it("may come whole", async () => {
    const content = [
      { reasoningContent: { reasoningText: { text: "Hm.", signature: "sig" } } },
      { text: "I look." },
      { toolUse: { toolUseId: "c1", name: "look", input: { at: "sky" } } },
    ];
    const whole = { output: { message: { role: "assistant", content } }, stopReason: "tool_use", usage };
    expect(plain(await ask(json(whole)))).toEqual([
      { type: "reasoning-delta", text: "Hm." },
      { type: "reasoning-end", state: { signature: "sig" } },
      { type: "text-delta", text: "I look." },
      { type: "tool-call-start", id: "c1", name: "look" },
      {
        type: "tool-call-end",
        id: "c1",
        arguments: '{"at":"sky"}',
        complete: true,
      },
      { type: "finish", reason: "tool-calls", raw: "tool_use" },
    ]);
  });
});

describe("tool calls", () => {
  const call = (...pieces: string[]) => [
    begin(toolUse("c1")),
    ...pieces.map((input) => delta({ toolUse: { input } })),
    stop(),
  ];

  it("come in pieces and end with their block", async () => {
    const events = await ask(streams(start, ...call('{"at"', ':"sky"}'), end("tool_use"), metadata));
    expect(plain(events)).toEqual([
      { type: "tool-call-start", id: "c1", name: "look" },
      { type: "tool-call-delta", id: "c1", text: '{"at"' },
      { type: "tool-call-delta", id: "c1", text: ':"sky"}' },
      { type: "tool-call-end", id: "c1", arguments: '{"at":"sky"}', complete: true },
      { type: "finish", reason: "tool-calls", raw: "tool_use" },
    ]);
  });

  it.each([
    ["are empty", [""], "tool_use", { arguments: "", complete: true }],
    ["are no JSON", ["{at: sky}"], "tool_use", { arguments: "{at: sky}", complete: true }],
    ["were cut off", ['{"at":'], "max_tokens", { arguments: '{"at":', complete: false }],
    ["were cut off before they began", [], "max_tokens", { arguments: "", complete: false }],
  ] as const)("whose arguments %s are told apart", async (_case, pieces, raw, wanted) => {
    const events = await ask(streams(start, ...call(...pieces), end(raw), metadata));
    expect(events.find(({ type }) => type === "tool-call-end")).toEqual({
      type: "tool-call-end",
      id: "c1",
      ...wanted,
    });
  });

  const badEnds = [
    "max_tokens",
    "model_context_window_exceeded",
    "content_filtered",
    "guardrail_intervened",
    "refusal",
  ];

  it.each(["malformed_tool_use", "malformed_model_output"])(
    "of an answer that ends with %s fail with it",
    async (raw) => {
      await expect(ask(streams(start, ...call(), end(raw), metadata))).rejects.toMatchObject({
        code: "server-error",
        retryable: true,
        message: expect.stringContaining(raw),
      });
    },
  );

  it.each(badEnds)(
    "without arguments are truncated where the answer ends with %s: some may have been to come",
    async (raw) => {
      const events = await ask(streams(start, ...call(), end(raw), metadata));
      expect(events.find(({ type }) => type === "tool-call-end")).toEqual({
        type: "tool-call-end",
        id: "c1",
        arguments: "",
        complete: false,
      });
    },
  );

  const wholeCalls = async (stopReason: string, content: readonly unknown[]) => {
    const events = await ask(json({ output: { message: { role: "assistant", content } }, stopReason, usage }));
    return events.flatMap((event) => (event.type === "tool-call-end" ? [event] : []));
  };
  const wholeCall = (toolUseId: string, input?: unknown) => ({ toolUse: { toolUseId, name: "look", input } });

  it.each(badEnds)("of an answer that comes whole and ends with %s are truncated where they may be", async (raw) => {
    const calls = await wholeCalls(raw, [
      wholeCall("c1", { at: "sky" }),
      wholeCall("c2", {}),
      wholeCall("c3", { at: "s" }),
    ]);
    expect(calls.map(({ id, arguments: text, complete }) => [id, text, complete])).toEqual([
      ["c1", '{"at":"sky"}', true],
      ["c2", "{}", false],
      ["c3", '{"at":"s"}', false],
    ]);
    const [before] = await wholeCalls(raw, [wholeCall("c1", { at: "sky" }), { text: "And th" }]);
    expect(before?.complete).toBe(true);
    const [last] = await wholeCalls(raw, [wholeCall("c1", { at: "sky" }), { text: "" }]);
    expect(last?.complete).toBe(false);
  });

  it("of an answer that comes whole may have no arguments where it came to its end", async () => {
    const calls = await wholeCalls("tool_use", [wholeCall("c1", {}), wholeCall("c2"), wholeCall("c3", null)]);
    expect(calls.map(({ arguments: text, complete }) => [text, complete])).toEqual(Array(3).fill(["{}", true]));
  });

  it.each([
    ['{"at":"sky"}', "tool_use", true],
    ["", "tool_use", true],
    ["", "max_tokens", false],
    ['{"at":', "tool_use", true],
    ['{"at":', "max_tokens", false],
  ] as const)(
    "of an answer that comes whole with the arguments as text, %j, and ends with %s are told apart",
    async (input, raw, complete) => {
      expect(await wholeCalls(raw, [wholeCall("c1", input)])).toEqual([
        { type: "tool-call-end", id: "c1", arguments: input, complete },
      ]);
    },
  );

  it("that were cut off within their block by the answer's length are truncated", async () => {
    const events = await ask(
      streams(start, begin(toolUse("c1")), delta({ toolUse: { input: '{"a' } }), end("max_tokens"), metadata),
    );
    expect(plain(events).slice(-2)).toEqual([
      { type: "tool-call-end", id: "c1", arguments: '{"a', complete: false },
      { type: "finish", reason: "length", raw: "max_tokens" },
    ]);
  });

  it("decide over the word on why the answer ended", async () => {
    const events = await ask(streams(start, ...call("{}"), end("end_turn"), metadata));
    expect(events.at(-1)).toEqual({ type: "finish", reason: "tool-calls", raw: "end_turn" });
    const none = await ask(streams(start, delta({ text: "Hi" }), stop(), end("tool_use"), metadata));
    expect(none.at(-1)).toEqual({ type: "finish", reason: "stop", raw: "tool_use" });
  });

  it("with one id between them are told apart", async () => {
    const events = await ask(
      streams(
        start,
        begin(toolUse("same")),
        delta({ toolUse: { input: "{}" } }),
        stop(),
        begin(toolUse("same"), 1),
        delta({ toolUse: { input: "{}" } }, 1),
        stop(1),
        begin({ name: "look" }, 2),
        stop(2),
        end("tool_use"),
        metadata,
      ),
    );
    const ids = events.flatMap((event) => (event.type === "tool-call-start" ? [event.id] : []));
    expect(ids[0]).toBe("same");
    expect(new Set(ids).size).toBe(3);
    expect(ids.slice(1).every((id) => /^tooluse_[0-9a-f]{32}$/.test(id))).toBe(true);
    expect(noticesOf(events)).toEqual([
      "tool-call-id-made: A tool call came with the id of another call and was given its own.",
      "tool-call-id-made: A tool call came without an id and was given one.",
    ]);
  });

  const ended = (id: string, text: string, value?: unknown) => ({
    type: "tool-call-end",
    id,
    arguments: text,
    complete: value !== undefined,
  });
  const callsOf = async (...blocks: readonly Event[]) =>
    plain(await ask(streams(start, ...blocks, end("tool_use"), metadata))).filter(
      ({ type }) => type !== "tool-call-delta",
    );

  it.each([
    ["whole", '{"at":"sky"}', { at: "sky" }],
    ["not whole", '{"at":', undefined],
    ["missing", "", undefined],
  ] as const)(
    "whose place another block takes without a stop end there: arguments that are %s",
    async (_case, input, value) => {
      const first = [begin(toolUse("a")), delta({ toolUse: { input } })];
      const of = (id: string) => ({ type: "tool-call-start", id, name: "look" });
      const finish = { type: "finish", reason: "tool-calls", raw: "tool_use" };
      expect(await callsOf(...first, begin(toolUse("b")), delta({ toolUse: { input: "{}" } }), stop())).toEqual([
        of("a"),
        ended("a", input, value),
        of("b"),
        ended("b", "{}", {}),
        finish,
      ]);
      expect(await callsOf(...first, delta({ text: "Hi" }), stop())).toEqual([
        of("a"),
        ended("a", input, value),
        { type: "text-delta", text: "Hi" },
        finish,
      ]);
      expect(await callsOf(...first, delta({ reasoningContent: { text: "Hm" } }), stop())).toEqual([
        of("a"),
        ended("a", input, value),
        { type: "reasoning-delta", text: "Hm" },
        { type: "reasoning-end" },
        finish,
      ]);
    },
  );

  it("whose start is said twice begin once", async () => {
    const [first, ...rest] = [begin(toolUse("a")), delta({ toolUse: { input: '{"at":' } })];
    expect(await callsOf(first, first, ...rest, first, delta({ toolUse: { input: '"sky"}' } }), stop())).toEqual([
      { type: "tool-call-start", id: "a", name: "look" },
      ended("a", '{"at":"sky"}', { at: "sky" }),
      { type: "finish", reason: "tool-calls", raw: "tool_use" },
    ]);
  });

  it("whose start is said twice begin once, also under an id that was given to another, or none", async () => {
    const ids = async (...starts: Parameters<typeof toolUse>[]) => {
      const said = starts.flatMap((start) => [begin(toolUse(...start)), begin(toolUse(...start))]);
      const ended = await callsOf(...call('{"at":"sky"}'), ...said, delta({ toolUse: { input: "{}" } }), stop());
      return ended.filter(({ type }) => type === "tool-call-start").length;
    };
    expect(await ids(["c1"])).toBe(2);
  });

  it("without a start end the reasoning that has no stop", async () => {
    const said = [delta({ reasoningContent: { text: "Hm" } }), delta({ toolUse: { input: "{}" } }, 1), stop(1), stop()];
    const events = plain(await ask(streams(start, ...said, end("tool_use"), metadata)));
    expect(events.filter(({ type }) => type !== "notice").map(({ type }) => type)).toEqual([
      "reasoning-delta",
      "reasoning-end",
      "tool-call-start",
      "tool-call-delta",
      "tool-call-end",
      "finish",
    ]);
  });

  it("take no harm from empty pieces of another kind", async () => {
    const nothing = [delta({ text: "" }), delta({ reasoningContent: { text: "" } })];
    const [first, ...rest] = [begin(toolUse("a")), delta({ toolUse: { input: '{"at":"sky"}' } }), stop()];
    expect(await callsOf(first, ...nothing, ...rest, ...nothing)).toEqual([
      { type: "tool-call-start", id: "a", name: "look" },
      ended("a", '{"at":"sky"}', { at: "sky" }),
      { type: "finish", reason: "tool-calls", raw: "tool_use" },
    ]);
  });

  it.each([[""], [null], [undefined]])(
    "that have ended are not begun anew by a piece of nothing: %j",
    async (input) => {
      const late = delta({ toolUse: { input } });
      expect(await callsOf(...call('{"at":"sky"}'), late)).toEqual([
        { type: "tool-call-start", id: "c1", name: "look" },
        ended("c1", '{"at":"sky"}', { at: "sky" }),
        { type: "finish", reason: "tool-calls", raw: "tool_use" },
      ]);
    },
  );

  it("take a piece that is null for nothing", async () => {
    expect(await callsOf(begin(toolUse("c1")), delta({ toolUse: { input: null } }), stop())).toContainEqual(
      ended("c1", "", {}),
    );
  });

  it("come under the names that the program gave its tools", async () => {
    const dotted = { name: "files.read", description: "", parameters: { type: "object" } };
    // The name is sent with a hash that always is the same.
    const sent = toolUse("c1", "files_read_q9pNOP");
    const events = await ask(streams(start, begin(sent), stop(), end("tool_use"), metadata), [dotted]);
    expect(plain(events)[0]).toEqual({ type: "tool-call-start", id: "c1", name: "files.read" });
  });

  it("of the service's own tools are kept from those of the program", async () => {
    const server = { ...toolUse("s1", "nova_grounding"), type: "server_tool_use" };
    const events = await ask(
      streams(
        start,
        begin(server),
        delta({ toolUse: { input: '{"q":"x"}' } }),
        stop(),
        ["contentBlockStart", { contentBlockIndex: 1, start: { toolResult: { toolUseId: "s1" } } }],
        delta({ toolResult: [{ text: "found" }] }, 1),
        stop(1),
        delta({ text: "Found" }, 2),
        stop(2),
        end("end_turn"),
        metadata,
      ),
    );
    expect(plain(events)).toEqual([
      { type: "tool-call-start", id: "s1", name: "nova_grounding", executor: "service" },
      { type: "tool-call-delta", id: "s1", text: '{"q":"x"}' },
      { type: "tool-call-end", id: "s1", arguments: '{"q":"x"}', complete: true },
      { type: "service-tool-result", id: "s1", content: [{ type: "text", text: "found" }] },
      { type: "text-delta", text: "Found" },
      { type: "finish", reason: "stop", raw: "end_turn" },
    ]);
  });

  it("that nobody asked for are passed over, with a notice", async () => {
    const events = await ask(streams(start, ...call("{}"), end("tool_use"), metadata), []);
    expect(plain(events)).toEqual([
      {
        type: "notice",
        code: "tool-call-unwanted",
        message: 'The model called "look" although no tool was to be called; this was passed over.',
      },
      expect.objectContaining({ type: "notice", code: "answer-empty" }),
      { type: "finish", reason: "stop", raw: "tool_use" },
    ]);
  });
});

describe("what an answer says beside its text", () => {
  it("is told: citations as sources, each once", async () => {
    const cite = delta({
      citation: {
        title: "Policy",
        location: { documentPage: { documentIndex: 0, start: 1, end: 2 } },
        sourceContent: [{ text: "20 days" }],
      },
    });
    const events = await ask(streams(start, delta({ text: "20" }), cite, cite, stop(), end("end_turn"), metadata));
    expect(events.filter(({ type }) => type === "source")).toEqual([
      {
        type: "source",
        id: "citation-1",
        kind: "document",
        title: "Policy",
        quote: "20 days",
        index: 0,
        location: { unit: "page", start: 1, end: 2 },
      },
    ]);
  });

  it("is told: what a guardrail assessed, without the words that it keeps back", async () => {
    const trace = {
      guardrail: {
        inputAssessment: {
          abc: {
            topicPolicy: { topics: [{ name: "Finance", type: "DENY", action: "BLOCKED", detected: true }] },
            wordPolicy: { customWords: [{ match: "secret-word", action: "BLOCKED" }] },
            contentPolicy: { filters: [{ type: "HATE", confidence: "LOW", action: "NONE", detected: false }] },
          },
        },
        outputAssessments: {
          abc: [
            {
              sensitiveInformationPolicy: {
                piiEntities: [
                  { type: "EMAIL", match: "a@b.c", action: "ANONYMIZED" },
                  { type: "EMAIL", match: "d@e.f", action: "ANONYMIZED" },
                ],
              },
            },
          ],
        },
        actionReason: "Guardrail blocked.",
      },
    };
    const events = await ask(
      streams(start, delta({ text: "No." }), stop(), end("guardrail_intervened"), ["metadata", { usage, trace }]),
    );
    expect(noticesOf(events)).toEqual([
      "guardrail-assessment: What was assessed: guardrail abc on the input: topic Finance blocked, word custom blocked; " +
        "guardrail abc on the output: personal data EMAIL anonymized ×2. Guardrail blocked.",
    ]);
    expect(events.at(-1)).toEqual({ type: "finish", reason: "guardrail", raw: "guardrail_intervened" });
  });

  it("is told: the model that a router chose, and fields that were asked for", async () => {
    const invokedModelId = "arn:aws:bedrock:us-east-1::foundation-model/x";
    const events = await ask(
      streams(
        start,
        delta({ text: "Hi" }),
        stop(),
        ["messageStop", { stopReason: "end_turn", additionalModelResponseFields: { stop_sequence: null } }],
        ["metadata", { usage, trace: { promptRouter: { invokedModelId } } }],
      ),
    );
    expect(noticesOf(events)).toEqual([
      'additional-response-fields: {"stop_sequence":null}',
      `routed-model: The router chose ${invokedModelId}.`,
    ]);
  });

  it("is passed over with a notice where nobody knows it", async () => {
    const events = await ask(
      streams(
        start,
        ["somethingNew", {}],
        delta({ hologram: {} }),
        delta({ text: "Hi" }),
        stop(),
        end("end_turn"),
        metadata,
      ),
    );
    expect(noticesOf(events)).toEqual([
      'event-ignored: An event "somethingNew" is not known and was passed over.',
      'hologram-ignored: The answer has content of the kind "hologram", which is not read.',
    ]);
  });
});
