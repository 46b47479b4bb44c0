import { isGatewayError, type ModelRequest } from "@waygate/core";
import type { ChatDialect } from "@waygate/openai-chat";
import { describe, expect, it } from "vitest";
import { collect, listen, readBody, request, sendAnswer, service } from "./service.ts";

type Body = Record<string, unknown>;

interface Outcome {
  /** The bodies that the service received, in order. */
  readonly bodies: Body[];
  readonly notices: string[];
  readonly error: unknown;
}

/** Asks twice a service that refuses bodies; a refusal is a status and its words. */
async function askTwice(
  refusal: (body: Body) => [status: number, body: unknown] | undefined,
  more: Partial<ModelRequest> = {},
  plain: Partial<ChatDialect> = {},
): Promise<Outcome> {
  const outcome: { bodies: Body[]; notices: string[]; error: unknown } = { bodies: [], notices: [], error: undefined };
  await using server = await listen(async (incoming, response) => {
    const body = JSON.parse(await readBody(incoming)) as Body;
    outcome.bodies.push(body);
    const [status, words] = refusal(body) ?? [200];
    if (status === 200) sendAnswer(response);
    else response.writeHead(status).end(JSON.stringify(words));
  });
  const chat = service(server.origin, { plain });
  try {
    for (let round = 0; round < 2; round++) {
      const events = await collect(chat.stream(request(more)));
      outcome.notices.push(...events.flatMap((event) => (event.type === "notice" ? [event.message] : [])));
    }
  } catch (error) {
    outcome.error = error;
  }
  await chat.close();
  return outcome;
}

const openai = (message: string, param: string | null = null): [number, unknown] => [
  400,
  { error: { message, type: "invalid_request_error", param, code: "unsupported_parameter" } },
];

describe("a parameter that a service refuses", () => {
  it("is renamed where the service says the other name, and stays so", async () => {
    const words =
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
    const { bodies, notices, error } = await askTwice(
      (body) => ("max_tokens" in body ? openai(words, "max_tokens") : undefined),
      { maxOutputTokens: 50 },
      { maxTokensParameter: "max_tokens" },
    );
    expect(error).toBeUndefined();
    expect(bodies.map((body) => [body.max_tokens, body.max_completion_tokens])).toEqual([
      [50, undefined],
      [undefined, 50],
      [undefined, 50],
    ]);
    expect(notices).toEqual([
      'test:m does not take the request as it was: "max_tokens" was sent as "max_completion_tokens".',
    ]);
  });

  it.each([
    [
      "stream_options",
      [
        422,
        {
          detail: [{ type: "extra_forbidden", loc: ["body", "stream_options"], msg: "Extra inputs are not permitted" }],
        },
      ],
      {},
    ],
    ["stream_options", [400, { error: { message: "property 'stream_options' is unsupported" } }], {}],
    [
      "parallel_tool_calls",
      [400, { error: { message: "Unrecognized request argument supplied: parallel_tool_calls" } }],
      { parallelToolCalls: true },
    ],
    [
      "prompt_cache_key",
      [400, { message: "unknown field `prompt_cache_key`, expected one of `model`, `messages`" }],
      { sessionId: "s" },
    ],
    [
      "reasoning_effort",
      openai("Unsupported parameter: 'reasoning_effort' is not supported with this model."),
      { reasoning: { effort: "low" } },
    ],
    [
      "temperature",
      openai("Unsupported value: 'temperature' does not support 0.2 with this model.", "temperature"),
      { temperature: 0.2 },
    ],
    [
      "stop",
      openai("Unsupported parameter: 'stop' is not supported with this model.", "stop"),
      { stopSequences: ["END"] },
    ],
  ] as const)("%s is left out, once learnt", async (field, refusal, more) => {
    const tools = [{ name: "f", description: "", parameters: { type: "object" } }];
    const { bodies, notices, error } = await askTwice(
      (body) => (field in body ? (refusal as [number, unknown]) : undefined),
      { tools, ...(more as Partial<ModelRequest>) },
      { promptCacheKey: true },
    );
    expect(error).toBeUndefined();
    expect(bodies.map((body) => field in body)).toEqual([true, false, false]);
    expect(notices).toEqual([`test:m does not take the request as it was: "${field}" was left out.`]);
  });

  it("may be several, one after another", async () => {
    const { bodies, notices, error } = await askTwice(
      (body) => {
        const field = ["stream_options", "temperature", "top_p"].find((name) => name in body);
        return field === undefined ? undefined : [400, { error: { message: `${field}: unknown parameter` } }];
      },
      { temperature: 0.1, topP: 0.2 },
    );
    expect(error).toBeUndefined();
    expect(bodies).toHaveLength(5);
    expect(notices).toEqual([
      'test:m does not take the request as it was: "stream_options" was left out, "temperature" was left out, "top_p" was left out.',
    ]);
  });

  it("is the system's role, which the user then takes", async () => {
    const { bodies, error } = await askTwice(
      ({ messages }) =>
        JSON.stringify(messages).includes('"system"')
          ? openai(
              "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
              "messages[0].role",
            )
          : undefined,
      { messages: [{ role: "system", content: [{ type: "text", text: "Be brief." }] }] },
    );
    expect(error).toBeUndefined();
    expect(bodies.map(({ messages }) => messages)).toEqual([
      [{ role: "system", content: "Be brief." }],
      [{ role: "user", content: "Be brief." }],
      [{ role: "user", content: "Be brief." }],
    ]);
  });
});

describe("a refusal is an error, and the request sent once,", () => {
  it.each([
    [
      "where its words are about a value",
      openai("Invalid value for 'temperature': must be at most 2.", "temperature"),
      { temperature: 9 },
    ],
    ["where it names nothing that was sent", openai("Unsupported parameter: 'top_k'"), {}],
    [
      "where what it names changes the answer",
      openai("Unsupported parameter: 'response_format' is not supported"),
      { responseFormat: { type: "json" } },
    ],
    ["where it has another status", [403, { error: { message: "temperature is not supported" } }], { temperature: 1 }],
  ] as const)("%s", async (_title, refusal, more) => {
    const { bodies, error } = await askTwice(() => refusal as [number, unknown], more as Partial<ModelRequest>);
    expect(bodies).toHaveLength(1);
    expect(isGatewayError(error)).toBe(true);
  });

  it("or as often as there is something new to learn, where both names of the limit are refused", async () => {
    const { bodies, error } = await askTwice(
      () => openai("max_tokens and max_completion_tokens are both unsupported"),
      { maxOutputTokens: 5 },
    );
    expect(bodies.map((body) => [body.max_tokens, body.max_completion_tokens])).toEqual([
      [undefined, 5],
      [5, undefined],
      [undefined, 5],
    ]);
    expect(isGatewayError(error)).toBe(true);
  });
});

it("what one model refuses, another is still asked with", async () => {
  const asked: [unknown, boolean][] = [];
  await using server = await listen(async (incoming, response) => {
    const body = JSON.parse(await readBody(incoming)) as Body;
    asked.push([body.model, "stream_options" in body]);
    if (body.model === "old" && "stream_options" in body) {
      response.writeHead(400).end('{"error":{"message":"unknown parameter: stream_options"}}');
    } else sendAnswer(response);
  });
  const chat = service(server.origin);
  for (const model of ["old", "new", "old"]) await collect(chat.stream(request({ model })));
  await chat.close();
  expect(asked).toEqual([
    ["old", true],
    ["old", false],
    ["new", true],
    ["old", false],
  ]);
});
