import { run, type Tool } from "@waygate/core";
import { createSimulator, type Simulator } from "@waygate/simulator";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { claude, keys, open } from "./open.ts";
import { begin, end, json, metadata, says, start, startService, stop, streams, usage } from "./service.ts";

const model = "us.anthropic.claude-opus-4-6-v1";
let simulator: Simulator;

beforeAll(async () => {
  simulator = await createSimulator({
    awsCredentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "not-a-real-secret" },
    models: [model, "us.meta.llama4-scout-17b-instruct-v1:0"],
  });
});

beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

const readFile: Tool = {
  name: "read_file",
  description: "Read a text file.",
  parameters: { type: "object", properties: { path: { type: "string" } }, required: ["path"] },
  readOnly: true,
  execute: (args) => (String((args as { path: string }).path).endsWith(".md") ? "# Waygate" : { lines: 3 }),
};

interface Sent {
  readonly messages: readonly { readonly role: string; readonly content: readonly Record<string, unknown>[] }[];
}

const towards = () => open({ origin: simulator.url }, { env: keys });

it("a run calls tools, thinks in between, and its thoughts go back as they were signed", async () => {
  await using opened = towards();
  const result = await run({
    gateway: opened.gateway,
    model,
    messages: [{ role: "user", content: "Read the files `README.md` and `package.json`, and tell me what they are." }],
    tools: [readFile],
    reasoning: { effort: "high" },
    cache: "auto",
  }).result();
  expect(result.text).toContain("README.md");
  // The simulator refuses thoughts that do not fit their signature, and calls without their results.
  const bodies = simulator.requests.map(({ body }) => body as Sent);
  expect(bodies).toHaveLength(2);
  const [, said, results] = bodies[1]?.messages ?? [];
  expect(said?.content.map((block) => Object.keys(block)[0])).toEqual([
    "reasoningContent",
    "text",
    "toolUse",
    "toolUse",
  ]);
  expect(said?.content[0]).toEqual({
    reasoningContent: {
      reasoningText: { text: expect.any(String) as string, signature: expect.stringMatching(/^simulator:/) as string },
    },
  });
  expect(results?.content).toEqual([
    { toolResult: { toolUseId: "call_1", content: [{ text: "# Waygate" }], status: "success" } },
    { toolResult: { toolUseId: "call_2", content: [expect.anything()], status: "success" } },
    { cachePoint: { type: "default" } },
  ]);
});

it("a run with a model that streams no calls is answered whole, and goes on all the same", async () => {
  await using opened = towards();
  const result = await run({
    gateway: opened.gateway,
    model: "us.meta.llama4-scout-17b-instruct-v1:0",
    messages: [{ role: "user", content: "Read the file `README.md`." }],
    tools: [readFile],
  }).result();
  expect(result.text).toContain("Waygate");
  expect(simulator.requests.map(({ path }) => path.slice(path.lastIndexOf("/") + 1))).toEqual(["converse", "converse"]);
});

it.each([
  ["is throttled", { kind: "status", status: 429, headers: { "retry-after": "0" } }],
  ["is turned away", { kind: "status", status: 503 }],
  ["loses its connection before an answer", { kind: "cut", afterChunks: "before-headers" }],
] as const)("a run that %s is repeated, by one layer alone", async (_case, fault) => {
  await using opened = towards();
  simulator.fault(fault);
  const running = run({
    gateway: opened.gateway,
    model,
    messages: [{ role: "user", content: "Hello" }],
  });
  const retries: string[] = [];
  for await (const event of running) if (event.type === "retry") retries.push(event.error.code);
  expect((await running.result()).text).not.toBe("");
  expect(retries).toHaveLength(1);
  expect(simulator.requests).toHaveLength(2);
});

it.each([
  ["an exception", { kind: "error", afterChunks: 3 }, "server-error"],
  ["a damaged frame", { kind: "garbage", afterChunks: 3 }, "protocol"],
  ["its end", { kind: "cut", afterChunks: 3, how: "end" }, "connection"],
  ["a lost connection", { kind: "cut", afterChunks: 3 }, "connection"],
] as const)("a run whose answer is broken off by %s says so, with what there was", async (_case, fault, code) => {
  await using opened = towards();
  simulator.script({ text: ["One ", "two ", "three ", "four"] });
  simulator.fault(fault);
  const failure = run({
    gateway: opened.gateway,
    model,
    messages: [{ role: "user", content: "Hello" }],
    retry: false,
  }).result();
  await expect(failure).rejects.toMatchObject({
    code,
    partial: { role: "assistant", content: [{ type: "text", text: "One two " }] },
  });
});

const call = { toolUseId: "c1", name: "wipe", input: {} };
const answerOf = (stopReason: string) => ({
  output: { message: { role: "assistant", content: [{ toolUse: call }] } },
  stopReason,
  usage,
});

it.each([
  ["whole and is cut off by its length", json(answerOf("max_tokens")), 2],
  ["whole and is malformed, which is retried", json(answerOf("malformed_tool_use")), 2],
  ["streamed and is cut off by its length", streams(start, begin(call), stop(), end("max_tokens"), metadata), 2],
  ["streamed and is filtered", streams(start, begin(call), stop(), end("content_filtered"), metadata), 1],
  ["streamed and is refused", streams(start, begin(call), stop(), end("refusal"), metadata), 1],
] as const)(
  "a run carries out no call without arguments of an answer that comes %s",
  async (_case, reply, requests) => {
    await using service = await startService(says("Then not."));
    await using opened = open(service);
    service.queue(reply);
    let wiped = 0;
    const wipe: Tool = {
      name: "wipe",
      description: "Wipes a folder, or everything.",
      parameters: { type: "object", properties: { path: { type: "string" } } },
      readOnly: true,
      execute: () => {
        wiped++;
        return "done";
      },
    };
    await run({
      gateway: opened.gateway,
      model: `us.${claude}`,
      messages: [{ role: "user", content: "Tidy up." }],
      tools: [wipe],
    })
      .result()
      .catch(() => undefined);
    expect(wiped).toBe(0);
    expect(service.received).toHaveLength(requests);
  },
);
