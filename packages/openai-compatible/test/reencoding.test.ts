import type { JsonObject } from "@waygate/core";
import { dialects } from "@waygate/openai-compatible";
import { readRecordings, recordingsFolder } from "@waygate/recordings";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Decoded, decodeRequest, Inexpressible } from "./decode-request.ts";
import { dialectFor, serviceOf } from "./recorded-services.ts";
import { openRegistry, startService, type TestService } from "./service.ts";

const folder = recordingsFolder();
const recordings = folder === undefined ? [] : readRecordings(folder, "openai-compatible");
const asked = recordings.filter(({ request }) => request.body !== null);

/** Why a body differs from the recorded one. The programs that were recorded chose otherwise; the services take both. */
const reasons = {
  streamed: "Every answer is streamed.",
  "usage asked for": "Usage is always asked for where the service knows the question.",
  "max_tokens as max_completion_tokens": "The service takes both names; the dialect has one.",
  "max_completion_tokens as max_tokens": "The service takes both names; the dialect has one.",
  "no nulls": "A parameter that is null is one that is not there.",
  "no strict tools": "Whether a tool's schema is strict is not part of a request to Waygate.",
  "the type of tools": "Mistral lets it be left out; it is always sent.",
  "the type of tool_choice": "Hugging Face lets it be left out; it is always sent.",
  "tool_choice any as required": "Mistral takes OpenAI's word as well as its own.",
  "a name for the schema": "Perplexity lets it be left out; it is always sent.",
  "null for no text": "An answer without text has null, where others have an empty text or nothing.",
  "no blank text": "Text of white space is left out: several services reject it.",
  "no empty answers": "An answer without anything in it is left out.",
  "a single text as text": "A list of one text is sent as that text.",
  "an answer's texts as one": "The texts of an answer are sent as one.",
  "no detail of images": "The detail of an image is not part of a request to Waygate.",
  "no index of calls": "The index of a call belongs to streams; Mistral passes over it.",
  "no prefix": "Mistral's prefix is false where it is left out.",
  "no reasoning back": "It is sent back only where the dialect, or interleaved_reasoning, says so.",
  "empty reasoning back beside calls": "DeepSeek's thinking models demand the field; its others pass over it.",
  "reasoning back as reasoning alone": "The recorded program sent it under two names; the service reads one.",
  "reasoning back as reasoning_content alone": "The recorded program sent it under two names; the service reads one.",
  "thinking beside reasoning_effort": "Who asks for an effort is sure to want thoughts.",
  "chat_template_kwargs beside reasoning_effort": "Who asks for an effort is sure to want thoughts.",
} as const;

type Difference = keyof typeof reasons;

/**
 * The differences that there are in each service's recordings, but for `streamed`, which nearly all have. A service that
 * is not named has none.
 */
const explained: Readonly<Record<string, readonly Difference[]>> = {
  avian: ["max_tokens as max_completion_tokens", "no blank text", "no reasoning back", "no strict tools"],
  "azure-ai": ["null for no text"],
  "azure-openai": ["no strict tools", "null for no text", "usage asked for"],
  deepseek: [
    "empty reasoning back beside calls",
    "no strict tools",
    "null for no text",
    "thinking beside reasoning_effort",
    "usage asked for",
  ],
  gpustack: [
    "chat_template_kwargs beside reasoning_effort",
    "null for no text",
    "reasoning back as reasoning_content alone",
  ],
  groq: [
    "max_tokens as max_completion_tokens",
    "no detail of images",
    "no strict tools",
    "null for no text",
    "usage asked for",
  ],
  huggingface: ["no nulls", "no strict tools", "null for no text", "the type of tool_choice", "usage asked for"],
  "llama-cpp": [
    "chat_template_kwargs beside reasoning_effort",
    "max_completion_tokens as max_tokens",
    "no strict tools",
  ],
  mistral: [
    "a single text as text",
    "an answer's texts as one",
    "no index of calls",
    "no nulls",
    "no prefix",
    "null for no text",
    "the type of tools",
    "tool_choice any as required",
  ],
  ollama: ["no detail of images", "null for no text", "reasoning back as reasoning alone"],
  "ollama-cloud": ["null for no text", "reasoning back as reasoning alone"],
  openai: [
    "a single text as text",
    "max_tokens as max_completion_tokens",
    "no empty answers",
    "no strict tools",
    "null for no text",
    "usage asked for",
  ],
  perplexity: ["a name for the schema"],
  together: ["no nulls"],
  xai: ["max_tokens as max_completion_tokens", "no reasoning back", "no strict tools", "null for no text"],
  zai: ["no strict tools", "thinking beside reasoning_effort"],
};

/** What no request to Waygate can say, and how often it is in the recordings. */
const unsaid = {
  "openai: a part with file, type": 1,
};

describe.skipIf(folder === undefined)("recorded requests, said again (skipped where RECORDINGS is not there)", () => {
  let service: TestService;
  const found: Record<string, Set<string>> = {};
  const inexpressible: Record<string, number> = {};

  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service[Symbol.asyncDispose]());

  it.each(asked.map((recording) => [`${recording.gateway} ${recording.id}`, recording] as const))(
    "%s",
    async (_title, { gateway, request }) => {
      const dialect = dialectFor(gateway);
      try {
        const decoded = decodeRequest(request.body as JsonObject, dialects[dialect], "my-gw.2");
        expect(await send(service, dialect, decoded)).toEqual(decoded.expected);
        const differences = found[serviceOf(gateway)] ?? new Set();
        for (const difference of decoded.differences) differences.add(difference);
        found[serviceOf(gateway)] = differences;
      } catch (error) {
        if (!(error instanceof Inexpressible)) throw error;
        const what = `${serviceOf(gateway)}: ${error.message}`;
        inexpressible[what] = (inexpressible[what] ?? 0) + 1;
      }
    },
  );

  it("differ in nothing but what is explained", () => {
    const differences = Object.entries(found).flatMap(([name, all]) => {
      const rest = [...all].filter((difference) => difference !== "streamed").sort();
      return rest.length === 0 ? [] : [[name, rest] as const];
    });
    expect(Object.fromEntries(differences)).toEqual(explained);
    expect(new Set(Object.values(found).flatMap((all) => [...all]))).toEqual(new Set(Object.keys(reasons)));
    expect(inexpressible).toEqual(unsaid);
    expect(asked).toHaveLength(484);
  });
});

async function send(service: TestService, dialect: string, { request }: Decoded): Promise<unknown> {
  const models = [{ name: request.model, capabilities: { images: true } }];
  const { registry } = openRegistry({ api_url: `${service.origin}/v1`, dialect, available_models: models });
  await using _ = registry;
  const { signal } = new AbortController();
  for await (const _ of registry.gateway("my-gw.2").stream({ ...request, signal }));
  return service.received.at(-1)?.body;
}
