import bedrock from "@waygate/bedrock";
import {
  createRegistry,
  type GatewayError,
  isGatewayError,
  type ModelEvent,
  type Registry,
  type Usage,
} from "@waygate/core";
import {
  EndedCalls,
  type Recording,
  type ReplayServer,
  readRecordings,
  recordingsFolder,
  replay,
} from "@waygate/recordings";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askSdk, type SdkAnswer } from "./by-sdk.ts";

/** What an answer comes to when its events are put together. */
interface Answer {
  text: string;
  reasoning: string;
  states: unknown[];
  readonly ended: EndedCalls;
  finish: string | undefined;
  raw: string | undefined;
  usage: Usage | undefined;
  id: string | undefined;
  model: string | undefined;
  notices: { code: string; message: string }[];
  serviceCalls: number;
  sources: number;
}

const folder = recordingsFolder();
const recordings = folder === undefined ? [] : readRecordings(folder, "bedrock");

/** Where reading well is not the plain reading of `expect`, with the reason. Whatever is not in this table agrees. */
const differences: Readonly<Record<string, string>> = {
  "5038ec8d69742c08": "The guardrail's trace is there, but it met nothing: there is nothing to tell.",
};

/** Sizes of the pieces in which the bodies arrive: single bytes, odd sizes that cut frames and characters, and whole. */
const slicings = { "odd pieces": [1, 7, 2, 61, 3, 509, 5, 4093], whole: [Number.MAX_SAFE_INTEGER] };

describe.skipIf(folder === undefined)("recorded exchanges (skipped where RECORDINGS is not there)", () => {
  it("are all there", () => {
    expect(recordings).toHaveLength(200);
    expect(recordings.filter(({ response }) => response.bodyEncoding === "base64")).toHaveLength(27);
    expect(recordings.filter(({ streaming }) => streaming)).toHaveLength(29);
  });

  describe.each(Object.entries(slicings))("in %s", (_name, sizes) => {
    let server: ReplayServer;
    const registries: Registry[] = [];

    beforeAll(async () => {
      server = await replay(recordings, sizes);
    });

    afterAll(async () => {
      for (const registry of registries) await registry.close();
      await server.close();
    });

    it.each(recordings.map((recording) => [`${recording.api} ${recording.id}`, recording] as const))(
      "%s",
      async (_title, recording) => {
        const registry = createRegistry({
          plugins: [bedrock],
          settings: { bedrock: { endpoint_url: `${server.address}/${recording.id}`, discover_models: false } },
          credentials: ({ credential }) => keys.get(credential.id),
        });
        registries.push(registry);
        const answer = recording.expect.ok ? await read(registry, recording) : await failureOf(registry, recording);
        if (isGatewayError(answer)) agreeOnFailure(answer, recording);
        else agree(answer, recording);
        // The path names the model as the recording does, and the request is one that Bedrock would know.
        expect(server.requestOf(recording.id)).toMatchObject({ messages: [{ role: "user" }] });

        const endpoint = `${server.address}/${recording.id}`;
        const question = {
          modelId: modelOf(recording),
          messages: [{ role: "user" as const, content: [{ text: "Hi" }] }],
        };
        const bySdk = askSdk(recording.api === "converse" ? "converse" : "converse-stream", endpoint, question);
        if (isGatewayError(answer)) await agreeWithSdkOnFailure(answer, bySdk);
        else agreeWithSdk(answer, await bySdk);
      },
    );
  });
});

const keys = new Map([
  ["access_key_id", "AKIDEXAMPLE"],
  ["secret_access_key", "not-a-real-secret"],
]);

async function read(registry: Registry, recording: Recording): Promise<Answer> {
  const stream = registry.gateway("amazon-bedrock").stream({
    model: modelOf(recording),
    messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
    tools: toolNames(recording).map((name) => ({ name, description: "", parameters: { type: "object" } })),
    gatewayOptions: { streaming: recording.api === "converse-stream" },
    signal: new AbortController().signal,
  });
  const answer: Answer = {
    text: "",
    reasoning: "",
    states: [],
    ended: new EndedCalls(),
    finish: undefined,
    raw: undefined,
    usage: undefined,
    id: undefined,
    model: undefined,
    notices: [],
    serviceCalls: 0,
    sources: 0,
  };
  for await (const batch of stream) for (const event of batch) add(answer, event);
  return answer;
}

/** The names of the tools that the request declared; where none was kept, those that the answer calls. */
function toolNames({ request, expect: { toolCalls } }: Recording): readonly string[] {
  const config = request.body?.toolConfig as { tools?: { toolSpec?: { name: string } }[] } | undefined;
  const declared = config?.tools?.flatMap(({ toolSpec }) => toolSpec?.name ?? []) ?? [];
  return [...new Set([...declared, ...toolCalls.map(({ name }) => name)])];
}

function modelOf({ request }: Recording): string {
  return decodeURIComponent(/\/model\/(.+)\/converse/.exec(request.url)?.[1] ?? "");
}

function add(answer: Answer, event: ModelEvent): void {
  if (event.type === "text-delta") answer.text += event.text;
  if (event.type === "reasoning-delta") answer.reasoning += event.text;
  if (event.type === "reasoning-end" && event.state !== undefined) answer.states.push(event.state);
  if (event.type === "usage") answer.usage = event.usage;
  if (event.type === "tool-call-start" && event.executor === "service") answer.serviceCalls++;
  if (event.type === "source") answer.sources++;
  if (event.type === "notice") answer.notices.push({ code: event.code, message: event.message });
  if (event.type === "response-start") Object.assign(answer, { id: event.id, model: event.model });
  if (event.type === "finish") Object.assign(answer, { finish: event.reason, raw: event.raw });
  answer.ended.add(event);
}

function agree(answer: Answer, recording: Recording): void {
  const wanted = recording.expect;
  expect(answer.text).toBe(wanted.text);
  expect(answer.reasoning).toBe(wanted.reasoning);
  expect(answer.ended.list.map(({ id, name, value, status }) => ({ id, name, args: value, status }))).toEqual(
    wanted.toolCalls.map(({ id, name, args }) => ({ id, name, args, status: "ok" })),
  );
  for (const [index, { argsRaw }] of wanted.toolCalls.entries()) {
    if (argsRaw !== undefined) expect(answer.ended.list[index]?.raw).toBe(argsRaw);
  }
  expect(answer.raw).toBe(wanted.finishReason);
  expect(answer.finish).toBe(finishFor(recording));
  expect(answer.id).toBe(recording.response.headers["x-amzn-requestid"]);
  agreeOnUsage(answer.usage, wanted.usage);
  agreeOnNotices(answer, recording);
  agreeOnStates(answer, recording);
}

function finishFor({ expect: { toolCalls, finishReason } }: Recording): string {
  if (finishReason === "max_tokens") return "length";
  if (finishReason === "guardrail_intervened") return "guardrail";
  return toolCalls.length > 0 ? "tool-calls" : "stop";
}

/** Independent of the plugin: as AWS documents it, what was read from and written to the cache comes on top. */
function agreeOnUsage(usage: Usage | undefined, raw: Recording["expect"]["usage"]): void {
  if (raw === null) {
    expect(usage).toBeUndefined();
    return;
  }
  const number = (name: string) => (raw[name] === undefined ? undefined : Number(raw[name]));
  const [cacheRead, cacheWrite] = [number("cacheReadInputTokens"), number("cacheWriteInputTokens")];
  expect({ ...usage, details: undefined }).toEqual({
    input: { total: Number(raw.inputTokens) + (cacheRead ?? 0) + (cacheWrite ?? 0), cacheRead, cacheWrite },
    // How much of the output was reasoning is not reported.
    output: { total: number("outputTokens") },
  });
  expect(Number(usage?.input.total) + Number(usage?.output.total)).toBe(raw.totalTokens);
}

interface BedrockExpectation {
  readonly serverTools?: number;
  readonly citations?: number;
  readonly trace?: readonly string[];
}

/** What the service did and said beside the answer of the model. */
function agreeOnNotices(answer: Answer, recording: Recording): void {
  const { serverTools, citations, trace } = recording.expect as BedrockExpectation;
  const count = (code: string) => answer.notices.filter((notice) => notice.code === code).length;
  expect(answer.serviceCalls).toBe(serverTools ?? 0);
  if (citations !== undefined) expect(answer.sources).toBeGreaterThan(0);
  const met = trace?.includes("guardrail") === true && !(recording.id in differences);
  expect(count("guardrail-assessment")).toBe(met ? 1 : 0);
  expect(count("block-without-stop")).toBe(recording.oddities.includes("block-without-stop") ? 1 : 0);
  const known = ["guardrail-assessment", "block-without-stop"];
  expect(answer.notices.filter(({ code }) => !known.includes(code))).toEqual([]);
}

function agreeOnStates(answer: Answer, { features }: Recording): void {
  const states = JSON.stringify(answer.states);
  expect(states.includes('"signature"')).toBe(features.includes("reasoning-signature"));
  expect(states.includes('"redactedContent"')).toBe(features.includes("reasoning-redacted"));
}

/** The same bytes, read by AWS's own SDK. */
function agreeWithSdk(answer: Answer, bySdk: SdkAnswer): void {
  const calls = answer.ended.list.map(({ id, name, value }) => ({ id, name, input: value }));
  expect({ ...bySdk, usage: undefined }).toEqual({
    text: answer.text,
    reasoning: answer.reasoning,
    calls,
    stopReason: answer.raw,
    usage: undefined,
  });
  expect(bySdk.usage?.outputTokens).toBe(answer.usage?.output.total);
  expect(bySdk.usage?.totalTokens).toBe(
    answer.usage && Number(answer.usage.input.total) + Number(answer.usage.output.total),
  );
}

async function agreeWithSdkOnFailure(error: GatewayError, bySdk: Promise<SdkAnswer>): Promise<void> {
  // Of an exception within a stream it does not say what the answer began with.
  const $metadata = error.status === 200 ? {} : { httpStatusCode: error.status };
  await expect(bySdk).rejects.toMatchObject({ message: error.detail, $metadata });
}

async function failureOf(registry: Registry, recording: Recording): Promise<GatewayError> {
  const error: unknown = await read(registry, recording).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isGatewayError(error)) throw new Error(`Expected a GatewayError, not ${String(error)}`);
  return error;
}

function agreeOnFailure(error: GatewayError, recording: Recording): void {
  expect(error.gateway).toBe("amazon-bedrock");
  expect(error.detail).toBe(recording.expect.error?.message);
  expect(error.status).toBe(recording.response.status);
  expect(error.code).toBe(failures[recording.id]);
}

/** What kind of failure each recorded one is. */
const failures: Readonly<Record<string, string>> = {
  "096730fc2b5b848d": "invalid-request",
  "11505f1dc0ac9753": "model-not-found",
  "3c1aa4f3537e27fb": "model-not-found",
  "4d5cca21e72ea48d": "invalid-request",
  "8a6505333cfc90ce": "model-not-found",
  "8f16580f65af84a7": "context-overflow",
  "962a4098544f9a90": "invalid-request",
  c00f422844de13c7: "authentication",
  f541ab6f031db548: "invalid-request",
};
