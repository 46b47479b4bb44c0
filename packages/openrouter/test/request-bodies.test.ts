import { createRegistry } from "@waygate/core";
import openrouter from "@waygate/openrouter";
import { type ReplayServer, readRecordings, recordingsFolder, replay } from "@waygate/recordings";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readAnswer } from "./answer.ts";
import { decodeRequest, type WireBody, type WireMessage } from "./decode-request.ts";

/** How what is sent here differs from what another program sent, on purpose. */
interface Difference {
  readonly what: string;
  /** In how many recordings. A number that is no longer true means that something else has changed. */
  readonly recordings: number;
  /** The body as it would have been without this difference. */
  readonly apply: (body: WireBody, upstream: string | undefined) => WireBody;
}

const differences: readonly Difference[] = [
  {
    what: "answers are always streamed",
    recordings: 84,
    apply: (body) => ({ ...body, stream: true }),
  },
  {
    what: "`stream_options` has no effect any more, and is not sent",
    recordings: 32,
    apply: ({ stream_options: _, ...body }) => body as WireBody,
  },
  {
    what: "usage is always asked for",
    recordings: 78,
    apply: (body) => ({ ...body, usage: { include: true } }),
  },
  {
    what: "the limit is sent as `max_tokens`, which more providers know, unless the list of models says otherwise",
    recordings: 7,
    apply: ({ max_completion_tokens: limit, ...body }) =>
      (limit === undefined ? body : { ...body, max_tokens: limit }) as WireBody,
  },
  {
    what: "instructions are sent as `system`, never as `developer`",
    recordings: 8,
    apply: (body) =>
      eachMessage(body, (message) => ({ ...message, role: message.role === "developer" ? "system" : message.role })),
  },
  {
    what: "a tool has no `strict` and no `eager_input_streaming`: a tool here has no such properties",
    recordings: 31,
    apply: (body) => (body.tools === undefined ? body : { ...body, tools: body.tools.map(plainTool) }),
  },
  {
    what: 'marks for the prompt cache are set by `cache: "auto"`, not one by one',
    recordings: 14,
    apply: (body) => JSON.parse(JSON.stringify(body, (key, value) => (key === "cache_control" ? undefined : value))),
  },
  {
    what: "content of one piece of text is sent as text, instructions always are",
    recordings: 6,
    apply: (body) => eachMessage(body, asText),
  },
  {
    what: "an answer that only calls tools has the content null, not an empty text or none",
    recordings: 23,
    apply: (body) =>
      eachMessage(body, (message) =>
        message.tool_calls === undefined || message.content ? message : { ...message, content: null },
      ),
  },
  {
    what: "an answer in which nothing was said or called is left out",
    recordings: 2,
    apply: (body) => {
      const messages = body.messages.filter(
        ({ role, content, tool_calls }) => role !== "assistant" || content || tool_calls,
      );
      return { ...body, messages };
    },
  },
  {
    what: "within a loop of tools, what Google has signed goes back to the same provider alone",
    recordings: 1,
    apply: (body, upstream) => {
      const details = body.messages.at(-2)?.reasoning_details ?? [];
      const signed = details.some(({ format }) => format === "google-gemini-v1");
      return signed && upstream === "Google AI Studio" ? { ...body, provider: { only: ["google-ai-studio"] } } : body;
    },
  },
];

const folder = recordingsFolder();
const recordings = folder === undefined ? [] : readRecordings(folder, "openrouter");
const withBody = recordings.filter(({ request }) => request.body !== null);

describe.skipIf(folder === undefined)("recorded request bodies (skipped where RECORDINGS is not there)", () => {
  let server: ReplayServer;
  beforeAll(async () => {
    server = await replay(recordings, [Number.MAX_SAFE_INTEGER]);
  });
  afterAll(() => server.close());

  it("are there for all but one", () => expect(withBody).toHaveLength(116));

  it.each(withBody.map((recording) => [recording.id, recording] as const))("%s", async (id, recording) => {
    const body = recording.request.body as unknown as WireBody;
    const upstream = upstreamOf(recording);
    await using registry = createRegistry({
      plugins: [openrouter],
      settings: { open_router: { api_url: `${server.address}/${id}` } },
      credentials: ({ credential }) => (credential.id === "api_key" ? "test-key" : undefined),
    });
    const request = { ...decodeRequest(body, upstream), signal: new AbortController().signal };
    // Some recorded answers are failures, which is another test's matter.
    await readAnswer(registry.gateway("openrouter").stream(request)).catch(() => undefined);
    const wanted = differences.reduce((changed, { apply }) => apply(changed, upstream), body);
    expect(server.requestOf(id)).toEqual(wanted);
  });

  it.each(differences)("differ: $what", ({ apply, recordings: count }) => {
    const concerned = withBody.filter((recording) => {
      const body = recording.request.body as unknown as WireBody;
      return JSON.stringify(apply(body, upstreamOf(recording))) !== JSON.stringify(body);
    });
    expect(concerned).toHaveLength(count);
  });
});

function upstreamOf(recording: { readonly expect: object }): string | undefined {
  return (recording.expect as { readonly provider?: string }).provider;
}

function eachMessage(body: WireBody, change: (message: WireMessage) => WireMessage): WireBody {
  return { ...body, messages: body.messages.map(change) };
}

function asText(message: WireMessage): WireMessage {
  const { content } = message;
  if (!Array.isArray(content) || !content.every(({ type }) => type === "text")) return message;
  if (message.role !== "system" && content.length > 1) return message;
  return { ...message, content: content.map(({ text }) => text).join("\n\n") };
}

function plainTool(tool: NonNullable<WireBody["tools"]>[number]): NonNullable<WireBody["tools"]>[number] {
  if (tool.function === undefined) return tool;
  const { name, description, parameters } = tool.function;
  return JSON.parse(JSON.stringify({ type: tool.type, function: { name, description, parameters } }));
}
