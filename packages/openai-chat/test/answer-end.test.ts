import type { ModelEvent } from "@waygate/core";
import { type ChatDialect, plainDialect } from "@waygate/openai-chat";
import { describe, expect, it } from "vitest";
import { collect, listen, request, service } from "./service.ts";

const readEnd: ChatDialect["readEnd"] = ({ message, delta }) => {
  const { served_by, beside } = (message ?? delta) as { served_by?: string; beside?: boolean };
  return { upstream: served_by, reasoningBeside: beside };
};

const usage = {
  prompt_tokens: 5,
  completion_tokens: 30,
  total_tokens: 35,
  completion_tokens_details: { reasoning_tokens: 20 },
};
const end = { served_by: "east", beside: true };

async function eventsOf(chunks: readonly object[], plain: Partial<ChatDialect>): Promise<ModelEvent[]> {
  const [first] = chunks;
  const body =
    chunks.length === 1
      ? JSON.stringify(first)
      : chunks
          .map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`)
          .concat("data: [DONE]\n\n")
          .join("");
  await using server = await listen((_request, response) => void response.end(body));
  const chat = service(server.origin, { plain });
  const events = await collect(chat.stream(request()));
  await chat.close();
  return events;
}

const stream = (more: object = {}) => [
  { id: "1", model: "m", ...more, choices: [{ index: 0, delta: { content: "Hi" } }] },
  { id: "1", model: "m", ...more, choices: [{ index: 0, delta: end, finish_reason: "stop" }], usage },
];
const whole = (more: object = {}) => [
  { id: "1", model: "m", ...more, choices: [{ message: { content: "Hi", ...end }, finish_reason: "stop" }], usage },
];
const ofType = (events: readonly ModelEvent[], type: ModelEvent["type"]) =>
  events.filter((event) => event.type === type);

describe("what an answer says of its end", () => {
  it("names the upstream with the finish of a stream", async () => {
    const events = await eventsOf(stream(), { readEnd });
    expect(ofType(events, "response-start")).toEqual([{ type: "response-start", id: "1", model: "m" }]);
    expect(ofType(events, "finish")).toEqual([{ type: "finish", reason: "stop", raw: "stop", upstream: "east" }]);
  });

  it("names the upstream when a whole answer begins", async () => {
    const events = await eventsOf(whole(), { readEnd });
    expect(ofType(events, "response-start")).toEqual([
      { type: "response-start", id: "1", model: "m", upstream: "east" },
    ]);
    expect(ofType(events, "finish")).toEqual([{ type: "finish", reason: "stop", raw: "stop" }]);
  });

  it.each([
    ["stream", stream({ provider: "west" })],
    ["whole answer", whole({ provider: "west" })],
  ])("gives way to an upstream that is named at the start of a %s", async (_name, chunks) => {
    const events = await eventsOf(chunks, { readEnd });
    expect(ofType(events, "response-start")).toMatchObject([{ upstream: "west" }]);
    expect(ofType(events, "finish")).toEqual([{ type: "finish", reason: "stop", raw: "stop" }]);
  });

  it.each([
    ["stream", stream()],
    ["whole answer", whole()],
  ])("says whether reasoning was counted beside the completion of a %s", async (_name, chunks) => {
    const output = async (plain: Partial<ChatDialect>) =>
      ofType(await eventsOf(chunks, plain), "usage").map((event) => "usage" in event && event.usage.output);
    expect(await output({ readEnd })).toEqual([{ total: 50, reasoning: 20 }]);
    expect(await output({})).toEqual([{ total: 30, reasoning: 20 }]);
  });

  it("is asked once, of the choice that ends the answer", async () => {
    const asked: unknown[] = [];
    const spy: ChatDialect["readEnd"] = (choice, chunk) => {
      asked.push([choice.finish_reason, chunk.usage]);
      return undefined;
    };
    await eventsOf(stream(), { readEnd: spy });
    await eventsOf(whole(), { readEnd: spy });
    expect(asked).toEqual([
      ["stop", usage],
      ["stop", usage],
    ]);
    expect(plainDialect.readEnd({ message: end }, {})).toBeUndefined();
  });
});
