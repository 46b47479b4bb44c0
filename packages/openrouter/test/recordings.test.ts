import { createRegistry, isGatewayError, type Usage } from "@waygate/core";
import openrouter from "@waygate/openrouter";
import { type Recording, type ReplayServer, readRecordings, recordingsFolder, replay } from "@waygate/recordings";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, readAnswer } from "./answer.ts";

const folder = recordingsFolder();
const recordings = folder === undefined ? [] : readRecordings(folder, "openrouter");

/** Sizes of the pieces in which the bodies arrive: single bytes, odd sizes that cut characters and lines, and whole. */
const slicings = { "odd pieces": [1, 7, 2, 61, 3, 509, 5, 4093], whole: [Number.MAX_SAFE_INTEGER] };

/** What is told of an answer beside its content, and why. Whatever is not in this table has no notice. */
const notices: Readonly<Record<string, readonly string[]>> = {
  // The stream ends in [DONE] with two calls made, and without a finish reason.
  "03f68b53d75a1540": ["finish-reason-missing"],
  // The model stopped without a word, and billed its input.
  "2bcd427c0bab7d81": ["answer-empty"],
};

describe.skipIf(folder === undefined)("recorded exchanges (skipped where RECORDINGS is not there)", () => {
  it("are all there", () => {
    expect(recordings).toHaveLength(117);
    expect(recordings.filter((recording) => recording.streaming)).toHaveLength(33);
  });

  describe.each(Object.entries(slicings))("in %s", (_name, sizes) => {
    let server: ReplayServer;

    beforeAll(async () => {
      server = await replay(recordings, sizes);
    });
    afterAll(() => server.close());

    it.each(recordings.map((recording) => [recording.id, recording] as const))("%s", async (_title, recording) => {
      const asking = ask(`${server.address}/${recording.id}`, recording);
      if (recording.expect.ok) agree(await asking, recording);
      else await expectFailure(asking, recording);
    });
  });
});

async function ask(address: string, { request: { body } }: Recording): Promise<Answer> {
  await using registry = createRegistry({
    plugins: [openrouter],
    settings: { open_router: { api_url: address } },
    credentials: ({ credential }) => (credential.id === "api_key" ? "test-key" : undefined),
  });
  const names = (body?.tools ?? []).map((tool) => tool.function?.name).filter((name) => name !== undefined);
  const stream = registry.gateway("openrouter").stream({
    model: body?.model ?? "recorded",
    messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
    tools: names.map((name) => ({ name, description: "", parameters: { type: "object" } })),
    signal: new AbortController().signal,
  });
  return await readAnswer(stream);
}

function agree(answer: Answer, { id, response, expect: wanted }: Recording): void {
  expect(answer.text).toBe(wanted.text);
  expect(answer.reasoning).toBe(wanted.reasoning);
  expect(answer.ended.list.map(({ name }) => name)).toEqual(wanted.toolCalls.map(({ name }) => name));
  expect(answer.ended.list.map(({ value }) => value)).toEqual(wanted.toolCalls.map(({ args }) => args ?? undefined));
  expect(answer.ended.list.map((call) => call.id)).toEqual(wanted.toolCalls.map((call) => call.id));
  expect(answer.ended.list.every(({ status }) => status === "ok")).toBe(true);
  expect(answer.raw ?? null).toBe(wanted.finishReason);
  expect(answer.finish).toBe(
    wanted.finishReason === "length" ? "length" : wanted.toolCalls.length > 0 ? "tool-calls" : "stop",
  );
  expect(answer.model).toBe(wanted.model);
  expect(answer.id).toBe(wanted.responseId);
  expect(answer.upstream).toBe((wanted as { readonly provider?: string }).provider);
  expect(answer.notices).toEqual(notices[id] ?? []);
  expect(answer.state).toEqual(detailsOf(response.body));
  agreeOnUsage(answer, wanted.usage);
}

/** Independent of the codec: the totals and the bill as they were reported. */
function agreeOnUsage({ usage, cost }: Answer, raw: Recording["expect"]["usage"]): void {
  if (raw === null) {
    expect(usage).toBeUndefined();
    return;
  }
  const details = (name: string) => (raw[name] ?? {}) as Record<string, number | null>;
  const wanted: Usage = {
    input: {
      total: Number(raw.prompt_tokens),
      cacheRead: details("prompt_tokens_details").cached_tokens ?? undefined,
      cacheWrite: details("prompt_tokens_details").cache_write_tokens ?? undefined,
    },
    output: {
      total: Number(raw.completion_tokens),
      reasoning: details("completion_tokens_details").reasoning_tokens ?? undefined,
    },
  };
  expect({ ...usage, details: undefined }).toEqual(wanted);
  expect(cost).toEqual(raw.cost === undefined ? undefined : { amount: raw.cost, currency: "USD", source: "billed" });
}

/** The details of a body: as they are in a whole answer; of a stream, those of one kind and index joined. */
function detailsOf(body: string): unknown {
  const lists = messagesOf(body)
    .map(({ reasoning_details }) => reasoning_details)
    .filter((details) => Array.isArray(details));
  if (lists.length === 0) return undefined;
  const joined = new Map<string, Record<string, unknown>>();
  for (const detail of lists.flat() as Record<string, unknown>[]) {
    const key = body.trimStart().startsWith("{") ? `${joined.size}` : `${detail.type} ${detail.index}`;
    const before = joined.get(key);
    const texts = ["text", "summary"].filter((name) => typeof before?.[name] === "string" && name in detail);
    const sums = texts.map((name) => [name, `${before?.[name]}${detail[name]}`]);
    joined.set(key, { ...before, ...detail, ...Object.fromEntries(sums) });
  }
  return [...joined.values()];
}

function messagesOf(body: string): Record<string, unknown>[] {
  const chunks = body.trimStart().startsWith("{")
    ? [JSON.parse(body)]
    : body.split("\n").flatMap((line) => (line.startsWith("data: {") ? [JSON.parse(line.slice(6))] : []));
  return chunks.flatMap(({ choices = [] }) =>
    choices.map((choice: Record<string, unknown>) => choice.delta ?? choice.message),
  );
}

async function expectFailure(asking: Promise<Answer>, { response, expect: wanted }: Recording): Promise<void> {
  const error: unknown = await asking.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isGatewayError(error)) throw new Error(`Expected a GatewayError, not ${String(error)}`);
  expect(error.detail).toContain(wanted.error?.message);
  if (response.status >= 400) expect(error.status).toBe(response.status);
}
