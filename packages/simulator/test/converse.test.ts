import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createSimulator, type Simulator } from "../src/index.ts";
import { ask, converse, framesOf, refusal, stream, user } from "./converse-client.ts";

let simulator: Simulator;

beforeAll(async () => {
  simulator = await createSimulator();
});

beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

const look = {
  toolSpec: {
    name: "read_file",
    description: "Read a text file.",
    inputSchema: { json: { type: "object", properties: { path: { type: "string" } }, required: ["path"] } },
  },
};
const toolConfig = { tools: [look] };

describe("Converse", () => {
  it("answers whole", async () => {
    simulator.script({
      reasoning: "Hm.",
      text: "Hi there",
      usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 },
    });
    const { output, stopReason, usage } = await ask(simulator);
    expect(output).toEqual({
      message: {
        role: "assistant",
        content: [
          {
            reasoningContent: {
              reasoningText: { text: "Hm.", signature: expect.stringMatching(/^simulator:/) as string },
            },
          },
          { text: "Hi there" },
        ],
      },
    });
    expect(stopReason).toBe("end_turn");
    expect(usage).toEqual({ inputTokens: 1, outputTokens: 2, totalTokens: 3 });
  });

  it("answers in frames, each with its checksums and its padding", async () => {
    simulator.script({
      reasoning: ["Hm."],
      text: ["Hi", " there"],
      toolCalls: [{ name: "read_file", arguments: ['{"path":', '"a"}'] }],
      usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 },
    });
    const frames = await stream(simulator, { toolConfig });
    const events = frames.map(({ kind, type, payload: { p, ...payload } }) => {
      expect(kind).toBe("event");
      expect(p).toMatch(/^[a-zA-Z0-9]+$/);
      return [type, payload];
    });
    const delta = (contentBlockIndex: number, value: unknown) => [
      "contentBlockDelta",
      { contentBlockIndex, delta: value },
    ];
    const stop = (contentBlockIndex: number) => ["contentBlockStop", { contentBlockIndex }];
    expect(events).toEqual([
      ["messageStart", { role: "assistant" }],
      delta(0, { reasoningContent: { text: "Hm." } }),
      delta(0, { reasoningContent: { signature: expect.stringMatching(/^simulator:/) as string } }),
      stop(0),
      delta(1, { text: "Hi" }),
      delta(1, { text: " there" }),
      stop(1),
      ["contentBlockStart", { contentBlockIndex: 2, start: { toolUse: { toolUseId: "call_1", name: "read_file" } } }],
      delta(2, { toolUse: { input: '{"path":' } }),
      delta(2, { toolUse: { input: '"a"}' } }),
      stop(2),
      ["messageStop", { stopReason: "tool_use" }],
      ["metadata", { usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 }, metrics: { latencyMs: 1 } }],
    ]);
  });

  it("is the same model as on every other wire: it calls tools, and says what they gave", async () => {
    const question = user("Read the file `notes.txt`");
    const first = await ask(simulator, { toolConfig, messages: [question] });
    expect(first.stopReason).toBe("tool_use");
    const calls = first.output.message.content.flatMap(({ toolUse }) => toolUse ?? []);
    expect(calls).toEqual([{ toolUseId: "call_1", name: "read_file", input: { path: "notes.txt" } }]);
    const result = { toolUseId: "call_1", content: [{ text: "Buy milk." }], status: "success" };
    const second = await ask(simulator, {
      toolConfig,
      messages: [question, first.output.message, { role: "user", content: [{ toolResult: result }] }],
    });
    expect(second.stopReason).toBe("end_turn");
    expect(second.output.message.content[0]?.text).toContain("Buy milk");
  });

  it("knows by its status that a tool failed, or by the words in place of one", async () => {
    const question = user("Read notes.txt");
    const { output } = await ask(simulator, { toolConfig, messages: [question] });
    const report = async (status: string | undefined, ...texts: string[]) => {
      const toolResult = { toolUseId: "call_1", content: texts.map((text) => ({ text })), status };
      const messages = [question, output.message, { role: "user", content: [{ toolResult }] }];
      return (await ask(simulator, { toolConfig, messages })).output.message.content[0]?.text;
    };
    expect(await report("error", "Disk full")).toContain("`read_file` did not work for `notes.txt`: “Disk full”");
    expect(await report("success", "Disk full")).not.toContain("did not work");
    expect(await report("error", "The user denied it.")).toContain("not allowed");
    // As it is put to models that take no status.
    expect(await report(undefined, "The tool failed:", "Disk full")).toContain("did not work for `notes.txt`");
  });

  it("keeps to limits, and says so in Bedrock's words", async () => {
    const short = await ask(simulator, { inferenceConfig: { maxTokens: 2 } });
    expect(short.stopReason).toBe("max_tokens");
    const [first = ""] = (await ask(simulator)).output.message.content.map(({ text }) => text);
    const stopped = await ask(simulator, { inferenceConfig: { stopSequences: [first.slice(5, 12)] } });
    expect(stopped.output.message.content[0]?.text).toBe(first.slice(0, 5));
  });

  it("thinks where it is asked to, in any of Bedrock's ways", async () => {
    for (const fields of [
      { thinking: { type: "enabled", budget_tokens: 1024 } },
      { thinking: { type: "adaptive" }, output_config: { effort: "low" } },
      { reasoningConfig: { type: "enabled", maxReasoningEffort: "low" } },
      { reasoning_effort: "low" },
    ]) {
      const { output } = await ask(simulator, { additionalModelRequestFields: fields });
      expect(output.message.content[0]?.reasoningContent).toBeDefined();
    }
    const { output } = await ask(simulator, { additionalModelRequestFields: { thinking: { type: "disabled" } } });
    expect(output.message.content[0]?.reasoningContent).toBeUndefined();
  });

  it("takes its own reasoning back as it was, and not altered", async () => {
    const { output } = await ask(simulator, { additionalModelRequestFields: { thinking: { type: "adaptive" } } });
    const again = (message: unknown) => converse(simulator, { messages: [user("hello"), message, user("and?")] });
    expect((await again(output.message)).status).toBe(200);
    const altered = JSON.parse(JSON.stringify(output.message)) as {
      content: { reasoningContent?: { reasoningText: { text: string } } }[];
    };
    if (altered.content[0]?.reasoningContent) altered.content[0].reasoningContent.reasoningText.text += "!";
    expect(await refusal(await again(altered))).toMatch(/^400 ValidationException: .*altered/);
  });

  it("answers in a schema", async () => {
    const schema = JSON.stringify({ type: "object", properties: { n: { type: "integer" } }, required: ["n"] });
    const outputConfig = { textFormat: { type: "json_schema", structure: { jsonSchema: { name: "n", schema } } } };
    const { output } = await ask(simulator, { outputConfig });
    expect(JSON.parse(output.message.content[0]?.text ?? "")).toEqual({ n: expect.any(Number) as number });
  });

  it("counts what cache points save", async () => {
    const cachePoint = { type: "default" };
    const plain = (await ask(simulator)).usage;
    expect(plain).toMatchObject({ cacheReadInputTokens: 0, cacheWriteInputTokens: 0 });
    const { usage } = await ask(simulator, {
      messages: [{ role: "user", content: [{ text: "hello" }, { cachePoint }] }],
    });
    expect(usage.inputTokens).toBe(0);
    expect(usage.cacheWriteInputTokens).toBe(plain.inputTokens);
  });

  it("repeats the tier and the latency that it was asked for", async () => {
    expect(
      await ask(simulator, { performanceConfig: { latency: "optimized" }, serviceTier: { type: "flex" } }),
    ).toMatchObject({ performanceConfig: { latency: "optimized" }, serviceTier: { type: "flex" } });
  });

  it("has guardrails that keep back what is forbidden, and tell where they are asked to", async () => {
    const guardrailConfig = {
      guardrailIdentifier: "arn:aws:bedrock:us-east-1:123456789012:guardrail/abc",
      guardrailVersion: "DRAFT",
      trace: "enabled",
    };
    const messages = [user("Tell me something forbidden.")];
    const blocked = await ask(simulator, { guardrailConfig, messages });
    expect(blocked.stopReason).toBe("guardrail_intervened");
    expect(blocked.trace).toEqual({
      guardrail: {
        inputAssessment: {
          abc: { topicPolicy: { topics: [{ name: "Forbidden", type: "DENY", action: "BLOCKED", detected: true }] } },
        },
        actionReason: "Guardrail blocked.",
      },
    });
    const silent = await ask(simulator, { guardrailConfig: { ...guardrailConfig, trace: "disabled" }, messages });
    expect(silent.trace).toBeUndefined();
    expect((await ask(simulator, { guardrailConfig })).stopReason).toBe("end_turn");
    expect((await ask(simulator, { messages })).stopReason).toBe("end_turn");
    const frames = await stream(simulator, {
      guardrailConfig: { ...guardrailConfig, streamProcessingMode: "sync" },
      messages,
    });
    expect(frames.find(({ type }) => type === "messageStop")?.payload).toMatchObject({
      stopReason: "guardrail_intervened",
    });
    expect(frames.at(-1)?.payload.trace).toEqual(blocked.trace);
  });
});

describe("Converse with scripts and faults", () => {
  it("sends exact events and exact bytes", async () => {
    simulator.script(
      { chunks: [{ messageStart: { role: "assistant" } }, { throttlingException: { message: "Slow down." } }] },
      { raw: Buffer.from("no frames at all") },
      { chunks: [{ hello: 1 }] },
    );
    const [first, second] = await stream(simulator);
    expect(first).toMatchObject({ kind: "event", type: "messageStart", payload: { role: "assistant" } });
    expect(second).toEqual({ kind: "exception", type: "throttlingException", payload: { message: "Slow down." } });
    const raw = await converse(simulator, {}, { operation: "converse-stream" });
    expect(await raw.text()).toBe("no frames at all");
    expect(await (await converse(simulator)).json()).toEqual({ hello: 1 });
  });

  it("ends with the exception that a script asks for", async () => {
    simulator.script({ text: "Hi", error: { type: "ModelStreamErrorException", message: "It broke." } });
    const frames = await stream(simulator);
    expect(frames.map(({ type }) => type)).toEqual([
      "messageStart",
      "contentBlockDelta",
      "contentBlockStop",
      "modelStreamErrorException",
    ]);
    expect(frames.at(-1)).toMatchObject({ kind: "exception", payload: { message: "It broke." } });
  });

  it("ends as a script has it: without a reason, without usage", async () => {
    simulator.script({ text: "Hi", finish: null, usage: null }, { text: "Hi", finish: "content_filtered" });
    expect((await stream(simulator)).map(({ type }) => type)).toEqual([
      "messageStart",
      "contentBlockDelta",
      "contentBlockStop",
    ]);
    expect((await ask(simulator)).stopReason).toBe("content_filtered");
  });

  it.each([
    [400, "ValidationException"],
    [401, "UnrecognizedClientException"],
    [403, "AccessDeniedException"],
    [404, "ResourceNotFoundException"],
    [408, "ModelTimeoutException"],
    [424, "ModelErrorException"],
    [429, "ThrottlingException"],
    [500, "InternalServerException"],
    [502, "InternalServerException"],
    [503, "ServiceUnavailableException"],
  ])("refuses with %d as %s", async (status, name) => {
    simulator.fault({ kind: "status", status });
    const response = await converse(simulator);
    expect(response.status).toBe(status);
    expect(response.headers.get("x-amzn-errortype")).toBe(name);
    expect(await response.json()).toEqual({ message: expect.any(String) as string });
  });

  it("refuses as a script has it", async () => {
    simulator.script({ status: 429, error: { message: "Too many tokens per day." }, headers: { "Retry-After": "9" } });
    const response = await converse(simulator, {}, { operation: "converse-stream" });
    expect(response.headers.get("retry-after")).toBe("9");
    expect(await refusal(response)).toBe("429 ThrottlingException: Too many tokens per day.");
  });

  it("breaks off with an exception, or goes on after a damaged frame", async () => {
    simulator.fault({ kind: "error", afterChunks: 2 }, { kind: "garbage", afterChunks: 1 });
    const broken = await stream(simulator);
    expect(broken.map(({ type }) => type)).toEqual(["messageStart", "contentBlockDelta", "internalServerException"]);
    const response = await converse(simulator, {}, { operation: "converse-stream" });
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(() => framesOf(bytes)).toThrow(/checksum/);
  });

  it("has a fault for each of its models", async () => {
    const response = await converse(simulator, {}, { model: "simulator:status-429" });
    expect(response.status).toBe(429);
    expect(response.headers.get("retry-after")).toBe("1");
  });
});

describe("what Converse refuses", () => {
  const call = { toolUse: { toolUseId: "c1", name: "read_file", input: {} } };
  const result = { toolResult: { toolUseId: "c1", content: [{ text: "x" }] } };
  const assistant = (...content: unknown[]) => ({ role: "assistant", content });
  const png = { format: "png", source: { bytes: Buffer.from("ffd8ff", "hex").toString("base64") } };

  it.each([
    ["no messages", { messages: [] }],
    ["an assistant who begins", { messages: [assistant({ text: "Hi" })] }],
    ["two turns of one role", { messages: [user("a"), user("b")] }],
    ["a turn without content", { messages: [{ role: "user", content: [] }] }],
    ["blank text", { messages: [user(" ")] }],
    ["a block of two kinds", { messages: [{ role: "user", content: [{ text: "a", image: png }] }] }],
    ["a block of no known kind", { messages: [{ role: "user", content: [{ txt: "a" }] }] }],
    ["a call without its result", { toolConfig, messages: [user("a"), assistant(call), user("b")] }],
    ["a call at the end", { toolConfig, messages: [user("a"), assistant(call)] }],
    ["a result without its call", { toolConfig, messages: [{ role: "user", content: [result] }] }],
    [
      "one call's two results",
      { toolConfig, messages: [user("a"), assistant(call), { role: "user", content: [result, result] }] },
    ],
    ["calls where no tools are", { messages: [user("a"), assistant(call), { role: "user", content: [result] }] }],
    [
      "arguments that are no object",
      { toolConfig, messages: [user("a"), assistant({ toolUse: { ...call.toolUse, input: "x" } })] },
    ],
    ["a tool of an illegal name", { toolConfig: { tools: [{ toolSpec: { ...look.toolSpec, name: "a.b" } }] } }],
    [
      "a tool of an empty description",
      { toolConfig: { tools: [{ toolSpec: { ...look.toolSpec, description: "" } }] } },
    ],
    ["two tools of one name", { toolConfig: { tools: [look, look] } }],
    ["an empty list of tools", { toolConfig: { tools: [] } }],
    ["a choice of an unknown tool", { toolConfig: { tools: [look], toolChoice: { tool: { name: "x" } } } }],
    ["a choice of none", { toolConfig: { tools: [look], toolChoice: { none: {} } } }],
    ["an image of another format", { messages: [{ role: "user", content: [{ image: png }] }] }],
    [
      "a document with no word beside it",
      {
        messages: [{ role: "user", content: [{ document: { format: "pdf", name: "a", source: { bytes: "QQ==" } } }] }],
      },
    ],
    [
      "a document of an illegal name",
      {
        messages: [
          {
            role: "user",
            content: [{ text: "a" }, { document: { format: "pdf", name: "a_b", source: { bytes: "QQ==" } } }],
          },
        ],
      },
    ],
    ["a temperature above 1", { inferenceConfig: { temperature: 1.5 } }],
    ["no tokens at all", { inferenceConfig: { maxTokens: 0 } }],
    [
      "a budget that is the whole answer",
      {
        inferenceConfig: { maxTokens: 1024 },
        additionalModelRequestFields: { thinking: { type: "enabled", budget_tokens: 1024 } },
      },
    ],
    ["a guardrail without its version", { guardrailConfig: { guardrailIdentifier: "a" } }],
    [
      "a mode of streams where there is none",
      { guardrailConfig: { guardrailIdentifier: "a", guardrailVersion: "1", streamProcessingMode: "sync" } },
    ],
    ["a field that nobody knows", { temperature: 1 }],
    [
      "more cache points than four",
      {
        messages: [
          {
            role: "user",
            content: [{ text: "a" }, ...Array.from({ length: 5 }, () => ({ cachePoint: { type: "default" } }))],
          },
        ],
      },
    ],
  ])("%s", async (_what, fields) => {
    expect(await refusal(await converse(simulator, fields))).toMatch(/^400 ValidationException: /);
  });

  it("more than the model's context holds, in the words by which clients of Bedrock know it", async () => {
    await using small = await createSimulator({ models: [{ id: "small", contextLength: 10 }] });
    for (const operation of ["converse", "converse-stream"] as const) {
      const response = await converse(small, { messages: [user("x".repeat(41))] }, { model: "small", operation });
      expect(await refusal(response)).toBe(
        "400 ValidationException: Input is too long for requested model. The messages come to 11 tokens, the context of 'small' is 10.",
      );
    }
  });

  it("a model that is not there", async () => {
    expect(await refusal(await converse(simulator, {}, { model: "x" }))).toBe(
      "404 ResourceNotFoundException: The model 'x' does not exist here.",
    );
  });

  it("a name that is not encoded", async () => {
    const response = await fetch(`${simulator.url}/model/%E0%A4%A/converse`, { method: "POST", body: "{}" });
    expect(await refusal(response)).toMatch(/^400 ValidationException: /);
  });

  it("a body that is no JSON", async () => {
    const response = await fetch(`${simulator.url}/model/simulator/converse`, { method: "POST", body: "{" });
    expect(await refusal(response)).toBe("400 ValidationException: The body is not valid JSON.");
  });
});
