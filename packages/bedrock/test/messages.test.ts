import type { AssistantPart, Message, ToolResultPart, UserPart } from "@waygate/core";
import { describe, expect, it } from "vitest";
import { asking } from "./asking.ts";
import { claude } from "./open.ts";

const ask = asking();
const model = `us.${claude}`;

const text = (words: string) => ({ type: "text", text: words }) as const;
const user = (...content: UserPart[]): Message => ({ role: "user", content });
const assistant = (...content: AssistantPart[]): Message => ({ role: "assistant", content });
const call = (id: string, name: string, args = "{}") =>
  ({ type: "tool-call", id, name, arguments: args, status: "ok" }) as const;
const result = (id: string, name: string, words: string, isError = false) =>
  ({ type: "tool-result", id, name, content: [text(words)], isError }) as const;
const origin = { gateway: "amazon-bedrock", model };

async function messagesOf(messages: readonly Message[], options: Parameters<typeof ask>[0] = {}) {
  const { body, notices } = await ask({ messages, ...options });
  return { sent: body.messages, system: body.system, toolConfig: body.toolConfig, notices };
}

describe("a conversation", () => {
  it("goes out as turns, with the system prompt apart", async () => {
    const { sent, system, notices } = await messagesOf([
      { role: "system", content: [text("Be short."), text("Be kind.")] },
      user(text("Hello")),
      assistant(text("Hi.")),
      user(text("How are you?")),
    ]);
    expect(system).toEqual([{ text: "Be short." }, { text: "Be kind." }]);
    expect(sent).toEqual([
      { role: "user", content: [{ text: "Hello" }] },
      { role: "assistant", content: [{ text: "Hi." }] },
      { role: "user", content: [{ text: "How are you?" }] },
    ]);
    expect(notices).toEqual([]);
  });

  it("has user and assistant take turns, whoever spoke twice", async () => {
    const { sent } = await messagesOf([
      user(text("One")),
      user(text("Two")),
      assistant(text("A")),
      assistant(text("B")),
      user(text("Three")),
    ]);
    expect(sent).toEqual([
      { role: "user", content: [{ text: "One\n\nTwo" }] },
      { role: "assistant", content: [{ text: "A" }, { text: "\n\nB" }] },
      { role: "user", content: [{ text: "Three" }] },
    ]);
  });

  it("begins with the user", async () => {
    const { sent } = await messagesOf([assistant(text("Welcome.")), user(text("Hello"))]);
    expect(sent).toEqual([
      { role: "user", content: [{ text: "(Begin.)" }] },
      { role: "assistant", content: [{ text: "Welcome." }] },
      { role: "user", content: [{ text: "Hello" }] },
    ]);
  });

  it("has no text that is empty, and no turn without content", async () => {
    const { sent, system } = await messagesOf([
      { role: "system", content: [text("  ")] },
      user(text("Hello"), text("\n")),
      assistant(text("")),
      user(text("Still there?")),
    ]);
    expect(system).toBeUndefined();
    expect(sent).toEqual([{ role: "user", content: [{ text: "Hello\n\nStill there?" }] }]);
  });

  it.each([
    ["the user ends without a word", user(text(" ")), "(Continue.)"],
    ["ends with a system message", { role: "system", content: [text("Sum it up.")] }, "[System message]\nSum it up."],
  ] as const)("that %s is not taken for one that the assistant ends", async (_how, last, words) => {
    const { sent } = await messagesOf([user(text("Hello")), assistant(text("Hi. ")), last]);
    expect(sent).toEqual([
      { role: "user", content: [{ text: "Hello" }] },
      { role: "assistant", content: [{ text: "Hi. " }] },
      { role: "user", content: [{ text: words }] },
    ]);
  });

  it("that ends with words of the assistant, to be gone on with, has no space at its end", async () => {
    const { sent } = await messagesOf([user(text("Write a list.")), assistant(text("1. \n"))]);
    expect(sent).toEqual([
      { role: "user", content: [{ text: "Write a list." }] },
      { role: "assistant", content: [{ text: "1." }] },
    ]);
  });

  it.each([
    "us.anthropic.claude-opus-4-6-v1",
    "us.anthropic.claude-sonnet-5",
    "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/zzz",
  ])("that ends with words of the assistant goes on with a word of the user for %s", async (model) => {
    const { sent, notices } = await messagesOf([user(text("Count to five.")), assistant(text("one, two,"))], { model });
    expect(sent).toEqual([
      { role: "user", content: [{ text: "Count to five." }] },
      { role: "assistant", content: [{ text: "one, two," }] },
      { role: "user", content: [{ text: "(Continue.)" }] },
    ]);
    expect(notices.join()).toMatch(/^prefill-not-accepted: /);
  });

  it("has system messages of its middle said by the user, where they stand, and says so", async () => {
    const { sent, system, notices } = await messagesOf([
      user(text("Hello")),
      { role: "system", content: [text("Now speak French.")] },
    ]);
    expect(system).toBeUndefined();
    expect(sent).toEqual([{ role: "user", content: [{ text: "Hello\n\n[System message]\nNow speak French." }] }]);
    expect(notices.join()).toMatch(/^system-message-moved: 1 /);
  });

  it("has no halves of characters, wherever a text was cut: models refuse them", async () => {
    const cut = "An owl: \ud83e";
    const { sent, system } = await messagesOf([
      { role: "system", content: [text(cut)] },
      user(text("🦉 \\ud83e \udd89")),
      assistant(call("call-1", "look", JSON.stringify({ at: cut }))),
      {
        role: "tool",
        content: [{ ...result("call-1", "look", cut), content: [text(cut), { type: "json", value: { seen: cut } }] }],
      },
    ]);
    const whole = "An owl: \ufffd";
    expect(system).toContainEqual({ text: whole });
    expect(sent).toEqual([
      { role: "user", content: [{ text: "🦉 \\ud83e \ufffd" }] },
      { role: "assistant", content: [{ toolUse: { toolUseId: "call-1", name: "look", input: { at: whole } } }] },
      {
        role: "user",
        content: [
          {
            toolResult: {
              toolUseId: "call-1",
              content: [{ text: whole }, { json: { seen: whole } }],
              status: "success",
            },
          },
        ],
      },
    ]);
  });

  it("without messages is rejected before anything is sent", async () => {
    await expect(ask({ messages: [] })).rejects.toMatchObject({
      code: "invalid-request",
      message: 'Gateway "amazon-bedrock": the conversation is empty. Add a user message.',
    });
  });
});

describe("tool calls of the past", () => {
  const history: Message[] = [
    user(text("Look")),
    assistant(text("I look."), call("call-1", "look", '{"at":"sky"}'), call("call-2", "look", "")),
    { role: "tool", content: [result("call-1", "look", "blue"), result("call-2", "look", "dark", true)] },
  ];

  it("come with their results in one turn of the user's, each with its status", async () => {
    const { sent } = await messagesOf([...history, user(text("And now?"))]);
    expect(sent).toEqual([
      { role: "user", content: [{ text: "Look" }] },
      {
        role: "assistant",
        content: [
          { text: "I look." },
          { toolUse: { toolUseId: "call-1", name: "look", input: { at: "sky" } } },
          { toolUse: { toolUseId: "call-2", name: "look", input: {} } },
        ],
      },
      {
        role: "user",
        content: [
          { toolResult: { toolUseId: "call-1", content: [{ text: "blue" }], status: "success" } },
          { toolResult: { toolUseId: "call-2", content: [{ text: "dark" }], status: "error" } },
          { text: "And now?" },
        ],
      },
    ]);
  });

  it("have their specs with them where no tool is offered any more, and the model is told not to call", async () => {
    const { system, toolConfig } = await messagesOf(history);
    expect(toolConfig).toEqual({
      tools: [{ toolSpec: { name: "look", inputSchema: { json: { type: "object" } } } }],
    });
    expect(system).toEqual([{ text: "Do not call any tool in this answer. Answer in words." }]);
  });

  it.each([
    ["the table knows to take no tools", "google.gemma-3-27b-it", undefined],
    ["the settings say to take no tools", "acme.own-v1", { name: "acme.own-v1", max_tokens: 9, supports_tools: false }],
  ])("are told in words to a model that %s: it refuses their blocks", async (_who, id, settings) => {
    const { body, notices } = await ask(
      { messages: [...history, user(text("And now?"))], model: id },
      settings === undefined ? {} : { settings: { available_models: [settings] } },
    );
    expect([body.system, body.toolConfig]).toEqual([undefined, undefined]);
    expect(body.messages).toEqual([
      { role: "user", content: [{ text: "Look" }] },
      {
        role: "assistant",
        content: [
          { text: "I look." },
          { text: '[The tool look was called with {"at":"sky"}]' },
          { text: "[The tool look was called with {}]" },
        ],
      },
      {
        role: "user",
        content: [{ text: "[The tool look answered:\nblue]\n\n[The tool look failed:\ndark]\n\nAnd now?" }],
      },
    ]);
    expect(notices.join()).toMatch(/^tool-history-told: 2 /);
  });

  it("come whole from a model that streams none, even where none is offered any more", async () => {
    const model = "us.meta.llama4-scout-17b-instruct-v1:0";
    expect((await ask({ model, messages: history })).request.path).toMatch(/\/converse$/);
    expect((await ask({ model, messages: [user(text("Hello"))] })).request.path).toMatch(/\/converse-stream$/);
  });

  it("that were not JSON, or cut off, go back in a form that Converse takes", async () => {
    const cut = { ...call("call-1", "look", '{"at":'), status: "truncated" } as const;
    const wrong = { ...call("call-2", "look", "at: sky"), status: "invalid" } as const;
    const list = call("call-3", "look", "[1]");
    const { sent } = await messagesOf([
      user(text("Look")),
      assistant(cut, wrong, list),
      {
        role: "tool",
        content: [
          result("call-1", "look", "no", true),
          result("call-2", "look", "no", true),
          result("call-3", "look", "ok"),
        ],
      },
    ]);
    const { content } = (sent as { content: { toolUse: { input: unknown } }[] }[])[1] ?? { content: [] };
    expect(content.map(({ toolUse }) => toolUse.input)).toEqual([
      { invalid_arguments: '{"at":' },
      { invalid_arguments: "at: sky" },
      { value: [1] },
    ]);
  });

  it("have results of text, JSON and images", async () => {
    const png = Buffer.from("89504e470d0a1a0a0000", "hex").toString("base64");
    const { sent } = await messagesOf([
      user(text("Look")),
      assistant(call("call-1", "look")),
      {
        role: "tool",
        content: [
          {
            type: "tool-result",
            id: "call-1",
            name: "look",
            isError: false,
            content: [
              text("seen"),
              { type: "json", value: { at: "sky" } },
              { type: "json", value: [1, 2] },
              { type: "image", mediaType: "image/jpeg", source: { type: "base64", data: png } },
              { type: "image", mediaType: "image/png", source: { type: "url", url: "https://example.com/a.png" } },
            ],
          },
        ],
      },
    ]);
    expect((sent as { content: unknown }[])[2]?.content).toEqual([
      {
        toolResult: {
          toolUseId: "call-1",
          content: [
            { text: "seen" },
            { json: { at: "sky" } },
            { text: "[1,2]" },
            { image: { format: "png", source: { bytes: png } } },
            { text: "[There was an image here, which you cannot read.]" },
          ],
          status: "success",
        },
      },
    ]);
  });

  it("have results in words alone for a model that knows no more, its images beside them", async () => {
    const jpeg = Buffer.from("ffd8ffe0", "hex").toString("base64");
    const { sent } = await messagesOf(
      [
        user(text("Look")),
        assistant(call("call-1", "look")),
        {
          role: "tool",
          content: [
            {
              type: "tool-result",
              id: "call-1",
              name: "look",
              isError: true,
              content: [{ type: "image", mediaType: "image/jpeg", source: { type: "base64", data: jpeg } }],
            },
          ],
        },
      ],
      { model: "meta.llama4-scout-17b-instruct-v1:0" },
    );
    expect((sent as { content: unknown }[])[2]?.content).toEqual([
      {
        toolResult: {
          toolUseId: "call-1",
          content: [{ text: "The tool failed:" }, { text: "(1 image(s) or file(s) follow in the next message.)" }],
        },
      },
      { text: "From the result of look (call-1):" },
      { image: { format: "jpeg", source: { bytes: jpeg } } },
    ]);
  });

  it("have results in words alone where the tool failed, its images beside them", async () => {
    const png = Buffer.from("89504e470d0a1a0a0000", "hex").toString("base64");
    const image = { type: "image", mediaType: "image/png", source: { type: "base64", data: png } } as const;
    const { sent } = await messagesOf([
      user(text("Look")),
      assistant(call("call-1", "look"), call("call-2", "look")),
      {
        role: "tool",
        content: [
          { ...result("call-1", "look", "", true), content: [text("Timed out."), image] },
          { ...result("call-2", "look", ""), content: [image] },
        ],
      },
    ]);
    const words = [{ text: "Timed out." }, { text: "(1 image(s) or file(s) follow in the next message.)" }];
    expect((sent as { content: unknown }[])[2]?.content).toEqual([
      { toolResult: { toolUseId: "call-1", content: words, status: "error" } },
      {
        toolResult: {
          toolUseId: "call-2",
          content: [{ image: { format: "png", source: { bytes: png } } }],
          status: "success",
        },
      },
      { text: "From the result of look (call-1):" },
      { image: { format: "png", source: { bytes: png } } },
    ]);
  });

  it.each([
    ["one message", (results: readonly ToolResultPart[]): Message[] => [{ role: "tool", content: results }]],
    [
      "a message each",
      (results: readonly ToolResultPart[]): Message[] => results.map((one) => ({ role: "tool", content: [one] })),
    ],
  ])("have all results of %s before the images that are beside them", async (_how, toolMessages) => {
    const png = Buffer.from("89504e470d0a1a0a0000", "hex").toString("base64");
    const image = { type: "image", mediaType: "image/png", source: { type: "base64", data: png } } as const;
    const { sent } = await messagesOf(
      [
        user(text("Look")),
        assistant(call("abcdefgh1", "look"), call("abcdefgh2", "look")),
        ...toolMessages([
          { ...result("abcdefgh1", "look", ""), content: [image] },
          result("abcdefgh2", "look", "dark"),
        ]),
        user(text("Go on")),
      ],
      { model: "us.mistral.pixtral-large-2502-v1:0" },
    );
    expect((sent as { content: unknown }[])[2]?.content).toEqual([
      {
        toolResult: {
          toolUseId: "abcdefgh1",
          content: [{ text: "(1 image(s) or file(s) follow in the next message.)" }],
        },
      },
      { toolResult: { toolUseId: "abcdefgh2", content: [{ text: "dark" }] } },
      { text: "From the result of look (abcdefgh1):" },
      { image: { format: "png", source: { bytes: png } } },
      { text: "Go on" },
    ]);
  });

  it("have a word in a result that has none", async () => {
    const { sent } = await messagesOf([
      user(text("Look")),
      assistant(call("call-1", "look")),
      { role: "tool", content: [{ type: "tool-result", id: "call-1", name: "look", isError: false, content: [] }] },
    ]);
    expect((sent as { content: unknown }[])[2]?.content).toEqual([
      { toolResult: { toolUseId: "call-1", content: [{ text: "(no output)" }], status: "success" } },
    ]);
  });
});

describe("ids and names", () => {
  it("that Bedrock does not take are made legal, the same for a call and its result", async () => {
    const long = `call_${"x".repeat(80)}`;
    const { sent, toolConfig } = await messagesOf(
      [
        user(text("Look")),
        assistant(call(long, "files.read/é"), call("functions.read:0", "files_read__")),
        { role: "tool", content: [result(long, "files.read/é", "a"), result("functions.read:0", "files_read__", "b")] },
      ],
      {
        tools: [
          { name: "files.read/é", description: "Reads.", parameters: { type: "object", properties: {} } },
          { name: "files_read__", description: "", parameters: { type: "object" } },
        ],
      },
    );
    const made = expect.stringMatching(/^call_[a-zA-Z0-9]{12}$/);
    const name = expect.stringMatching(/^files_read_[a-zA-Z0-9]{6}$/);
    expect(toolConfig).toEqual({
      tools: [
        {
          toolSpec: {
            name,
            description: "Reads.",
            inputSchema: { json: { type: "object", properties: {} } },
          },
        },
        { toolSpec: { name: "files_read__", inputSchema: { json: { type: "object" } } } },
      ],
    });
    expect((sent as unknown[])[1]).toEqual({
      role: "assistant",
      content: [
        { toolUse: { toolUseId: made, name, input: {} } },
        { toolUse: { toolUseId: "functions.read:0", name: "files_read__", input: {} } },
      ],
    });
    expect(
      (sent as { content: { toolResult: { toolUseId: string } }[] }[])[2]?.content.map((b) => b.toolResult.toolUseId),
    ).toEqual([made, "functions.read:0"]);
  });

  it("of calls are nine letters and digits for Mistral's models", async () => {
    const { sent } = await messagesOf(
      [
        user(text("Look")),
        assistant(call("tooluse_abcdef12345", "look"), call("other_abcdef12345", "look"), call("abcDEF789", "look")),
        {
          role: "tool",
          content: [
            result("tooluse_abcdef12345", "look", "a"),
            result("other_abcdef12345", "look", "b"),
            result("abcDEF789", "look", "c"),
          ],
        },
      ],
      { model: "mistral.mistral-large-2407-v1:0" },
    );
    const ids = (
      sent as { content: { toolUse?: { toolUseId: string }; toolResult?: { toolUseId: string } }[] }[]
    ).flatMap(({ content }) =>
      content.flatMap(({ toolUse, toolResult }) => toolUse?.toolUseId ?? toolResult?.toolUseId ?? []),
    );
    const nine = expect.stringMatching(/^[a-zA-Z0-9]{9}$/);
    expect(ids.slice(0, 3)).toEqual([nine, nine, "abcDEF789"]);
    expect(new Set(ids.slice(0, 3)).size).toBe(3);
    expect(ids.slice(3)).toEqual(ids.slice(0, 3));
  });
});

describe("calls of one id", () => {
  const idsOf = (sent: unknown) =>
    (sent as { content: { toolUse?: { toolUseId: string }; toolResult?: { toolUseId: string } }[] }[]).flatMap(
      ({ content }) =>
        content.flatMap(({ toolUse, toolResult }) => {
          const { toolUseId } = toolUse ?? toolResult ?? {};
          return toolUseId === undefined ? [] : [`${toolUse === undefined ? "result" : "call"} ${toolUseId}`];
        }),
    );

  /** Each call's id once, and its result's the same. */
  const expectPaired = (ids: readonly string[]) => {
    const [calls, results] = [ids.filter((id) => id.startsWith("call ")), ids.filter((id) => id.startsWith("result "))];
    expect(new Set(calls).size).toBe(calls.length);
    expect(results.map((id) => id.replace("result ", "call "))).toEqual(calls);
  };

  it("within a turn are told apart, and so are their results, in order", async () => {
    const { sent } = await messagesOf([
      user(text("Look")),
      assistant(call("c", "look", '{"at":1}'), call("c", "look", '{"at":2}')),
      { role: "tool", content: [result("c", "look", "one"), result("c", "look", "two")] },
    ]);
    expect(idsOf(sent)).toHaveLength(4);
    expectPaired(idsOf(sent));
  });

  it("in several turns are told apart, the same way however long the conversation grows", async () => {
    const step: Message[] = [
      assistant(call("call_0", "look")),
      { role: "tool", content: [result("call_0", "look", "seen")] },
    ];
    const short = [user(text("Look")), ...step, ...step];
    const first = await messagesOf(short);
    expect(idsOf(first.sent).slice(0, 2)).toEqual(["call call_0", "result call_0"]);
    expectPaired(idsOf(first.sent));
    const second = await messagesOf([...short, ...step]);
    expect((second.sent as unknown[]).slice(0, short.length)).toEqual(first.sent);
    expectPaired(idsOf(second.sent));
    const nine = await messagesOf(short, { model: "mistral.mistral-large-2407-v1:0" });
    expectPaired(idsOf(nine.sent));
    for (const id of idsOf(nine.sent)) expect(id).toMatch(/ [a-zA-Z0-9]{9}$/);
  });

  it("have their own results where one was left without", async () => {
    const { sent } = await messagesOf([
      user(text("Look")),
      assistant(call("c", "look")),
      user(text("Never mind. Look again.")),
      assistant(call("c", "look")),
      { role: "tool", content: [result("c", "look", "seen")] },
    ]);
    expect(idsOf(sent)).toHaveLength(4);
    expectPaired(idsOf(sent));
  });
});

describe("reasoning of the past", () => {
  it("goes back with what it was signed with, and redacted content byte for byte", async () => {
    const redacted = Buffer.from([0, 1, 254, 255]).toString("base64");
    const { sent } = await messagesOf([
      user(text("Think")),
      assistant(
        { type: "reasoning", text: "Hm.", state: { origin, data: { signature: "sig==" } } },
        { type: "reasoning", text: "", state: { origin, data: { redactedContent: redacted } } },
        { type: "reasoning", text: "Not signed." },
        text("Yes."),
      ),
      user(text("Why?")),
    ]);
    expect((sent as unknown[])[1]).toEqual({
      role: "assistant",
      content: [
        { reasoningContent: { reasoningText: { text: "Hm.", signature: "sig==" } } },
        { reasoningContent: { redactedContent: redacted } },
        { text: "Yes." },
      ],
    });
  });

  it("that nothing came after, as the answer was cut off, does not end a turn", async () => {
    const thought = (signature: string) =>
      ({ type: "reasoning", text: "Hm.", state: { origin, data: { signature } } }) as const;
    const { sent } = await messagesOf([
      user(text("Think")),
      assistant(thought("one")),
      user(text("Why?")),
      assistant(text("Well."), thought("two"), text("")),
      user(text("Yes?")),
      assistant(thought("three")),
    ]);
    expect(sent).toEqual([
      { role: "user", content: [{ text: "Think\n\nWhy?" }] },
      { role: "assistant", content: [{ text: "Well." }] },
      { role: "user", content: [{ text: "Yes?" }] },
    ]);
  });

  it("of another origin stays here", async () => {
    const foreign = { gateway: "openrouter", model };
    const { sent } = await messagesOf([
      user(text("Think")),
      assistant({ type: "reasoning", text: "Hm.", state: { origin: foreign, data: { signature: "x" } } }, text("Yes.")),
      user(text("Why?")),
    ]);
    expect((sent as unknown[])[1]).toEqual({ role: "assistant", content: [{ text: "Yes." }] });
  });
});
