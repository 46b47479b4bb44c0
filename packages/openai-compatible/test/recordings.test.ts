import { createRegistry, isGatewayError, type ModelEvent, type Registry, type Usage } from "@waygate/core";
import openaiCompatible from "@waygate/openai-compatible";
import {
  EndedCalls,
  type Recording,
  type ReplayServer,
  readRecordings,
  recordingsFolder,
  replay,
} from "@waygate/recordings";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dialectFor } from "./recorded-services.ts";

/** What an answer comes to when its events are put together. */
interface Answer {
  text: string;
  reasoning: string;
  readonly ended: EndedCalls;
  finish: string | undefined;
  raw: string | undefined;
  usage: Usage | undefined;
  id: string | undefined;
  model: string | undefined;
  notices: string[];
}

const folder = recordingsFolder();
const recordings = folder === undefined ? [] : readRecordings(folder, "openai-compatible");

/**
 * Where reading well is not the plain reading of `expect`, with the reason. Whatever is not in this table agrees.
 *
 * Azure's Grok counts the tokens it found in its cache beside its prompt tokens, not among them: 161 cached of 7. As
 * the input's total covers its parts here, the cached ones are added to it.
 */
const cacheCountedApart = new Set([
  "02393a4507c2e994",
  "02cede439ee5e22b",
  "03a259233600c96a",
  "1e7bd8b0f72367ca",
  "318ea16f1cb469a9",
  "35e93d00403d8573",
  "492f2f4cbb8c836d",
  "5350b7607e47a121",
  "57622e22e7b3f863",
  "5998539980e1154b",
  "7edac9ce0f1266b4",
  "a82c50cbbe7234b4",
  "c91eaab57f94fe66",
  "d070fcc4625e87e8",
  "d3fe49def688c1ad",
  "e40bce20b007858d",
]);

/** Sizes of the pieces in which the bodies arrive: single bytes, odd sizes that cut characters and lines. */
const oddPieces = [1, 7, 2, 61, 3, 509, 5, 4093];
const ways = [
  { name: "in odd pieces", sizes: oddPieces, dialect: () => undefined },
  { name: "whole", sizes: [Number.MAX_SAFE_INTEGER], dialect: () => undefined },
  { name: "in odd pieces, in the dialect of the service", sizes: oddPieces, dialect: dialectFor },
];

describe.skipIf(folder === undefined)("recorded exchanges (skipped where RECORDINGS is not there)", () => {
  it("are all there", () => {
    expect(recordings).toHaveLength(553);
    expect(recordings.filter((recording) => recording.streaming)).toHaveLength(137);
  });

  describe.each(ways)("$name", ({ sizes, dialect }) => {
    let server: ReplayServer;
    let registry: Registry;

    beforeAll(async () => {
      server = await replay(recordings, sizes);
      const services = recordings.map(({ id, gateway, request }) => [
        id,
        { ...serviceFor(`${server.address}/${id}`, request.body?.model), dialect: dialect(gateway) },
      ]);
      registry = createRegistry({
        plugins: [openaiCompatible],
        settings: { openai_compatible: Object.fromEntries(services) },
        credentials: () => "test-key",
      });
    });

    afterAll(async () => {
      await registry.close();
      await server.close();
    });

    it.each(recordings.map((recording) => [`${recording.gateway} ${recording.id}`, recording] as const))(
      "%s",
      async (_title, recording) => {
        if (recording.expect.ok) agree(await read(registry, recording), recording);
        else await expectFailure(registry, recording);
      },
    );
  });
});

function serviceFor(address: string, model = "recorded") {
  return { api_url: address, available_models: [{ name: model, max_tokens: 100_000 }] };
}

async function read(registry: Registry, recording: Recording): Promise<Answer> {
  const body = recording.request.body;
  const names = (body?.tools ?? []).map((tool) => tool.function?.name).filter((name) => name !== undefined);
  const stream = registry.gateway(recording.id).stream({
    model: body?.model ?? "recorded",
    messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
    tools: names.map((name) => ({ name, description: "", parameters: { type: "object" } })),
    signal: new AbortController().signal,
  });
  const answer: Answer = {
    text: "",
    reasoning: "",
    ended: new EndedCalls(),
    finish: undefined,
    raw: undefined,
    usage: undefined,
    id: undefined,
    model: undefined,
    notices: [],
  };
  for await (const batch of stream) for (const event of batch) add(answer, event);
  return answer;
}

function add(answer: Answer, event: ModelEvent): void {
  if (event.type === "text-delta") answer.text += event.text;
  if (event.type === "reasoning-delta") answer.reasoning += event.text;
  if (event.type === "usage") answer.usage = event.usage;
  if (event.type === "notice") answer.notices.push(event.code);
  if (event.type === "response-start") Object.assign(answer, { id: event.id, model: event.model });
  if (event.type === "finish") Object.assign(answer, { finish: event.reason, raw: event.raw });
  answer.ended.add(event);
}

function agree(answer: Answer, recording: Recording): void {
  const wanted = recording.expect;
  expect(answer.text).toBe(wanted.text);
  expect(answer.reasoning).toBe(wanted.reasoning);
  expect(answer.ended.list.map(({ name }) => name)).toEqual(wanted.toolCalls.map(({ name }) => name));
  expect(answer.ended.list.map(({ value }) => value)).toEqual(wanted.toolCalls.map(({ args }) => args ?? undefined));
  for (const [index, call] of wanted.toolCalls.entries()) {
    if (call.id) expect(answer.ended.list[index]?.id).toBe(call.id);
    else expect(answer.ended.list[index]?.id).toMatch(/^call_/);
    expect(answer.ended.list[index]?.status).toBe(call.argsError === undefined ? "ok" : "invalid");
  }
  expect(answer.raw ?? null).toBe(wanted.finishReason === "" ? null : wanted.finishReason);
  expect(answer.finish).toBe(finishFor(recording));
  expect(answer.model ?? "").toBe(wanted.model ?? "");
  expect(answer.id ?? "").toBe(wanted.responseId ?? "");
  agreeOnUsage(answer.usage, wanted.usage, cacheCountedApart.has(recording.id));
}

function finishFor({ expect: { toolCalls, finishReason } }: Recording): string {
  if (finishReason === "length") return "length";
  return toolCalls.length > 0 ? "tool-calls" : "stop";
}

/** Independent of the codec: the totals as reported, but for reasoning that a service counts beside its output. */
function agreeOnUsage(usage: Usage | undefined, raw: Recording["expect"]["usage"], cacheApart: boolean): void {
  if (raw === null || typeof raw.prompt_tokens !== "number") {
    expect(usage).toBeUndefined();
    return;
  }
  const details = (name: string) => (raw[name] ?? {}) as Record<string, number | null>;
  const completion = Number(raw.completion_tokens ?? 0);
  const reported = details("completion_tokens_details").reasoning_tokens ?? raw.reasoning_tokens ?? undefined;
  const reasoning = Number(reported ?? 0);
  const beside =
    reasoning > completion || (reasoning > 0 && raw.total_tokens === raw.prompt_tokens + completion + reasoning);
  const cached =
    details("prompt_tokens_details").cached_tokens ??
    raw.prompt_cache_hit_tokens ??
    raw.cached_tokens ??
    raw.num_cached_tokens ??
    undefined;
  expect(usage?.input.total).toBe(raw.prompt_tokens + (cacheApart ? Number(cached) : 0));
  expect(usage?.input.cacheRead).toBe(cached);
  expect(usage?.output.total).toBe(
    raw.completion_tokens === undefined ? undefined : beside ? completion + reasoning : completion,
  );
  expect(usage?.output.reasoning).toBe(reported);
}

async function expectFailure(registry: Registry, recording: Recording): Promise<void> {
  const error: unknown = await read(registry, recording).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isGatewayError(error)) throw new Error(`Expected a GatewayError, not ${String(error)}`);
  const { message, malformed } = recording.expect.error ?? { message: null };
  expect(error.gateway).toBe(recording.id);
  if (malformed === true || recording.expect.shape === "other") expect(error.code).toBe("protocol");
  else expect(error.detail).toContain(message);
  if (recording.response.status >= 400) expect(error.status).toBe(recording.response.status);
}
