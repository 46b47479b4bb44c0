import {
  type Message,
  type MessageInput,
  type PromptOptions,
  type ResumeOptions,
  type RunOptions,
  resume,
  run,
  saveMessages,
  type Tool,
  toolOutput,
} from "@waygate/core";
import { describe, expect, it } from "vitest";
import { answering, call, failureOf, finish, opened, text } from "./fake-gateway.ts";

const hello = { role: "user", content: "Hello" } as const;
const look: Tool = { name: "look", description: "Looks.", parameters: { type: "object" }, execute: () => "seen" };
const gateway = answering([text("Fine."), finish()]);

/** What `run` says about options that are not valid. */
function errorOf(options: object): string {
  return thrownBy(() => run({ gateway, model: "small", messages: [hello], ...options } as RunOptions));
}

function thrownBy(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
  throw new Error("It was accepted.");
}

describe("options", () => {
  it.each<[object, string]>([
    [{ temprature: 1 }, '"temprature" is not an option. Did you mean "temperature"?'],
    [{ maxTokens: 1 }, '"maxTokens" is not an option. Use "maxOutputTokens".'],
    [{ max_completion_tokens: 1 }, '"max_completion_tokens" is not an option. Use "maxOutputTokens".'],
    [{ abortSignal: new AbortController().signal }, '"abortSignal" is not an option. Use "signal".'],
    [{ providerOptions: {} }, '"providerOptions" is not an option. Use "gatewayOptions".'],
    [{ options: {} }, '"options" is not an option. Use "gatewayOptions".'],
    [{ stop: ["a"] }, '"stop" is not an option. Use "stopSequences".'],
    [{ tool_choice: "auto" }, '"tool_choice" is not an option. Use "toolChoice".'],
    [{ system: "Be brief." }, '"system" is not an option. Begin "messages" with { role: "system", content: … }.'],
    [{ stopWhen: () => true }, '"stopWhen" is not an option. Use "maxSteps".'],
    [
      { apiKey: "sk-secret-0123456789" },
      '"apiKey" is not an option. Keys come from the registry: createRegistry({ credentials }).',
    ],
    [{ zzz: 1 }, '"zzz" is not an option. There are: gateway, model, '],
  ])("of other names are rejected: %o", (options, words) => {
    expect(errorOf(options)).toContain(`run: ${words}`);
    expect(errorOf(options)).not.toContain("sk-secret");
  });

  it("that are undefined are left out, whatever their name", () => {
    expect(() => run({ gateway, model: "small", messages: [hello], maxTokens: undefined } as RunOptions)).not.toThrow();
  });

  it.each<[object, string]>([
    [{ gateway: "local" }, '"gateway" must be a gateway, not "local". Pass registry.gateway("local").'],
    [{ gateway: undefined }, '"gateway" must be a gateway, not undefined. Pass registry.gateway(id).'],
    [{ gateway: { gateway() {} } }, "Pass registry.gateway(id) instead of the registry."],
    [{ gateway: { gateway, model: "small" } }, "Pass its gateway and its model: run({ ...selection, messages })."],
    [{ gateway: Promise.resolve(gateway) }, '"gateway" must be a gateway, not a promise, which must be awaited first.'],
    [{ gateway: { models: 1, stream() {} } }, "Pass it as a registry hands it out: registry.gateway(id)."],
    [{ model: undefined }, '"model" must be the id of a model, as gateway.models() lists it, not undefined.'],
    [{ model: { modelId: "gpt" } }, "not an object with the key modelId."],
    [
      { messages: "Hello" },
      '"messages" must be a list of messages, not "Hello". For one user message use the option "prompt".',
    ],
    [{ messages: { version: 1, messages: [] } }, "A stored conversation is read with loadMessages(saved)."],
    [{ messages: hello }, "Put the message into a list."],
    [{ messages: undefined }, 'neither "messages" nor "prompt" is given. Pass one of them.'],
    [{ prompt: "Hi" }, '"prompt" and "messages" are both given.'],
    [{ prompt: [hello], messages: undefined }, '"prompt" must be a text that is not empty, not a list.'],
    [{ temperature: "hot" }, '"temperature" must be a number, not "hot".'],
    [{ topP: Number.NaN }, '"topP" must be a number, not NaN.'],
    [{ maxOutputTokens: 0.5 }, '"maxOutputTokens" must be a whole number above 0, not 0.5.'],
    [{ stopSequences: "END" }, '"stopSequences" must be a list, not "END". Write ["END"].'],
    [
      { toolChoice: "any" },
      '"toolChoice" must be "auto", "required", "none" or { tool: name }, not "any". Write "required".',
    ],
    [{ toolChoice: { type: "function", function: { name: "look" } } }, 'Write { tool: "look" }.'],
    [{ toolChoice: { type: "tool", toolName: "look" } }, 'Write { tool: "look" }.'],
    [{ parallelToolCalls: "yes" }, '"parallelToolCalls" must be true or false, not "yes".'],
    [
      { reasoning: "high" },
      '"reasoning" must be "off", { effort } or { budgetTokens }, not "high". Write { effort: "high" }.',
    ],
    [{ reasoning: { effort: "hihg" } }, 'Did you mean "high"?'],
    [{ reasoning: {} }, '"reasoning" must have one of effort and budgetTokens.'],
    [{ reasoning: { max_tokens: 5 } }, '"reasoning.max_tokens" is not an option. Use "budgetTokens".'],
    [
      { privacy: { zeroDataRetension: true } },
      '"privacy.zeroDataRetension" is not an option. Did you mean "zeroDataRetention"?',
    ],
    [{ privacy: { onlyUpstreams: "anthropic" } }, 'Write ["anthropic"].'],
    [{ privacy: true }, '"privacy" must be an object, not true.'],
    [{ cache: true }, '"cache" must be "auto", not true.'],
    [{ sessionId: 5 }, '"sessionId" must be a text, not 5.'],
    [{ deadlines: { idle: 5 } }, '"deadlines.idle" is not an option. Did you mean "idleMs"?'],
    [{ deadlines: { idleMs: 0 } }, '"deadlines.idleMs" must be a number of milliseconds above 0, not 0.'],
    [
      { retry: 3 },
      '"retry" must be an object or false, not 3. Write { maxAttempts: 4 } for one request and 3 retries.',
    ],
    [{ failoverOn: ["rate_limit"] }, 'Did you mean "rate-limited"?'],
    [{ onInterrupted: "retry" }, '"onInterrupted" must be one of "fail", "continue", not "retry".'],
    [
      { fallbacks: { gateway, model: "b" } },
      '"fallbacks" must be a list, not an object with the keys gateway, model. Put it into a list.',
    ],
    [{ fallbacks: [{ gateway: "spare", model: "b" }] }, 'fallbacks[0].gateway must be a gateway, not "spare".'],
    [{ fallbacks: [{ gateway }] }, "fallbacks[0].model must be the id of a model"],
    [
      { fallbacks: [{ gateway, model: "b", options: {} }] },
      'fallbacks[0].options is not an option. Use "gatewayOptions".',
    ],
    [
      { signal: new AbortController() },
      '"signal" must be an AbortSignal, not an instance of AbortController. Pass controller.signal.',
    ],
    [{ middleware: () => [] }, "Write { model: [around each request] } or { run: [around the run] }."],
    [{ middleware: { model: () => [] } }, "Put the function into a list."],
    [{ approve: true }, '"approve" must be a function, not true.'],
    [{ budget: { tokens: -1 } }, '"budget.tokens" must be a number of 0 or more, not -1.'],
    [
      { gatewayOptions: { at: new Date() } },
      '"gatewayOptions.at" is an instance of Date, which JSON cannot carry. Use date.toISOString().',
    ],
    [{ responseFormat: "json" }, 'Write { type: "json" }.'],
    [{ responseFormat: { type: "json_object" } }, 'Write { type: "json" }.'],
    [{ responseFormat: { type: "json_schema", json_schema: {} } }, 'Write { type: "json-schema", name, schema }.'],
    [
      { responseFormat: { type: "object", properties: {} } },
      'For a JSON Schema write { type: "json-schema", schema }.',
    ],
    [
      { responseFormat: { type: "json-schema", name: "my answer", schema: {} } },
      '"responseFormat.name" must be at most 64 letters, digits, _ and -, not "my answer".',
    ],
  ])("that are not valid are rejected with what to do: %o", (options, words) => {
    expect(errorOf(options)).toMatch(/^run: /);
    expect(errorOf(options)).toContain(words);
  });

  it.each<[object]>([
    [{ temperature: 0, topP: 1, stopSequences: [], reasoning: "off", cache: "auto", toolChoice: { tool: "look" } }],
    [
      {
        reasoning: { effort: "max" },
        retry: { maxRetryAfterMs: Number.POSITIVE_INFINITY },
        failoverOn: ["of-tomorrow"],
      },
    ],
    [{ deadlines: { totalMs: Number.POSITIVE_INFINITY }, privacy: { onlyUpstreams: [] }, budget: {}, retry: false }],
  ])("that are valid are accepted: %o", (options) => {
    expect(() => errorOf(options)).toThrow("It was accepted.");
  });

  it("show no value that may be a secret", () => {
    for (const key of ["sk-proj-0123456789abcdefghij", "vck_0123456789abcdefghijklmnop", "a1".repeat(12)]) {
      expect(errorOf({ model: [key], toolChoice: key, sessionId: "ok" })).not.toContain(key);
      expect(errorOf({ toolChoice: key })).toMatch(/not a text of \d+ characters\.$/);
    }
  });

  it("themselves must be an object", () => {
    expect(thrownBy(() => run(undefined as never))).toBe("run: the options must be an object, not undefined.");
    expect(thrownBy(() => run("Hello" as never))).toBe('run: the options must be an object, not "Hello".');
  });
});

describe("a prompt", () => {
  it("is short for one user message", async () => {
    const asked = answering([text("Fine."), finish()]);
    const options: PromptOptions = { gateway: asked, model: "small", prompt: "Hello" };
    const running = run(options);
    expect((await running.result()).text).toBe("Fine.");
    expect(asked.requests[0]?.messages).toEqual([{ role: "user", content: [{ type: "text", text: "Hello" }] }]);
    expect(running.messages.map(({ role }) => role)).toEqual(["user", "assistant"]);
  });

  it("reaches middleware as a message", async () => {
    const seen: RunOptions[] = [];
    const middleware = {
      run: [
        (options: RunOptions, next: () => AsyncIterable<never>) => {
          seen.push(options);
          return next();
        },
      ],
    };
    await run({ gateway, model: "small", prompt: "Hello", middleware } as PromptOptions).result();
    expect(seen[0]?.messages).toEqual([hello]);
    expect(seen[0] && "prompt" in seen[0]).toBe(false);
  });

  it("and messages exclude each other, also in types", () => {
    // @ts-expect-error Both are given.
    expect(() => run({ gateway, model: "small", prompt: "a", messages: [] })).toThrow(TypeError);
    // @ts-expect-error None is given.
    expect(() => run({ gateway, model: "small" })).toThrow(TypeError);
  });
});

describe("messages", () => {
  const at = (part: unknown, role = "user") => ({ messages: [hello, { role, content: [part] }] });
  const image = (source: unknown, mediaType: unknown = "image/png") => at({ type: "image", mediaType, source });
  const cyclic: Record<string, unknown> = {};
  cyclic.self = { again: cyclic };
  const json = (value: unknown) =>
    at({ type: "tool-result", id: "1", name: "a", isError: false, content: [{ type: "json", value }] }, "tool");

  it.each<[object, string]>([
    [{ messages: ["Hello"] }, 'messages[0] must be a message, not "Hello". Write { role: "user", content: "…" }.'],
    [{ messages: [hello, undefined] }, "messages[1] must be a message, not undefined."],
    [{ messages: [{ role: "user" }] }, "messages[0].content must be a text or a list of parts, not undefined."],
    [
      { messages: [{ role: "assistant", content: null }] },
      "messages[0].content must be a text or a list of parts, not null.",
    ],
    [
      { messages: [{ role: "tool", content: "seen" }] },
      "messages[0].content must be a list of parts of type tool-result, service-approval, not a text.",
    ],
    [at("Hello"), 'messages[1].content[0] must be a part, which is an object with a type, not "Hello".'],
    [at({ type: "text" }), "messages[1].content[0].text must be a text, not undefined."],
    [
      at({ type: "image" }, "assistant"),
      "messages[1].content[0].type must be one of text, reasoning, tool-call, service-tool-result,",
    ],
    [
      image({ type: "url", url: "https://a.b/c" }, null),
      "mediaType must be a media type, such as image/png, not null.",
    ],
    [
      image({ type: "url", url: "https://a.b/c" }, "png"),
      'mediaType must be a media type, such as image/png, not "png".',
    ],
    [image({ type: "url", url: "https://a.b/c" }, "application/pdf"), 'Other files are parts of type "file".'],
    [image("https://a.b/c"), 'Write { type: "base64", data } or { type: "url", url }.'],
    [
      image({ type: "url", url: "cat.png" }),
      'source.url must be an absolute address, such as https://example.com/cat.png, not "cat.png".',
    ],
    [image({ type: "url", url: "file:///cat.png" }), "Read the file, and send its bytes as base64."],
    [image({ type: "url", url: new URL("https://a.b/c") }), "Use url.href."],
    [
      image({ type: "url", url: "data:image/png;base64,AAAA" }),
      "source.url is a data: URL. Take it apart: mediaType: ",
    ],
    [image({ type: "base64", data: "data:image/png;base64,AAAA" }), "source.data is a data: URL. Take it apart"],
    [image({ type: "base64", data: Buffer.from("a") }), 'Use Buffer.from(bytes).toString("base64").'],
    [image({ type: "base64", data: "__-A" }), "source.data is not base64."],
    [image({ type: "base64", data: "AAAA\nAAAA" }), "without line breaks"],
    [image({ type: "base64", data: "" }), "source.data is empty."],
    [
      at({ type: "tool-call", id: "1", name: "a", arguments: {}, status: "ok" }, "assistant"),
      "Use JSON.stringify(arguments).",
    ],
    [
      at({ type: "tool-call", id: "1", name: "a", arguments: "{}" }, "assistant"),
      'For a complete call write status: "ok".',
    ],
    [
      at({ type: "tool-call", id: "1", name: "a", arguments: "{", status: "ok" }, "assistant"),
      "arguments is not valid JSON.",
    ],
    [
      at({ type: "tool-call", id: "", name: "a", arguments: "", status: "ok" }, "assistant"),
      "id must be a text that is not empty",
    ],
    [
      at({ type: "tool-result", id: "1", name: "a", content: [] }, "tool"),
      "isError must be true or false, not undefined.",
    ],
    [
      at({ type: "tool-result", id: "1", name: "a", content: "seen", isError: false }, "tool"),
      'Write [{ type: "text", text: … }].',
    ],
    [json(1n), "content[0].value is a BigInt, which JSON cannot carry."],
    [json({ list: [1, Number.NaN] }), "content[0].value.list[1] is NaN, which JSON cannot carry."],
    [json({ at: new Date(0) }), "value.at is an instance of Date, which JSON cannot carry. Use date.toISOString()."],
    [json(new Map()), "value is an instance of Map, which JSON cannot carry."],
    [json(cyclic), "value.self.again contains itself, which JSON cannot carry."],
    [json({ act() {} }), "value.act must be a value that JSON can carry, not a function."],
    [json([undefined]), "value[0] must be a value that JSON can carry, not undefined."],
    [
      at({ type: "reasoning", text: "", state: { origin: { gateway: "a", model: "b" }, data: 1n } }, "assistant"),
      "content[0].state.data is a BigInt, which JSON cannot carry.",
    ],
  ])("that are not valid are rejected with their place: %o", (options, words) => {
    expect(errorOf(options)).toMatch(/^run: messages\[\d\]/);
    expect(errorOf(options)).toContain(words);
  });

  it("deep enough to overflow the stack are rejected", () => {
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level++) deep = [deep];
    expect(errorOf(json(deep))).toContain("is nested more than 500 levels deep");
  });

  it("are valid with everything that a conversation can hold", async () => {
    const shared = { b: [1, null, "x", false] };
    const messages: readonly MessageInput[] = [
      { role: "system", content: "Be brief." },
      { role: "user", content: [] },
      {
        role: "user",
        content: [
          { type: "text", text: "" },
          { type: "image", mediaType: "image/svg+xml", source: { type: "base64", data: "AAAA" } },
          {
            type: "file",
            mediaType: "text/plain; charset=utf-8",
            source: { type: "url", url: "s3://bucket/a.txt" },
            name: "a",
          },
        ],
      },
      {
        role: "assistant",
        content: [
          { type: "reasoning", text: "", state: { origin: { gateway: "a", model: "b" }, data: [shared, shared] } },
          { type: "tool-call", id: "1", name: "a", arguments: "{", status: "truncated" },
        ],
      },
      {
        role: "tool",
        content: [
          {
            type: "tool-result",
            id: "1",
            name: "a",
            isError: true,
            content: [
              { type: "json", value: { absent: undefined as never, shared } },
              { type: "image", mediaType: "image/png", source: { type: "base64", data: "AA==" } },
            ],
          },
        ],
      },
      { role: "user", content: "Go on.", id: "m6", createdAt: new Date() } as MessageInput,
    ];
    expect((await run({ gateway, model: "small", messages }).result()).text).toBe("Fine.");
  });

  it("are looked at once, however often they are sent", async () => {
    let reads = 0;
    const part = {
      type: "text" as const,
      get text() {
        reads++;
        return "Hello";
      },
    };
    const message: Message = { role: "user", content: [part] };
    const steps = [
      [...call("1", "look"), finish()],
      [...call("2", "look"), finish()],
      [text("Done."), finish()],
    ];
    const first = run({ gateway: answering(...steps), model: "small", messages: [message], tools: [look] });
    const { messages } = await first.result();
    const before = reads;
    run({ gateway: answering([text("Done."), finish()]), model: "small", messages });
    saveMessages(messages);
    expect(reads).toBe(before);
  });
});

describe("tools", () => {
  it.each<[unknown, string]>([
    [
      { look: { description: "Looks.", inputSchema: {}, execute() {} } },
      "Tools by their names are a shape of the AI SDK.",
    ],
    [look, "Put the tool into a list."],
    [["look"], 'tools[0] must be a tool, not "look". Write { name, description, parameters, execute }.'],
    [[{ ...look, name: undefined }], "tools[0].name must be a text that is not empty, not undefined."],
    [[{ ...look, description: undefined }], "tools[0].description must be a text, not undefined."],
    [[{ ...look, execute: undefined }], "tools[0].execute must be a function, not undefined."],
    [[{ ...look, execute: undefined, handler() {} }], 'Rename "handler" to "execute".'],
    [[{ ...look, parameters: undefined }], 'For a tool without arguments write { type: "object", properties: {} }.'],
    [[{ ...look, parameters: undefined, inputSchema: {} }], 'Rename "inputSchema" to "parameters".'],
    [[{ ...look, inputSchema: {} }], 'tools[0].inputSchema is not a field of a tool. Use "parameters".'],
    [[{ ...look, readonly: true }], 'tools[0].readonly is not a field of a tool. Did you mean "readOnly"?'],
    [[{ ...look, needsApproval: true }], 'tools[0].needsApproval is not a field of a tool. Use "approval".'],
    [[{ ...look, approval: true }], 'tools[0].approval must be "never", "always" or a function, not true.'],
    [[{ ...look, timeoutMs: -1 }], "tools[0].timeoutMs must be a number of milliseconds above 0, not -1."],
    [
      [{ type: "function", function: { name: "look", parameters: {} } }],
      "tools[0] has the shape of OpenAI's chat completions.",
    ],
  ])("that are not valid are rejected with what to do: %o", (tools, words) => {
    expect(errorOf({ tools })).toContain(words);
  });

  it("of other libraries are converted as the error says", () => {
    const execute = () => "seen";
    const tools = { look: { description: "Looks.", inputSchema: { type: "object" }, execute } };
    const converted = { name: "look", description: "Looks.", parameters: { type: "object" }, execute };
    const [, fromRecord] = /Convert them with:\n {2}(.+)$/.exec(errorOf({ tools })) ?? [];
    expect(new Function("tools", `return ${fromRecord}`)(tools)).toEqual([converted]);
    const tool = {
      type: "function",
      function: { name: "look", description: "Looks.", parameters: { type: "object" } },
    };
    const [, fromOpenAi] = /Convert it with:\n {2}(.+)$/.exec(errorOf({ tools: [tool] })) ?? [];
    expect(new Function("tool", "execute", `return (${fromOpenAi})`)(tool, execute)).toEqual(converted);
  });

  it.each<[object, string]>([
    [
      { kind: "freefrom", name: "patch", description: "", execute() {} },
      'tools[0].kind must be one of "function", "freeform", "service", not "freefrom". Did you mean "freeform"?',
    ],
    [{ kind: "freeform", name: "patch", description: "" }, "tools[0].execute must be a function, not undefined."],
    [
      { kind: "freeform", name: "patch", description: "", execute() {}, grammar: "a" },
      'tools[0].grammar must be an object, not "a".',
    ],
    [{ kind: "service" }, "tools[0].type must be a text that is not empty, not undefined."],
    [
      { kind: "service", type: "web_search", options: { at: new Date() } },
      "tools[0].options.at is an instance of Date",
    ],
  ])("of other kinds have their own fields: %o", (tool, words) => {
    expect(errorOf({ tools: [tool] })).toContain(words);
  });

  it("of all kinds are accepted", () => {
    const tools = [
      { ...look, kind: "function", strict: true },
      {
        kind: "freeform",
        name: "patch",
        description: "",
        grammar: { syntax: "lark", definition: "start: /a/" },
        execute() {},
      },
      { kind: "service", type: "web_search", options: { max_uses: 1 } },
    ];
    expect(() => errorOf({ tools })).toThrow("accepted");
  });

  it("may have notes of the program on them", () => {
    expect(() => errorOf({ tools: [{ ...look, title: "Look", annotations: {}, readOnly: undefined }] })).toThrow(
      "accepted",
    );
  });

  it("whose output has parts that are not valid fail, for the model to read", async () => {
    const draw: Tool = {
      ...look,
      execute: () => toolOutput([{ type: "image", mediaType: "png", source: { type: "base64", data: "AAAA" } }]),
    };
    const asked = answering([...call("1", "look"), finish()], [text("Oh."), finish()]);
    const { messages } = await run({ gateway: asked, model: "small", messages: [hello], tools: [draw] }).result();
    expect(JSON.stringify(messages[2])).toContain("toolOutput: content[0].mediaType must be a media type");
  });
});

describe("while a run goes on, the same is asked of", () => {
  it.each<[unknown, string]>([
    [{ maxTokens: 1 }, 'prepareStep: "maxTokens" is not an option. Use "maxOutputTokens".'],
    [{ model: "other" }, 'prepareStep: "model" is not an option. Use targets: [{ gateway, model }].'],
    [{ targets: [{ gateway: "a", model: "b" }] }, 'prepareStep: targets[0].gateway must be a gateway, not "a".'],
    [{ messages: [{ role: "bot", content: "" }] }, "prepareStep: messages[0].role must be one of"],
    [{ tools: {} }, 'prepareStep: "tools" must be a list of tools, not an empty object.'],
    [
      { responseFormat: { type: "json-schema", name: "a", schema: { "~standard": { validate() {} } } } },
      "Set it in the option",
    ],
    ["shorter", 'prepareStep: it returned "shorter". Return an object with changes, or nothing.'],
  ])("what prepareStep returns: %o", async (changes, words) => {
    const running = run({ gateway, model: "small", messages: [hello], prepareStep: () => changes as never });
    const error = await failureOf(running.result());
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain(words);
  });

  it("what the model is steered with", () => {
    const running = run({ gateway, model: "small", messages: [hello] });
    expect(thrownBy(() => running.steer({ role: "user" } as never))).toBe(
      'steer: "message.content" must be a text or a list of parts, not undefined.',
    );
    expect(thrownBy(() => running.steer("Stop" as never))).toContain('steer: "message" must be a message, not "Stop".');
  });

  it("the options of a run that is resumed", async () => {
    const snapshot = run({ gateway, model: "small", messages: [hello] }).snapshot();
    const options = (more: object) => ({ gateway, model: "small", ...more }) as ResumeOptions;
    expect(thrownBy(() => resume(snapshot, options({ messages: [] })))).toBe(
      'resume: "messages" is not an option. The messages are in the snapshot. Add one with run.steer(message).',
    );
    expect(thrownBy(() => resume(snapshot, options({ gateway: "a" })))).toContain('Pass registry.gateway("a").');
    expect((await resume(snapshot, options({})).result()).text).toBe("Fine.");
  });

  it("a conversation that is stored", () => {
    expect(thrownBy(() => saveMessages([{ role: "user" } as never]))).toBe(
      "saveMessages: messages[0].content must be a text or a list of parts, not undefined.",
    );
  });
});

describe("a gateway", () => {
  it("lists models and checks itself without options", async () => {
    const signals: AbortSignal[] = [];
    const asked = opened({
      models: async ({ signal, refresh }) => {
        signals.push(signal);
        return [{ id: String(refresh), name: "Small", capabilities: {}, origin: {} }];
      },
      check: async ({ signal }) => {
        signals.push(signal);
        return { facts: [] };
      },
      async *stream() {},
    });
    expect((await asked.models()).map(({ id }) => id)).toEqual(["undefined"]);
    expect((await asked.models({ refresh: true })).map(({ id }) => id)).toEqual(["true"]);
    expect(await asked.check?.()).toEqual({ facts: [] });
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, false]);
  });

  it("says why a list could not be had, without options too", async () => {
    const asked = opened({ models: () => Promise.reject(new Error("No network.")), async *stream() {} });
    await expect(asked.models()).rejects.toThrow(/No network\./);
  });
});
