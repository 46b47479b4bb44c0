import { describe, expect, it } from "vitest";
import { collect, failing, open } from "./open.ts";
import { begin, delta, type Event, end, metadata, start, startService, stop, streams } from "./service.ts";

const many = (count: number, event: (index: number) => Event) =>
  Array.from({ length: count }, (_, index) => event(index));
const piece = "YWFh".repeat(25);
const reasoning = (content: object) => delta({ reasoningContent: content });

describe("what is gathered of an answer before it is told", () => {
  it.each<[string, readonly Event[]]>([
    ["a signature in pieces", [reasoning({ text: "a" }), ...many(11, () => reasoning({ signature: piece })), stop()]],
    ["encrypted reasoning in pieces", [...many(11, () => reasoning({ redactedContent: piece })), stop()]],
    [
      "blocks that do not end",
      many(12, (index) => ["contentBlockStart", { contentBlockIndex: index, start: { toolResult: {} } }]),
    ],
  ])("is bounded: %s", async (_name, events) => {
    await using service = await startService();
    service.reply = streams(start, ...events, delta({ text: "Hi" }, 99), stop(99), end("end_turn"), metadata);
    await using bounded = open(service, { limits: { answerBytes: 1000 } });
    const { error } = await failing(bounded.gateway);
    expect(error).toMatchObject({
      code: "protocol",
      message: expect.stringContaining("has more than 1000 bytes (limits.answerBytes)"),
    });
    await using usual = open(service);
    await expect(collect(usual.gateway)).resolves.toBeDefined();
  });

  it("is not more for reasoning that takes long", async () => {
    await using service = await startService();
    service.reply = streams(
      start,
      ...many(200, () => reasoning({ text: "a" })),
      stop(),
      delta({ text: "Hi" }, 1),
      stop(1),
      end("end_turn"),
      metadata,
    );
    await using bounded = open(service, { limits: { answerBytes: 1000 } });
    await expect(collect(bounded.gateway)).resolves.toBeDefined();
  });

  it("is no call too many", async () => {
    await using service = await startService();
    const calls = many(6, (index) => begin({ toolUseId: `${index}`, name: "look" }, index));
    service.reply = streams(start, ...calls, end("tool_use"), metadata);
    await using bounded = open(service, { limits: { calls: 5 } });
    const tools = [{ name: "look", description: "", parameters: { type: "object" } }];
    const { error } = await failing(bounded.gateway, { tools });
    expect(error).toMatchObject({ code: "protocol", message: expect.stringContaining("(limits.calls)") });
  });
});
