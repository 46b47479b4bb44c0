import type { Constraints, Message, ModelEvent, ModelRequest, ToolSpec } from "@waygate/core";
import type { Gateway, ModelConstraints } from "@waygate/core/plugin";
import { describe, expect, it } from "vitest";
import { call, capable, collect, finish, opened, requestOf, text } from "./fake-gateway.ts";

type Part<Role extends Message["role"]> = Extract<Message, { role: Role }>["content"][number];

const say = (words: string) => ({ type: "text", text: words }) as const;
const system = (words: string): Message => ({ role: "system", content: [say(words)] });
const user = (...content: (string | Part<"user">)[]): Message => ({
  role: "user",
  content: content.map((part) => (typeof part === "string" ? say(part) : part)),
});
const assistant = (...content: (string | Part<"assistant">)[]): Message => ({
  role: "assistant",
  content: content.map((part) => (typeof part === "string" ? say(part) : part)),
});
const calls = (id: string, name = "read", args = "{}") =>
  ({ type: "tool-call", id, name, arguments: args, status: "ok" }) as const;
const result = (id: string, content: string | Part<"tool">[] = "done", name = "read", isError = false): Part<"tool"> =>
  ({
    type: "tool-result",
    id,
    name,
    content: typeof content === "string" ? [say(content)] : content,
    isError,
  }) as Part<"tool">;
const tool = (...content: Part<"tool">[]): Message => ({ role: "tool", content });
const image = { type: "image", mediaType: "image/png", source: { type: "base64", data: "AAAA" } } as const;
const file = {
  type: "file",
  mediaType: "application/pdf",
  source: { type: "url", url: "https://a.test/b.pdf" },
} as const;
const spec = (name: string): ToolSpec => ({ name, description: "Does it.", parameters: { type: "object" } });

const idsIn = (message: Message | undefined): string[] =>
  message?.content.flatMap((part) => ("id" in part ? [part.id] : [])) ?? [];

interface Sent {
  readonly messages: readonly Message[];
  readonly request: ModelRequest;
  /** The codes of the notices. */
  readonly notices: readonly string[];
  readonly events: readonly ModelEvent[];
}

/** What a gateway with these constraints is sent for a request. */
async function sent(
  request: Partial<ModelRequest>,
  constraints: Gateway["constraints"] = undefined,
  answer: readonly ModelEvent[] = [text("Yes."), finish()],
  more: { readonly tools?: boolean; readonly gateway?: Partial<Gateway> } = {},
): Promise<Sent> {
  const requests: ModelRequest[] = [];
  const gateway = opened(
    {
      models: async () => [],
      async *stream(asked) {
        requests.push(asked);
        yield answer;
      },
      constraints,
      ...more.gateway,
    },
    { capabilities: { ...capable, tools: more.tools ?? true } },
  );
  const events = (await collect(gateway.stream(requestOf(request)))).flat();
  const [asked] = requests;
  if (asked === undefined) throw new Error("Nothing was sent.");
  const notices = events.flatMap((event) => (event.type === "notice" ? [event.code] : []));
  return { messages: asked.messages, request: asked, notices, events: events.filter(({ type }) => type !== "notice") };
}

/** What the messages become under the default constraints, or others over them. */
const become = async (messages: readonly Message[], constraints?: Constraints) =>
  (await sent({ messages }, constraints)).messages;

describe("by default", () => {
  it("passes on what fits as it is", async () => {
    const messages = [
      system("Be brief."),
      user("Look"),
      assistant("I look.", calls("call_1")),
      tool(result("call_1")),
      assistant("Seen."),
      user("And?", image),
    ];
    const { messages: received, notices } = await sent({ messages });
    expect(notices).toEqual([]);
    expect(received).toHaveLength(messages.length);
    expect(received).toEqual(messages);
  });

  it.each<[string, readonly Message[], readonly Message[]]>([
    [
      "joins leading system messages",
      [system("A"), system("B"), user("C")],
      [{ role: "system", content: [say("A"), say("B")] }, user("C")],
    ],
    ["leaves out an empty system message", [system(" "), user("C")], [user("C")]],
    [
      "has a later system message said by the user",
      [user("A"), assistant("B"), system("C"), user("D")],
      [user("A"), assistant("B"), user("[System message]\nC\n\nD")],
    ],
    ["joins two messages of the user", [user("A"), user("B", image), user("C")], [user("A", "B", image, "C")]],
    ["joins two texts of the user into one text", [user("A"), user("B")], [user("A\n\nB")]],
    [
      "joins two messages of the assistant",
      [user("A"), assistant("B"), assistant("C"), user("D")],
      [user("A"), assistant("B", "\n\nC"), user("D")],
    ],
    ["begins with the user", [assistant("A"), user("B")], [user("(Begin.)"), assistant("A"), user("B")]],
    ["ends with the user", [user("A"), assistant("B")], [user("A"), assistant("B"), user("(Continue.)")]],
    ["says something if only a system message is left", [system("A"), user("")], [system("A"), user("(Continue.)")]],
    [
      "leaves out blank parts",
      [user("A", "\n\u200b"), assistant("\u00a0", "B"), user("C")],
      [user("A"), assistant("B"), user("C")],
    ],
    [
      "leaves out an answer of reasoning only",
      [user("A"), assistant({ type: "reasoning", text: "Hm" }), user("B")],
      [user("A\n\nB")],
    ],
    [
      "has a word in an empty result",
      [user("A"), assistant(calls("1")), tool(result("1", []))],
      [user("A"), assistant(calls("1")), tool(result("1", "(no output)"))],
    ],
    [
      "has a word in a blank result",
      [user("A"), assistant(calls("1")), tool(result("1", "\n"))],
      [user("A"), assistant(calls("1")), tool(result("1", "(no output)"))],
    ],
    [
      "moves media of results behind all results",
      [
        user("A"),
        assistant(calls("1"), calls("2")),
        tool(result("1", [say("B"), image, file] as never), result("2")),
        user("C"),
      ],
      [
        user("A"),
        assistant(calls("1"), calls("2")),
        tool(result("1", [say("B"), say("(2 image(s) or file(s) follow in the next message.)")] as never), result("2")),
        user("From the result of read (1):", image, file, "C"),
      ],
    ],
  ])("%s", async (_what, messages, expected) => {
    expect(await become(messages)).toEqual(expected);
  });

  it.each([
    ["", "{}"],
    ["  ", "{}"],
    ["null", "{}"],
    ["[]", '{"value":[]}'],
    ['"x"', '{"value":"x"}'],
    ["7", '{"value":7}'],
    ['{"a": 1}', '{"a": 1}'],
    ["{'a': 1}", `{"invalid_arguments":"{'a': 1}"}`],
    ['{"a":"\\ud83d"}', '{"a":"\ufffd"}'],
    ['{"a\\u0000":"\\u0000"}', '{"a\ufffd":"\ufffd"}'],
  ])("sends the arguments %j as %j", async (given, wire) => {
    const messages = [user("A"), assistant(calls("1", "read", given)), tool(result("1"))];
    const [, answer] = await become(messages);
    expect(answer?.content).toMatchObject([{ arguments: wire, status: "ok" }]);
  });

  it.each(["invalid", "truncated"] as const)("wraps arguments that are %s", async (status) => {
    const cut = { ...calls("1", "read", '{"path'), status };
    const [, answer] = await become([user("A"), assistant(cut), tool(result("1"))]);
    expect(answer?.content).toEqual([{ ...cut, arguments: '{"invalid_arguments":"{\\"path"}', status: "ok" }]);
  });

  it.each(["functions.read:0", "x".repeat(41), "", "an id", "идентификатор", "a\ud83d"])(
    "sends the id %j in a legal form, the same for a call and its result, and from step to step",
    async (id) => {
      const messages = [user("A"), assistant(calls(id)), tool(result(id))];
      const [, answer, results] = await become(messages);
      const [made] = idsIn(answer);
      expect(made).toMatch(/^[a-zA-Z0-9_-]{1,40}$/);
      expect(results?.content).toMatchObject([{ id: made }]);
      expect((await become([...messages, assistant("B"), user("C")])).slice(0, 3)).toEqual([
        user("A"),
        answer,
        results,
      ]);
    },
  );

  it("gives calls that share an id ids of their own, with their results", async () => {
    const round = (words: string) => [assistant(calls("read:0")), tool(result("read:0", words))];
    const messages = await become([user("A"), ...round("one"), ...round("two"), ...round("three")]);
    const made = messages.flatMap(idsIn);
    expect(new Set(made).size).toBe(3);
    expect(made).toEqual([made[0], made[0], made[2], made[2], made[4], made[4]]);
  });

  it.each([
    ["a half character", "cut \ud83d", "cut \ufffd"],
    ["another half", "\udc4d cut", "\ufffd cut"],
    ["U+0000", "a\0b", "a\ufffdb"],
  ])("replaces %s wherever it is, and says so", async (_what, bad, good) => {
    const messages = [
      system(bad),
      user(bad, { ...file, name: bad }),
      assistant({ type: "reasoning", text: bad }, bad, calls("1")),
      tool(result("1", [say(bad), { type: "json", value: { [bad]: [bad] } }] as never)),
    ];
    const tools = [{ ...spec("read"), description: bad }];
    const { messages: received, request, notices } = await sent({ messages, tools });
    expect(received).toEqual([
      system(good),
      user(good, { ...file, name: good }),
      assistant({ type: "reasoning", text: good }, good, calls("1")),
      tool(result("1", [say(good), { type: "json", value: { [good]: [good] } }] as never)),
    ]);
    expect(request.tools).toMatchObject([{ description: good }]);
    expect(notices).toEqual(["characters-replaced"]);
  });

  it("says what a reader may miss, once per kind", async () => {
    const state = { origin: { gateway: "other", model: "large" }, data: "sealed" };
    const messages = [
      user("A"),
      assistant({ type: "reasoning", text: "Hm", state }, calls("1"), calls("2")),
      tool(result("3")),
      system("B"),
      assistant("C"),
    ];
    expect((await sent({ messages })).notices).toEqual([
      "foreign-state-dropped",
      "tool-result-missing",
      "tool-result-orphaned",
      "system-message-moved",
      "prefill-not-accepted",
    ]);
  });

  it("sends calls and results as text to a model without tools", async () => {
    const messages = [user("A"), assistant("B", calls("1", "read", '{"at":1}')), tool(result("1", "seen")), user("C")];
    const { messages: received, notices } = await sent({ messages }, undefined, undefined, { tools: false });
    expect(received).toEqual([
      user("A"),
      assistant("B", '[The tool read was called with {"at":1}]'),
      user("[The tool read answered:\nseen]\n\nC"),
    ]);
    expect(notices).toEqual(["tool-history-told"]);
  });

  it("keeps the order of an unfinished answer that the model is to continue", async () => {
    const messages = [user("A"), assistant({ type: "reasoning", text: "Hm" })];
    expect((await sent({ messages, continuesAnswer: true })).messages).toEqual(messages);
  });
});

describe("names of tools", () => {
  const wireNameOf = ({ request }: Sent, index = 0) => {
    const tool = request.tools[index];
    return tool?.kind === "service" ? tool.type : (tool?.name ?? "");
  };

  it.each(["docs.search", "a/b", "with space", "3d", "検索", "x".repeat(65), "", "read<|channel|>commentary"])(
    "are legal on the wire and come back: %j",
    async (name) => {
      const request = {
        tools: [spec("read"), spec(name)],
        toolChoice: { tool: name },
        messages: [user("A"), assistant(calls("1", name)), tool(result("1", "done", name)), user("B")],
      };
      const wire = wireNameOf(await sent(request), 1);
      expect(wire).toMatch(/^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$/);
      const answer = await sent(request, undefined, [...call("2", wire), ...call("3", "read"), finish("tool-calls")]);
      expect(answer.request.toolChoice).toEqual({ tool: wire });
      expect(answer.messages[1]?.content).toMatchObject([{ name: wire }]);
      expect(answer.messages[2]?.content).toMatchObject([{ name: wire }]);
      expect(answer.events.filter(({ type }) => type === "tool-call-start")).toMatchObject([
        { name },
        { name: "read" },
      ]);
    },
  );

  it("that a model made up are legal in the history", async () => {
    const messages = [user("A"), assistant(calls("1", "read<|channel|>commentary")), tool(result("1"))];
    const [, answer] = await become(messages);
    expect(answer?.content).toMatchObject([{ name: expect.stringMatching(/^read_channel_commentary_[a-zA-Z]{6}$/) }]);
  });

  it("never become the name of another tool", async () => {
    const first = wireNameOf(await sent({ tools: [spec("docs.search")] }));
    const both = await sent({ tools: [spec("docs.search"), spec(first)] });
    expect(wireNameOf(both, 1)).toBe(first);
    expect(wireNameOf(both)).not.toBe(first);
  });

  it("that two tools share are offered once, with a notice", async () => {
    const { request, notices } = await sent({ tools: [spec("read"), spec("read")] });
    expect([request.tools.length, notices]).toEqual([1, ["tool-dropped"]]);
  });
});

describe("declared constraints", () => {
  it.each<[string, Constraints, readonly Message[], readonly Message[]]>([
    [
      "system messages anywhere",
      { systemMessages: "anywhere" },
      [system("A"), user("B"), system("C"), user("D")],
      [system("A"), user("B"), system("C"), user("D")],
    ],
    [
      "several leading system messages",
      { systemMessages: "leading" },
      [system("A"), system("B"), user("C")],
      [system("A"), system("B"), user("C")],
    ],
    ["no system messages", { systemMessages: "rejected" }, [system("A"), user("B")], [user("A\n\nB")]],
    [
      "later system messages in front",
      { laterSystemMessages: "to-front" },
      [system("A"), user("B"), system("C")],
      [{ role: "system", content: [say("A"), say("C")] }, user("B")],
    ],
    [
      "one text per message",
      { textParts: "rejected" },
      [user("A", "B", image, "C", "D")],
      [user("A\n\nB", image, "C\n\nD")],
    ],
    ["a prefill", { prefill: "accepted" }, [user("A"), assistant("B ")], [user("A"), assistant("B ")]],
    ["a trimmed prefill", { prefill: "trimmed" }, [user("A"), assistant("B \n")], [user("A"), assistant("B")]],
    [
      "an assistant before the user",
      {
        userAfterTool: "rejected",
      },
      [user("A"), assistant(calls("1")), tool(result("1")), user("B")],
      [user("A"), assistant(calls("1")), tool(result("1")), assistant("(Noted.)"), user("B")],
    ],
    [
      "reasoning beside calls",
      { reasoningBesideCalls: "required" },
      [
        user("A"),
        assistant(calls("1")),
        tool(result("1")),
        assistant({ type: "reasoning", text: "Hm" }, calls("2")),
        tool(result("2")),
        assistant("B"),
        user("C"),
      ],
      [
        user("A"),
        assistant({ type: "reasoning", text: "(not recorded)" }, calls("1")),
        tool(result("1")),
        assistant({ type: "reasoning", text: "Hm" }, calls("2")),
        tool(result("2")),
        assistant("B"),
        user("C"),
      ],
    ],
    [
      "no reasoning at the end",
      { reasoningAtEnd: "rejected" },
      [user("A"), assistant("B", { type: "reasoning", text: "Hm" }), user("C")],
      [user("A"), assistant("B"), user("C")],
    ],
    [
      "images in results that are no errors",
      { toolResultMedia: "if-successful" },
      [
        user("A"),
        assistant(calls("1"), calls("2")),
        tool(result("1", [image] as never), result("2", [image] as never, "read", true)),
      ],
      [
        user("A"),
        assistant(calls("1"), calls("2")),
        tool(
          result("1", [image] as never),
          result("2", [say("(1 image(s) or file(s) follow in the next message.)")] as never, "read", true),
        ),
        user("From the result of read (2):", image),
      ],
    ],
    [
      "no control characters",
      { controlCharacters: "rejected" },
      [user("a\u001b[1mb\tc\r\n\u0085")],
      [user("a\ufffd[1mb\tc\r\n\ufffd")],
    ],
    [
      "two images",
      { maxImages: 2 },
      [user("A", image), assistant("B"), user(image, image)],
      [user("A", "[A part of type image/png was here, which you cannot read.]"), assistant("B"), user(image, image)],
    ],
  ])("%s", async (_what, constraints, messages, expected) => {
    expect(await become(messages, constraints)).toEqual(expected);
  });

  it("make ids of the service's own kind", async () => {
    const nine: Constraints = { callIds: { characters: "a-zA-Z0-9", minLength: 9, maxLength: 9 } };
    const ids = Array.from({ length: 300 }, (_, index) => `call_${index}`);
    const messages = [user("A"), assistant("B", ...ids.map((id) => calls(id))), tool(...ids.map((id) => result(id)))];
    const [, answer, results] = await become(messages, nine);
    const made = idsIn(answer);
    expect(made.every((id) => /^[a-zA-Z0-9]{9}$/.test(id))).toBe(true);
    expect(new Set(made).size).toBe(300);
    expect(idsIn(results)).toEqual(made);
    expect(await become([user("A"), assistant(calls("aB3dE6gH9")), tool(result("aB3dE6gH9"))], nine)).toEqual([
      user("A"),
      assistant(calls("aB3dE6gH9")),
      tool(result("aB3dE6gH9")),
    ]);
  });

  it("limit the tools, with a notice", async () => {
    const { request, notices } = await sent({ tools: ["a", "b", "c"].map(spec) }, { maxTools: 2 });
    expect(request.tools).toEqual([spec("a"), spec("b")]);
    expect(notices).toEqual(["tool-dropped"]);
  });

  it('"none" send everything as it is, but half characters', async () => {
    const messages = [
      assistant("", calls("an id", "docs.search", "[")),
      system(" "),
      user("A\0"),
      user(),
      tool(result("x", [])),
      assistant("half \ud83d "),
    ];
    const { messages: received, request } = await sent({ messages, tools: [spec("docs.search")] }, "none");
    expect(received).toEqual([...messages.slice(0, -1), assistant("half \ufffd ")]);
    expect(request.tools).toEqual([spec("docs.search")]);
  });

  it("of a model come before those of matching patterns, and these before the gateway's", async () => {
    const patterns: readonly ModelConstraints[] = [
      { models: ["SM*"], constraints: { prefill: "accepted", textParts: "rejected" } },
      { models: ["large"], constraints: "none" },
    ];
    const gateway: Partial<Gateway> = {
      modelConstraints: patterns,
      model: (id) => ({ id, name: id, capabilities: {}, constraints: { prefill: "trimmed" }, origin: {} }),
    };
    const messages = [user("A", "B"), system("C"), assistant("D ")];
    const asked = { messages, model: "small" };
    expect((await sent(asked, { systemMessages: "anywhere" }, undefined, { gateway })).messages).toEqual([
      user("A\n\nB"),
      system("C"),
      assistant("D"),
    ]);
  });

  it.each<[string, Constraints]>([
    ["no letter or digit", { callIds: { characters: "_-", maxLength: 9 } }],
    ["no length", { toolNames: { characters: "a-z", minLength: 3, maxLength: 2 } }],
    ["no characters", { callIds: { characters: "z-a", maxLength: 9 } }],
  ])("that cannot be kept fail by name: %s", async (_what, constraints) => {
    await expect(sent({ messages: [user("A")] }, constraints)).rejects.toThrow(/constraints\.(callIds|toolNames)/);
  });
});
