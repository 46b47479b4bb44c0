import { defaultLimits, type ModelEvent } from "@waygate/core";
import { plainDialect } from "@waygate/openai-chat";
import { describe, expect, it } from "vitest";
import { collect, listen, request, service } from "./service.ts";

type Delta = Record<string, unknown>;

/** What is read of an answer of these deltas, `limits` being as small as a test needs them. */
async function read(
  deltas: Iterable<Delta>,
  limits: Partial<typeof defaultLimits> = {},
): Promise<readonly ModelEvent[]> {
  await using server = await listen(async (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    let text = "";
    const chunk = (delta: Delta, finish_reason: string | null) =>
      `data: ${JSON.stringify({ id: "1", model: "m", choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
    for (const delta of deltas) {
      text += chunk(delta, null);
      if (text.length < 2 ** 16) continue;
      if (!response.write(text))
        await new Promise<void>((resolve) => response.once("drain", resolve).once("close", resolve));
      text = "";
    }
    response.end(`${text}${chunk({}, "stop")}data: [DONE]\n\n`);
  });
  const chat = service(server.origin, {
    limits: { ...defaultLimits, ...limits },
    dialect: () => ({ ...plainDialect, reasoningReplay: "reasoning_details", reasoningTag: "think" }),
  });
  try {
    return await collect(chat.stream(request()));
  } finally {
    await chat.close();
  }
}

const calls = (...entries: readonly object[]): Delta => ({ tool_calls: entries });
const times = <Item>(count: number, item: (index: number) => Item) =>
  Array.from({ length: count }, (_, index) => item(index));
const piece = "a".repeat(100);
const limits = { answerBytes: 1000 };

describe("what is gathered of an answer before it is told", () => {
  it.each<[string, readonly Delta[]]>([
    ["arguments of a call without a name", times(11, () => calls({ index: 0, function: { arguments: piece } }))],
    ["pieces of a name", times(11, (index) => calls({ index: 0, function: { name: `${index}${piece}` } }))],
    ["calls that say nothing", times(11, (index) => calls({ index }))],
    [
      "arguments after the end of their call",
      [
        calls({ index: 0, id: "a", function: { name: "look", arguments: '{"a":1}' } }),
        calls({ index: 1, id: "b", function: { name: "look", arguments: "{" } }),
        ...times(200, () => calls({ index: 0, function: { arguments: '{"a":1}' } })),
      ],
    ],
    [
      "encrypted reasoning",
      times(11, () => ({ reasoning_details: [{ type: "reasoning.encrypted", index: 0, data: piece }] })),
    ],
    [
      "details of reasoning",
      times(50, (index) => ({ reasoning_details: [{ type: "reasoning.encrypted", index, id: `${index}` }] })),
    ],
  ])("is bounded: %s", async (_name, deltas) => {
    await expect(read(deltas, limits)).rejects.toMatchObject({
      code: "protocol",
      message: expect.stringContaining('The answer of gateway "test" has more than 1000 bytes (limits.answerBytes)'),
    });
    await expect(read(deltas)).resolves.toBeDefined();
  });

  it("is no answer of blanks, however long, where a tag may come", async () => {
    const events = await read(times(2000, () => ({ content: " ".repeat(100) })));
    const text = events.map((event) => (event.type === "text-delta" ? event.text : "")).join("");
    expect(text).toBe(" ".repeat(200_000));
    // Most of it was told as it came.
    expect(events.filter(({ type }) => type === "text-delta").length).toBeGreaterThan(100);
  });
});

describe("the work for a call", () => {
  // Each of these took minutes.
  it("does not grow with the number of calls, whatever their arguments are", async () => {
    const large = JSON.stringify(times(200_000, (index) => index));
    const events = await read([
      ...times(20, (index) => calls({ index, id: `large${index}`, function: { name: "look", arguments: large } })),
      ...times(5000, (index) =>
        calls({ index: index + 20, id: `${index}`, function: { name: "look", arguments: "{}" } }),
      ),
    ]);
    expect(events.filter(({ type }) => type === "tool-call-end")).toHaveLength(5020);
  });

  it("does not grow with their number without indexes", async () => {
    const events = await read(
      times(50_000, (index) => calls({ id: `${index}`, function: { name: "look", arguments: '{"a":1}' } })),
    );
    expect(events.filter(({ type }) => type === "tool-call-end")).toHaveLength(50_000);
  });

  it("does not grow with the number of details of reasoning", async () => {
    const detail = (index: number) => ({ type: "reasoning.encrypted", index, id: `${index}`, data: "a" });
    const events = await read(times(20_000, (index) => ({ reasoning_details: [detail(index), detail(index - 1)] })));
    const state = events.find(({ type }) => type === "reasoning-end");
    expect(state).toMatchObject({ state: { length: 20_001 } });
  });
});
