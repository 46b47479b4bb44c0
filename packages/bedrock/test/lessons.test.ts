import type { ModelRequest } from "@waygate/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { collect, noticesOf, open, refused } from "./open.ts";
import { json, type Reply, refuses, type Service, says, startService, usage } from "./service.ts";

let service: Service;

beforeAll(async () => {
  service = await startService((response, request) => {
    const whole = { output: { message: { content: [{ text: "Hi" }] } }, stopReason: "end_turn", usage };
    const reply: Reply = request.path.endsWith("/converse") ? json(whole) : says("Hi");
    return reply(response, request);
  });
});

afterAll(() => service[Symbol.asyncDispose]());

const look = { name: "look", description: "", parameters: { type: "object" } };
const cachePoint = { type: "default" };
const text = (words: string) => ({ type: "text", text: words }) as const;

/** Asks twice of a model that refuses the first request in these words. */
async function taught(words: string, change: Partial<ModelRequest>) {
  await using opened = open(service);
  service.received.length = 0;
  service.queue(refuses(400, "ValidationException", words));
  const model = "acme.brain-v1";
  const first = await collect(opened.gateway, { model, ...change });
  await collect(opened.gateway, { model, ...change });
  return {
    paths: service.received.map(({ path }) => path.slice(path.lastIndexOf("/") + 1)),
    bodies: service.received.map(({ body }) => body as Record<string, unknown>),
    notices: noticesOf(first),
  };
}

describe("what a model is found not to take", () => {
  it("is left out at once, and not sent again", async () => {
    const { bodies, notices } = await taught("This model doesn't support the stopSequences field.", {
      stopSequences: ["END"],
      temperature: 0.5,
    });
    expect(bodies.map(({ inferenceConfig }) => inferenceConfig)).toEqual([
      { temperature: 0.5, stopSequences: ["END"] },
      { temperature: 0.5 },
      { temperature: 0.5 },
    ]);
    expect(notices).toEqual(["stop-sequences-dropped: This model does not take stop sequences: it was left out."]);
  });

  it("may be a stream with tools: its answers then come whole", async () => {
    const { paths, notices } = await taught("This model doesn't support tool use in streaming mode.", {
      tools: [look],
    });
    expect(paths).toEqual(["converse-stream", "converse", "converse"]);
    expect(notices).toEqual([]);
  });

  it("may be a stream with tools alone: what has none goes on streaming", async () => {
    await using opened = open(service);
    service.received.length = 0;
    service.queue(refuses(400, "ValidationException", "This model doesn't support tool use in streaming mode."));
    const model = "acme.brain-v1";
    await collect(opened.gateway, { model, tools: [look] });
    await collect(opened.gateway, { model });
    const paths = service.received.map(({ path }) => path.slice(path.lastIndexOf("/") + 1));
    expect(paths).toEqual(["converse-stream", "converse", "converse-stream"]);
  });

  it("may be a choice of tool", async () => {
    const { bodies } = await taught("This model doesn't support the toolConfig.toolChoice.any field.", {
      tools: [look],
      toolChoice: "required",
    });
    const tools = [{ toolSpec: { name: "look", inputSchema: { json: { type: "object" } } } }];
    expect(bodies.map(({ toolConfig }) => toolConfig)).toEqual([
      { tools, toolChoice: { any: {} } },
      { tools },
      { tools },
    ]);
  });

  it.each([
    ["The model returned: `temperature` and `top_p` cannot both be specified for this model.", { temperature: 0.5 }],
    ["`temperature` is deprecated for this model.", undefined],
    ["This model doesn't support the inferenceConfig.temperature field.", undefined],
  ])("may be a temperature or a topP: %s", async (words, left) => {
    const { bodies } = await taught(words, { temperature: 0.5, topP: 0.9 });
    expect(bodies.map(({ inferenceConfig }) => inferenceConfig)).toEqual([{ temperature: 0.5, topP: 0.9 }, left, left]);
  });

  it("may be cache points, wherever they stand", async () => {
    await using opened = open(service, {
      settings: {
        available_models: [
          {
            name: "own",
            max_tokens: 1000,
            cache_configuration: { max_cache_anchors: 4, min_total_token: 0, should_speculate: false },
          },
        ],
      },
    });
    service.received.length = 0;
    service.queue(
      refuses(
        403,
        "AccessDeniedException",
        "You invoked an unsupported model or your request did not allow prompt caching.",
      ),
    );
    const messages = [
      { role: "system", content: [text("Be short.")] },
      { role: "user", content: [text("Hello")] },
    ] as const;
    await collect(opened.gateway, { model: "own", messages, tools: [look], cache: "auto" });
    const [before, after] = service.received.map(({ body }) => body as Record<string, unknown>);
    expect(before?.system).toEqual([{ text: "Be short." }, { cachePoint }]);
    expect(JSON.stringify(after)).not.toContain("cachePoint");
    expect(after).toMatchObject({
      system: [{ text: "Be short." }],
      messages: [{ role: "user", content: [{ text: "Hello" }] }],
      toolConfig: { tools: [{ toolSpec: { name: "look" } }] },
    });
  });

  it("may be system messages, which then go out with the first of the user's", async () => {
    const messages = [
      { role: "system", content: [text("Be short.")] },
      { role: "user", content: [text("Hello")] },
    ] as const;
    const { bodies, notices } = await taught("This model doesn't support system messages.", { messages });
    expect(bodies[1]).toEqual({ messages: [{ role: "user", content: [{ text: "Be short." }, { text: "Hello" }] }] });
    expect(notices).toEqual([
      "system-dropped: This model does not take a system prompt, which went out with the first message: it was left out.",
    ]);
  });

  it.each([
    "This model doesn't support documents.",
    "This model doesn't support the messages.0.content.1.document field.",
  ])("may be documents of earlier turns, of which words remain: %s", async (words) => {
    const source = { type: "base64", data: "JVBERi0=" } as const;
    const pdf = { type: "file", mediaType: "application/pdf", name: "A", source } as const;
    const asked = { role: "user", content: [text("Read"), pdf] } as const;
    const said = { role: "assistant", content: [text("Done.")] } as const;
    const { bodies, notices } = await taught(words, {
      messages: [asked, said, { role: "user", content: [text("And?")] }],
    });
    const told = { text: "[A document was here, which you cannot read.]" };
    for (const body of bodies.slice(1)) {
      expect(body.messages).toEqual([
        { role: "user", content: [{ text: "Read" }, told] },
        { role: "assistant", content: [{ text: "Done." }] },
        { role: "user", content: [{ text: "And?" }] },
      ]);
    }
    expect(notices).toEqual([
      "documents-dropped: This model does not take documents, in place of which earlier turns have a line of text: it was left out.",
    ]);
    // A new one is nothing to be left out.
    await using opened = open(service);
    service.queue(refuses(400, "ValidationException", words), refuses(400, "ValidationException", words));
    const error = await refused(opened.gateway, { model: "acme.brain-v1", messages: [asked] });
    expect(error).toMatchObject({ code: "invalid-request", detail: words });
  });

  it("may be the status of results", async () => {
    await using opened = open(service);
    service.received.length = 0;
    service.queue(refuses(400, "ValidationException", "This model doesn't support the toolResult.status field."));
    await collect(opened.gateway, {
      messages: [
        { role: "user", content: [text("Look")] },
        { role: "assistant", content: [{ type: "tool-call", id: "c1", name: "look", arguments: "{}", status: "ok" }] },
        {
          role: "tool",
          content: [{ type: "tool-result", id: "c1", name: "look", content: [text("sky")], isError: true }],
        },
      ],
      tools: [look],
    });
    const [before, after] = service.received.map(
      ({ body }) => (body as { messages: { content: unknown }[] }).messages[2]?.content,
    );
    expect(before).toEqual([{ toolResult: { toolUseId: "c1", content: [{ text: "sky" }], status: "error" } }]);
    const failed = [{ text: "The tool failed:" }, { text: "sky" }];
    expect(after).toEqual([{ toolResult: { toolUseId: "c1", content: failed } }]);
    // Nothing is said where there is nothing to leave out.
    expect(noticesOf(await collect(opened.gateway))).toEqual([]);
  });

  it("is believed once: a refusal that says the same again is told", async () => {
    await using opened = open(service);
    service.received.length = 0;
    const words = "This model doesn't support the stopSequences field.";
    service.queue(refuses(400, "ValidationException", words), refuses(400, "ValidationException", words));
    const error = await refused(opened.gateway, { model: "acme.brain-v1", stopSequences: ["END"] });
    expect(error).toMatchObject({ code: "invalid-request", detail: words });
    expect(service.received).toHaveLength(2);
  });
});
