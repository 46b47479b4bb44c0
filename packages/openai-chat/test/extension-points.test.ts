import { type AssistantMessage, isGatewayError, type JsonObject, type JsonValue, type ModelEvent } from "@waygate/core";
import { type ChatDialect, type ChatServiceOptions, keptDetails, plainDialect } from "@waygate/openai-chat";
import type { FailedAnswer } from "@waygate/plugin-kit";
import { describe, expect, it } from "vitest";
import { collect, listen, readBody, request, sendAnswer, service } from "./service.ts";

type Options = Partial<ChatServiceOptions> & { readonly plain?: Partial<ChatDialect> };

/** What a service answers to `chunks`, one after another as a stream. */
async function eventsOf(chunks: readonly object[], plain: Partial<ChatDialect>): Promise<ModelEvent[]> {
  await using server = await listen((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(
      chunks
        .map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`)
        .join("")
        .concat("data: [DONE]\n\n"),
    );
  });
  const chat = service(server.origin, { plain });
  const events = await collect(chat.stream(request()));
  await chat.close();
  return events;
}

async function wholeEvents(answer: object, plain: Partial<ChatDialect>): Promise<ModelEvent[]> {
  await using server = await listen((_request, response) => void response.end(JSON.stringify(answer)));
  const chat = service(server.origin, { plain });
  const events = await collect(chat.stream(request()));
  await chat.close();
  return events;
}

const delta = (fields: object, finish: string | null = null) => ({
  id: "1",
  model: "answered",
  choices: [{ index: 0, delta: fields, finish_reason: finish }],
});
const stateIn = (events: readonly ModelEvent[]) =>
  events.findLast((event) => event.type === "reasoning-end" && event.state !== undefined) as
    | { readonly state: JsonValue }
    | undefined;

describe("details of reasoning", () => {
  const plain = { reasoningReplay: "reasoning_details" } as const;

  it("are joined by index, those of another id left apart", async () => {
    const pieces = [
      { type: "reasoning.summary", summary: "One ", index: 0 },
      { type: "reasoning.summary", summary: "two.", index: 0 },
      { type: "reasoning.encrypted", data: "AA==", id: "rs_1", index: 0 },
      { type: "reasoning.encrypted", data: "BB==", id: "rs_2", index: 0 },
      { type: "reasoning.text", text: "three", id: "t", format: null },
      { type: "reasoning.text", text: " four", id: "t", signature: "s", format: null },
    ];
    const chunks = pieces.map((piece) => delta({ reasoning_details: [piece] }));
    const events = await eventsOf([...chunks, delta({ content: "Hi" }, "stop")], plain);
    expect(stateIn(events)?.state).toEqual([
      { type: "reasoning.summary", summary: "One two.", index: 0 },
      { type: "reasoning.encrypted", data: "AA==", id: "rs_1", index: 0 },
      { type: "reasoning.encrypted", data: "BB==", id: "rs_2", index: 0 },
      { type: "reasoning.text", text: "three four", id: "t", format: null, signature: "s" },
    ]);
  });

  it("of a whole answer are kept as they are", async () => {
    const reasoning_details = [
      { type: "reasoning.encrypted", data: "AA==", index: 0 },
      { type: "reasoning.encrypted", data: "BB==", index: 0 },
    ];
    const message = { role: "assistant", content: "Hi", reasoning_details };
    const events = await wholeEvents({ id: "1", choices: [{ index: 0, message, finish_reason: "stop" }] }, plain);
    expect(stateIn(events)?.state).toEqual(reasoning_details);
  });

  it("of which there are none are kept as none", async () => {
    const events = await eventsOf([delta({ reasoning_details: [] }), delta({ content: "Hi" }, "stop")], plain);
    expect(stateIn(events)?.state).toEqual([]);
    expect(stateIn(await eventsOf([delta({ content: "Hi" }, "stop")], plain))).toBeUndefined();
  });

  it("are kept with the model that gave them, where that is wanted", async () => {
    const detail = { type: "reasoning.text", text: "Hm.", index: 0 };
    const chunks = [delta({ reasoning_details: [detail] }), delta({ content: "Hi" }, "stop")];
    const kept = await eventsOf(chunks, { ...plain, reasoningKeepsModel: true });
    expect(stateIn(kept)?.state).toEqual({ model: "answered", reasoning_details: [detail] });
    expect(keptDetails(stateIn(kept)?.state)).toEqual([detail]);
    expect(keptDetails(stateIn(await eventsOf(chunks, plain))?.state)).toEqual([detail]);
    expect(keptDetails({ other: [] })).toBeUndefined();
  });

  it.each<[string, JsonValue, JsonValue | undefined]>([
    ["as a list", [{ type: "a" }], [{ type: "a" }]],
    ["with their model", { model: "m", reasoning_details: [{ type: "a" }] }, [{ type: "a" }]],
    ["as an empty list", [], []],
    ["of another kind", { other: 1 }, undefined],
  ])("are sent back where they were kept %s", async (_title, data, sent) => {
    const said: AssistantMessage = {
      role: "assistant",
      content: [
        { type: "text", text: "Hi" },
        { type: "reasoning", text: "", state: { origin: { gateway: "test", model: "m" }, data } },
      ],
    };
    const { messages } = await bodyOf({ plain }, { messages: [said] });
    const [message] = messages as unknown as readonly JsonObject[];
    expect(message?.reasoning_details).toEqual(sent);
  });
});

async function bodyOf(options: Options, more: Parameters<typeof request>[0] = {}): Promise<JsonObject> {
  let body = "";
  await using server = await listen(async (incoming, response) => {
    body = await readBody(incoming);
    sendAnswer(response);
  });
  const chat = service(server.origin, options);
  await collect(chat.stream(request(more)));
  await chat.close();
  return JSON.parse(body);
}

describe("a dialect", () => {
  it("adds fields to the body that it is shown", async () => {
    const extraBody: ChatDialect["extraBody"] = ({ model }, body) => ({ model: `${model}!`, seen: Object.keys(body) });
    expect(await bodyOf({ plain: { extraBody } })).toMatchObject({
      model: "m!",
      seen: ["model", "messages", "stream", "stream_options"],
    });
  });

  it("says how a file is sent, or leaves it to the codec", async () => {
    const file = (mediaType: string) =>
      ({ type: "file", mediaType, name: "f", source: { type: "url", url: "https://h/f" } }) as const;
    const filePart: ChatDialect["filePart"] = ({ mediaType }) =>
      mediaType === "video/mp4" ? { type: "video" } : undefined;
    const messages = [{ role: "user", content: [file("video/mp4"), file("application/pdf")] }] as const;
    const body = await bodyOf({ plain: { filePart } }, { messages });
    expect(body.messages).toEqual([
      {
        role: "user",
        content: [{ type: "video" }, { type: "file", file: { filename: "f", file_data: "https://h/f" } }],
      },
    ]);
  });
});

describe("the manner of one request", () => {
  it("has a dialect and headers of its own", async () => {
    let seen: { readonly body: string; readonly key: string | undefined } | undefined;
    await using server = await listen(async (incoming, response) => {
      seen = { body: await readBody(incoming), key: incoming.headers.authorization };
      sendAnswer(response);
    });
    const chat = service(server.origin);
    const manner = {
      dialect: { ...plainDialect, usageRequest: "none" },
      headers: () => Promise.resolve({ authorization: "Bearer other" }),
    } as const;
    await collect(chat.stream(request(), manner));
    expect(seen?.key).toBe("Bearer other");
    expect(seen?.body).not.toContain("stream_options");
    await collect(chat.stream(request()));
    expect(seen?.key).toBe("Bearer sk-test-key");
    expect(seen?.body).toContain("stream_options");
    await chat.close();
  });

  it("fails where its headers cannot be had, before anything is sent", async () => {
    let asked = 0;
    await using server = await listen((_request, response) => {
      asked++;
      sendAnswer(response);
    });
    const chat = service(server.origin);
    const headers = () => Promise.reject(new Error("no key"));
    await expect(collect(chat.stream(request(), { headers }))).rejects.toThrow("no key");
    expect(asked).toBe(0);
    await chat.close();
  });
});

describe("a service's own reading of its failures", () => {
  async function failure(options: Options, status: number, body: string, headers = {}) {
    await using server = await listen((_request, response) => {
      response.writeHead(status, headers).end(body);
    });
    const chat = service(server.origin, options);
    const error: unknown = await collect(chat.stream(request())).catch((reason) => reason);
    await chat.close();
    if (!isGatewayError(error)) throw new Error(`Expected a GatewayError, not ${String(error)}`);
    return error;
  }

  it("is handed the answer as it is understood without it, and wins", async () => {
    let seen: FailedAnswer | undefined;
    const readFailure = (failed: FailedAnswer) => {
      seen = failed;
      return {
        code: "content-filter",
        detail: "Other words with sk-test-key",
        upstream: "Behind",
        remedy: "Do this.",
        retryable: true,
        retryAfterMs: 5,
      } as const;
    };
    const error = await failure({ readFailure }, 400, '{"error":{"message":"Words"}}');
    expect(seen).toEqual({
      status: 400,
      body: { error: { message: "Words" } },
      code: "invalid-request",
      detail: "Words",
      upstream: undefined,
    });
    expect(error).toMatchObject({
      code: "content-filter",
      detail: "Other words with ***",
      upstream: "Behind",
      retryable: true,
      retryAfterMs: 5,
    });
    expect(error.message).toBe('"Behind" behind gateway "test" answered 400: Other words with ***. Do this.');
  });

  it("may say nothing, and gives way to the wait that headers name", async () => {
    const silent = await failure({ readFailure: () => undefined }, 429, '{"error":{"message":"Slow"}}');
    expect(silent).toMatchObject({ code: "rate-limited", detail: "Slow", retryable: true });
    const headers = { "retry-after": "2" };
    const waiting = await failure({ readFailure: () => ({ retryAfterMs: 5 }) }, 429, "", headers);
    expect(waiting.retryAfterMs).toBe(2000);
  });

  it("is asked of errors in the middle of an answer, too, and of one beside the finish of a whole one", async () => {
    const readFailure = ({ detail }: FailedAnswer) => ({ detail: `${detail}!` });
    const stream = await failure({ readFailure }, 200, `data: ${JSON.stringify({ error: { message: "Broke" } })}\n\n`);
    expect(stream.detail).toBe("Broke!");
    const choice = {
      index: 0,
      message: { content: "Hel" },
      finish_reason: "error",
      error: { message: "Broke", code: 502 },
    };
    const whole = await failure({ readFailure }, 200, JSON.stringify({ id: "1", choices: [choice] }));
    expect(whole).toMatchObject({ detail: "Broke!", status: 502, code: "server-error" });
  });

  it("never shows any of several keys", async () => {
    const secret = () => Promise.resolve(["sk-one", "", "sk-two"]);
    const error = await failure({ secret }, 401, '{"error":{"message":"sk-one and sk-two"}}');
    expect(error.detail).toBe("*** and ***");
  });
});
