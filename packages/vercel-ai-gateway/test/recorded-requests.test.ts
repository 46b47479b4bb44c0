import { isDeepStrictEqual } from "node:util";
import { type AssistantMessage, createRegistry, type JsonObject, type Message, type ModelRequest } from "@waygate/core";
import { type Recording, type ReplayServer, readRecordings, recordingsFolder, replay } from "@waygate/recordings";
import vercelAiGateway, { type VercelAiGatewayOptions } from "@waygate/vercel-ai-gateway";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

interface WireCall {
  readonly id: string;
  readonly type: string;
  readonly function: { readonly name: string; readonly arguments: string };
  readonly cache_control?: JsonObject;
}

interface WireMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content?: string | null;
  readonly tool_calls?: readonly WireCall[];
  readonly tool_call_id?: string;
  readonly reasoning?: string;
  readonly reasoning_details?: readonly JsonObject[];
  readonly cache_control?: JsonObject;
}

interface WireTool {
  readonly type: string;
  readonly function: {
    readonly name: string;
    readonly description: string;
    readonly parameters: JsonObject;
    readonly strict?: boolean;
  };
}

interface WireBody {
  readonly model: string;
  readonly messages: readonly WireMessage[];
  readonly tools?: readonly WireTool[];
  readonly tool_choice?: "auto";
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly reasoning?: { readonly enabled: boolean };
  readonly stream?: boolean;
  readonly stream_options?: JsonObject;
}

const gateway = "vercel_ai_gateway";
const folder = recordingsFolder();
const recordings = folder === undefined ? [] : readRecordings(folder, "vercel");
const bodyOf = ({ request }: Recording) => request.body as unknown as WireBody;
const cases = recordings.map((recording) => [`${recording.request.body?.model} ${recording.id}`, recording] as const);

/**
 * What the recorded client wrote in another way. Everything else of the 33 bodies is reproduced, byte for byte in what
 * is told apart by bytes: texts, arguments, ids, reasoning details with their signatures.
 */
const otherwise: Readonly<Record<string, (body: WireBody) => WireBody>> = {
  // 19 were asked for in one piece; here every answer is streamed.
  "asks for a stream, with its usage": (body) => ({ ...body, stream: true, stream_options: { include_usage: true } }),
  // 27 say that tools need not be called strictly by their schema, which is what their absence says, too.
  "does not say that strict is false": (body) => ({
    ...body,
    ...(body.tools && {
      tools: body.tools.map(({ type, function: { strict: _, ...rest } }) => ({ type, function: rest })),
    }),
  }),
  // 13 leave the content out of an answer that only calls tools; OpenAI itself sends null.
  "says that a call has no text": (body) => ({
    ...body,
    messages: body.messages.map((message) =>
      message.role === "assistant" && message.content === undefined ? { ...message, content: null } : message,
    ),
  }),
  // 5 mark by hand what is to be cached; here the gateway itself is asked to, by `caching: "auto"`.
  "sets no marks for the cache": (body) => ({
    ...body,
    messages: body.messages.map(({ cache_control: _, tool_calls, ...message }) => ({
      ...message,
      ...(tool_calls && { tool_calls: tool_calls.map(({ cache_control: _, ...call }) => call) }),
    })),
  }),
};

describe.skipIf(folder === undefined)("recorded request bodies (skipped where RECORDINGS is not there)", () => {
  let server: ReplayServer;
  beforeAll(async () => {
    server = await replay(recordings, [Number.MAX_SAFE_INTEGER]);
  });
  afterAll(() => server.close());

  it.each([
    ["asks for a stream, with its usage", 19],
    ["does not say that strict is false", 27],
    ["says that a call has no text", 13],
    ["sets no marks for the cache", 5],
  ])("what %s differs in %i of them", (name, count) => {
    const differs = (body: WireBody) => !isDeepStrictEqual(otherwise[name]?.(body), body);
    expect(recordings.map(bodyOf).filter(differs)).toHaveLength(count);
  });

  it.each(cases)("%s is what the same request comes to here", async (_title, recording) => {
    const recorded = bodyOf(recording);
    await using registry = createRegistry({
      plugins: [vercelAiGateway],
      settings: {
        vercel_ai_gateway: {
          api_url: `${server.address}/${recording.id}`,
          // The recorded client sent reasoning of Claude back twice: as text, and in its details.
          model_settings: { "anthropic/*": { capabilities: { interleaved_reasoning: true } } },
        },
      },
      credentials: ({ credential }) => (credential.id === "api_key" ? "vck_test" : undefined),
    });
    const stream = registry.gateway(gateway).stream(requestOf(recorded));
    for await (const _ of stream);
    const wanted = Object.values(otherwise).reduce((body, rewrite) => rewrite(body), recorded);
    expect(server.requestOf(recording.id)).toEqual(wanted);
  });
});

/** The portable request that a recorded body stands for. */
function requestOf(body: WireBody): ModelRequest {
  const options: VercelAiGatewayOptions = body.reasoning === undefined ? {} : { reasoning: body.reasoning };
  return {
    model: body.model,
    messages: toMessages(body),
    tools: (body.tools ?? []).map(({ function: { name, description, parameters } }) => ({
      name,
      description,
      parameters,
    })),
    toolChoice: body.tool_choice,
    maxOutputTokens: body.max_tokens ?? body.max_completion_tokens,
    gatewayOptions: options,
    signal: new AbortController().signal,
  };
}

function toMessages({ messages, model }: WireBody): readonly Message[] {
  const names = new Map<string, string>();
  return messages.flatMap((message): Message[] => {
    const text = message.content ?? "";
    if (message.role === "system" || message.role === "user") {
      return [{ role: message.role, content: [{ type: "text", text }] }];
    }
    if (message.role === "assistant") {
      for (const call of message.tool_calls ?? []) names.set(call.id, call.function.name);
      return [toAnswer(message, model)];
    }
    const id = message.tool_call_id ?? "";
    const content = [{ type: "text", text }] as const;
    return [
      { role: "tool", content: [{ type: "tool-result", id, name: names.get(id) ?? "", content, isError: false }] },
    ];
  });
}

function toAnswer(message: WireMessage, model: string): AssistantMessage {
  const { reasoning = "", reasoning_details: details, content, tool_calls: calls = [] } = message;
  const state = details && { state: { origin: { gateway, model }, data: details } };
  return {
    role: "assistant",
    content: [
      ...(reasoning !== "" || details !== undefined ? [{ type: "reasoning", text: reasoning, ...state } as const] : []),
      ...(content ? [{ type: "text", text: content } as const] : []),
      ...calls.map(({ id, function: { name, arguments: text } }) => {
        return { type: "tool-call", id, name, arguments: text, status: "ok" } as const;
      }),
    ],
  };
}
