import { createRegistry, type ModelEvent, type Registry, type Usage } from "@waygate/core";
import {
  EndedCalls,
  type Recording,
  type ReplayServer,
  readRecordings,
  recordingsFolder,
  replay,
} from "@waygate/recordings";
import vercelAiGateway from "@waygate/vercel-ai-gateway";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** What an answer comes to when its events are put together. */
interface Answer {
  text: string;
  reasoning: string;
  readonly ended: EndedCalls;
  details: unknown[];
  finish: string | undefined;
  raw: string | undefined;
  usage: Usage | undefined;
  cost: unknown;
  id: string | undefined;
  model: string | undefined;
  upstream: unknown;
  notices: string[];
}

const folder = recordingsFolder();
const recordings = folder === undefined ? [] : readRecordings(folder, "vercel");

/** Sizes of the pieces in which the bodies arrive: single bytes, odd sizes that cut characters and lines. */
const ways = [
  { name: "in odd pieces", sizes: [1, 7, 2, 61, 3, 509, 5, 4093] },
  { name: "whole", sizes: [Number.MAX_SAFE_INTEGER] },
];

describe.skipIf(folder === undefined)("recorded exchanges (skipped where RECORDINGS is not there)", () => {
  it("are all there", () => {
    expect(recordings).toHaveLength(33);
    expect(recordings.filter((recording) => recording.streaming)).toHaveLength(14);
    expect(recordings.every((recording) => recording.expect.ok)).toBe(true);
  });

  describe.each(ways)("$name", ({ sizes }) => {
    let server: ReplayServer;
    beforeAll(async () => {
      server = await replay(recordings, sizes);
    });
    afterAll(() => server.close());

    it.each(recordings.map((recording) => [`${recording.request.body?.model} ${recording.id}`, recording] as const))(
      "%s",
      async (_title, recording) => {
        await using registry = createRegistry({
          plugins: [vercelAiGateway],
          settings: { vercel_ai_gateway: { api_url: `${server.address}/${recording.id}` } },
          credentials: ({ credential }) => (credential.id === "api_key" ? "vck_test" : undefined),
        });
        agree(await read(registry, recording), recording);
      },
    );
  });
});

async function read(registry: Registry, { request }: Recording): Promise<Answer> {
  const names = (request.body?.tools ?? []).map((tool) => tool.function?.name).filter((name) => name !== undefined);
  const stream = registry.gateway("vercel_ai_gateway").stream({
    model: request.body?.model ?? "",
    messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
    tools: names.map((name) => ({ name, description: "", parameters: { type: "object" } })),
    signal: new AbortController().signal,
  });
  const answer: Answer = {
    text: "",
    reasoning: "",
    ended: new EndedCalls(),
    details: [],
    finish: undefined,
    raw: undefined,
    usage: undefined,
    cost: undefined,
    id: undefined,
    model: undefined,
    upstream: undefined,
    notices: [],
  };
  for await (const batch of stream) for (const event of batch) add(answer, event);
  return answer;
}

function add(answer: Answer, event: ModelEvent): void {
  if ("upstream" in event) answer.upstream ??= event.upstream;
  if (event.type === "text-delta") answer.text += event.text;
  if (event.type === "reasoning-delta") answer.reasoning += event.text;
  if (event.type === "reasoning-end" && Array.isArray(event.state)) answer.details.push(...event.state);
  if (event.type === "usage") Object.assign(answer, { usage: event.usage, cost: event.cost });
  if (event.type === "notice") answer.notices.push(event.code);
  if (event.type === "response-start") Object.assign(answer, { id: event.id, model: event.model });
  if (event.type === "finish") Object.assign(answer, { finish: event.reason, raw: event.raw });
  answer.ended.add(event);
}

function agree(answer: Answer, { expect: wanted, response }: Recording): void {
  expect(answer.text).toBe(wanted.text);
  expect(answer.reasoning).toBe(wanted.reasoning);
  expect(answer.ended.list.map(({ raw: _, ...call }) => call)).toEqual(
    wanted.toolCalls.map(({ id, name, args }) => ({ id, name, value: args, status: "ok" })),
  );
  expect(answer.raw).toBe(wanted.finishReason);
  expect(answer.finish).toBe(wanted.toolCalls.length > 0 ? "tool-calls" : "stop");
  expect(answer.model).toBe(wanted.model);
  expect(answer.id).toBe(wanted.responseId);
  expect(answer.id).toMatch(/^gen_/);
  expect(answer.notices).toEqual([]);
  agreeOnUsage(answer, wanted.usage, response.body);
  // Read off the raw bytes, independently of how the answer was put together.
  expect(answer.upstream).toBe(/"finalProvider":"([^"]+)"/.exec(response.body)?.[1]);
  expect(answer.details.map((detail) => (detail as { format: string }).format)).toEqual(
    [...response.body.matchAll(/"format":"([^"]+)"/g)].map(([, format]) => format),
  );
}

/**
 * The totals are as they are reported, but for the answers of Google's models that thought: their reasoning is counted
 * beside the completion (8 of the 33), which the upstream's own counts in the answer confirm. As the output's total
 * covers its parts here, the reasoning is added to it.
 */
function agreeOnUsage({ usage, cost }: Answer, raw: Recording["expect"]["usage"], body: string): void {
  const completion = Number(raw?.completion_tokens);
  const details = (name: string) => (raw?.[name] ?? {}) as Record<string, number>;
  const reported = details("completion_tokens_details").reasoning_tokens;
  const reasoning = reported ?? 0;
  const thoughts = Number(/"thoughtsTokenCount":(\d+)/.exec(body)?.[1] ?? 0);
  const beside = thoughts > 0;
  if (beside) expect(reasoning).toBe(thoughts);
  expect({ ...usage, details: undefined }).toEqual({
    input: {
      total: raw?.prompt_tokens,
      cacheRead: details("prompt_tokens_details").cached_tokens,
      cacheWrite: raw?.cache_creation_input_tokens,
    },
    output: { total: beside ? completion + reasoning : completion, reasoning: reported },
  });
  expect(cost).toEqual({ amount: raw?.cost, currency: "USD", source: "billed" });
}
