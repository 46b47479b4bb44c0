import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Message, ModelEvent } from "@waygate/core";
import { type ChatDialect, openChatService, plainDialect } from "@waygate/openai-chat";
import { describe, expect, it } from "vitest";

type Chunk = Readonly<Record<string, unknown>>;

const delta = (fields: object, more: object = {}): Chunk => ({ choices: [{ index: 0, delta: fields }], ...more });
const finished = (more: object = {}): Chunk => ({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }], ...more });

/** What a service that answers so comes to, and the body that it was sent. */
async function answer(
  chunks: readonly Chunk[] | Chunk,
  {
    dialect = {},
    messages,
    first = [{ id: "r", model: "m" }],
  }: { dialect?: Partial<ChatDialect>; messages?: readonly Message[]; first?: readonly Chunk[] } = {},
) {
  let body: Record<string, unknown> = {};
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const piece of request) text += piece;
    body = JSON.parse(text);
    if (Array.isArray(chunks)) {
      response.setHeader("content-type", "text/event-stream");
      for (const chunk of [...first, ...chunks]) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
      response.end("data: [DONE]\n\n");
    } else response.end(JSON.stringify({ id: "r", model: "m", ...chunks }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const service = openChatService({
    gateway: "test",
    address: `http://127.0.0.1:${port}`,
    headers: async () => ({}),
    secret: async () => undefined,
    keyHint: "",
    dialect: () => ({ ...plainDialect, ...dialect }),
  });
  const events: ModelEvent[] = [];
  try {
    const request = {
      model: "m",
      messages: messages ?? [{ role: "user" as const, content: [{ type: "text" as const, text: "Hi" }] }],
      tools: [{ kind: "service" as const, type: "browser_search", options: { depth: 2 } }],
      signal: new AbortController().signal,
    };
    for await (const batch of service.stream(request)) events.push(...batch);
  } finally {
    await service.close();
    server.close();
  }
  return { events: events.filter(({ type }) => type !== "response-start"), all: events, body };
}

const whole = (message: object, more: object = {}): Chunk => ({
  choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: "stop" }],
  ...more,
});
const text = (words: string): ModelEvent => ({ type: "text-delta", text: words });
const finish = { type: "finish", reason: "stop", raw: "stop" };

describe("sources", () => {
  const citation = (url: string, more: object = {}) => ({ type: "url_citation", url_citation: { url, ...more } });

  it.each([
    [
      "in a stream",
      [delta({ content: "Sunny." }), delta({ annotations: [citation("https://a.test", { title: "A" })] }), finished()],
    ],
    ["in a whole answer", whole({ content: "Sunny.", annotations: [citation("https://a.test", { title: "A" })] })],
  ])("of annotations belong to the text, %s", async (_how, chunks) => {
    expect((await answer(chunks as Chunk[])).events).toEqual([
      text("Sunny."),
      { type: "source", id: "source-1", kind: "url", url: "https://a.test", title: "A" },
      finish,
    ]);
  });

  it("are named once, however often they are sent", async () => {
    const { events } = await answer([
      delta({ content: "a", annotations: [citation("https://a.test"), citation("https://b.test", { content: "B" })] }),
      delta({ annotations: [citation("https://a.test")] }),
      finished(),
    ]);
    expect(events).toEqual([
      text("a"),
      { type: "source", id: "source-1", kind: "url", url: "https://a.test" },
      { type: "source", id: "source-2", kind: "url", url: "https://b.test", quote: "B" },
      finish,
    ]);
  });

  it("of a list of results belong to the whole answer", async () => {
    const list = {
      search_results: [{ title: "T", url: "https://p.test", snippet: "S" }],
      citations: ["https://p.test"],
    };
    const { events } = await answer([delta({ content: "a" }, list), finished(list)]);
    expect(events).toEqual([
      text("a"),
      { type: "source", id: "source-1", kind: "url", url: "https://p.test", title: "T", quote: "S", part: "message" },
      finish,
    ]);
    expect((await answer(whole({ content: "a" }, { citations: ["https://q.test"] }))).events).toEqual([
      text("a"),
      { type: "source", id: "source-1", kind: "url", url: "https://q.test", part: "message" },
      finish,
    ]);
  });

  it("of a file that was read are named by the file", async () => {
    const annotations = [{ type: "file", file: { name: "a.pdf", hash: "x", content: [] } }];
    expect((await answer(whole({ content: "a", annotations }))).events).toEqual([
      text("a"),
      { type: "source", id: "source-1", kind: "file", title: "a.pdf" },
      finish,
    ]);
  });
});

describe("tools that the service ran", () => {
  it("are calls with their results, and their sources", async () => {
    const tool = { index: 0, type: "browser_search", arguments: '{"q":"sun"}' };
    const output = {
      ...tool,
      output: "It shines.",
      search_results: { results: [{ url: "https://s.test", title: "S" }] },
    };
    const { events, body } = await answer([
      delta({ executed_tools: [tool] }),
      delta({ content: "Sunny.", executed_tools: [output] }),
      finished(),
    ]);
    expect(events).toEqual([
      text("Sunny."),
      { type: "tool-call-start", id: "executed-1", name: "browser_search", executor: "service" },
      { type: "tool-call-end", id: "executed-1", arguments: '{"q":"sun"}', complete: true },
      { type: "service-tool-result", id: "executed-1", content: [{ type: "text", text: "It shines." }] },
      {
        ...{ type: "source", id: "source-1", kind: "url", url: "https://s.test", title: "S" },
        ...{ toolCallId: "executed-1", part: "message" },
      },
      finish,
    ]);
    expect(body.tools).toEqual([{ type: "browser_search", depth: 2 }]);
  });
});

describe("media", () => {
  const image = { type: "image_url", image_url: { url: "data:image/webp;base64,AAAA" } };

  it.each([
    ["a stream", [delta({ images: [image] }), finished()]],
    ["a whole answer", whole({ content: "", images: [image] })],
  ])("of %s are images", async (_how, chunks) => {
    expect((await answer(chunks as Chunk[])).events).toEqual([
      { type: "media", id: "image-1", mediaType: "image/webp", source: { type: "base64", data: "AAAA" } },
      finish,
    ]);
  });

  it("are audio, put together from its pieces, and what it says", async () => {
    const { events } = await answer([
      delta({ audio: { id: "a", transcript: "Hello" } }),
      delta({ audio: { data: "AAA" } }),
      delta({ audio: { data: "B" } }),
      finished(),
    ]);
    expect(events).toEqual([
      text("Hello"),
      { type: "media", id: "audio-1", mediaType: "audio/wav", source: { type: "base64", data: "AAAB" } },
      finish,
    ]);
  });

  it("are not there where their fields are empty", async () => {
    const empty = { images: [], annotations: [], audio: { id: "", data: "", transcript: "" }, executed_tools: null };
    expect((await answer([delta({ content: "a", ...empty }), finished()])).events).toEqual([text("a"), finish]);
  });
});

describe("state of the text", () => {
  const extra = { google: { thought_signature: "sig" } };

  it("ends the text, and goes back with the message", async () => {
    const { events } = await answer([
      delta({ content: "Hi" }),
      delta({ content: "", extra_content: extra }),
      finished(),
    ]);
    expect(events).toEqual([text("Hi"), { type: "text-end", state: { extra_content: extra } }, finish]);
    const origin = { gateway: "test", model: "m" };
    const { body } = await answer([delta({ content: "a" }), finished()], {
      messages: [
        { role: "user", content: [{ type: "text", text: "Hi" }] },
        {
          role: "assistant",
          content: [{ type: "text", text: "Hi", state: { origin, data: { extra_content: extra } } }],
        },
        { role: "user", content: [{ type: "text", text: "And?" }] },
      ],
    });
    expect((body.messages as readonly unknown[])[1]).toEqual({
      role: "assistant",
      content: "Hi",
      extra_content: extra,
    });
  });
});

describe("readChunk of a dialect", () => {
  const readChunk: ChatDialect["readChunk"] = ({ thoughts, fault, trailer, note }) => ({
    reasoning: typeof thoughts === "string" ? thoughts : undefined,
    ...(fault !== undefined && { failure: { error: { message: String(fault), code: 429 } } }),
    ...(trailer !== undefined && { cost: { amount: Number(trailer), currency: "EUR", source: "billed" } }),
    ...(note !== undefined && { events: [{ type: "notice", code: "note", message: String(note) }] }),
  });

  it("reads reasoning under its own name, notices, and a cost that comes after the finish", async () => {
    const usage = { prompt_tokens: 3, completion_tokens: 2 };
    const { events } = await answer(
      [{ thoughts: "Hm." }, delta({ content: "a" }, { note: "Odd." }), finished({ usage }), { trailer: "0.5" }],
      { dialect: { readChunk } },
    );
    expect(events).toMatchObject([
      { type: "reasoning-delta", text: "Hm." },
      { type: "notice", code: "note" },
      { type: "reasoning-end" },
      text("a"),
      { type: "usage", cost: { amount: 0.5, currency: "EUR" } },
      finish,
    ]);
  });

  it("reads a cost that comes without usage", async () => {
    const { events } = await answer([delta({ content: "a" }), finished(), { trailer: "0.5" }], {
      dialect: { readChunk },
    });
    const cost = { amount: 0.5, currency: "EUR", source: "billed" };
    expect(events).toEqual([text("a"), { type: "usage", usage: { input: {}, output: {} }, cost }, finish]);
  });

  it("begins the answer if the service sends its own fields before it says who answers", async () => {
    const { all } = await answer([{ thoughts: "Hm." }, { id: "r", model: "m" }, delta({ content: "a" }), finished()], {
      dialect: { readChunk },
      first: [],
    });
    expect(all.map(({ type }) => type)).toEqual([
      "response-start",
      "reasoning-delta",
      "reasoning-end",
      "text-delta",
      "finish",
    ]);
  });

  it("takes a notice for no content", async () => {
    const { first, dialect } = { first: [], dialect: { readChunk } };
    await expect(answer([{ note: "Odd." }], { first, dialect })).rejects.toMatchObject({ code: "protocol" });
  });

  it("reads a failure of the service's own shape in the middle of a stream", async () => {
    const broken = answer([delta({ content: "a" }), { fault: "too many" }], { dialect: { readChunk } });
    await expect(broken).rejects.toMatchObject({ code: "rate-limited", detail: "too many" });
  });
});
