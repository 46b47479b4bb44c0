import { type AskEvent, ask, createRegistry, type ModelEvent, run, type Tool } from "@waygate/core";
import { GatewayError } from "@waygate/core/plugin";
import { describe, expect, it } from "vitest";
import { answering, call, collect, failureOf, finish, pluginOf, streaming, text, usageOf } from "./fake-gateway.ts";
import { schemaOf } from "./schema.ts";

const messages = [{ role: "user", content: "Hello" }] as const;
const usage: ModelEvent = { type: "usage", usage: usageOf(3, 2) };
const never: Tool = {
  name: "look",
  description: "Looks.",
  parameters: { type: "object" },
  readOnly: true,
  execute: () => expect.unreachable(),
};

describe("ask", () => {
  it("gives one answer: its events, its message, its usage", async () => {
    const gateway = answering([{ type: "response-start" }, text("Hi"), text(" there."), usage, finish()]);
    const answer = ask({ gateway, model: "small", messages });
    expect(gateway.requests).toEqual([]);
    expect((await collect(answer)).map(({ type }) => type)).toEqual([
      ...["response-start", "text-delta", "text-delta", "usage", "finish"],
    ]);
    expect(await answer.result()).toEqual({
      message: { role: "assistant", content: [{ type: "text", text: "Hi there." }] },
      text: "Hi there.",
      calls: [],
      output: undefined,
      finish: finish(),
      origin: { gateway: "fake", model: "small" },
      usage: usageOf(3, 2),
      cost: undefined,
      costs: [],
    });
  });

  it("offers tools and never executes them: the calls are the caller's", async () => {
    const gateway = answering([...call("1", "look", { at: 1 }), finish("tool-calls")]);
    const { calls, message } = await ask({ gateway, model: "small", messages, tools: [never] }).result();
    expect(calls).toEqual([{ part: message.content[0], value: { at: 1 } }]);
    expect(gateway.requests).toHaveLength(1);
    expect(gateway.requests[0]?.tools).toMatchObject([{ name: "look" }]);
  });

  it("retries and fails over before the first word, each attempt an event", async () => {
    let asked = 0;
    const broken = streaming(async function* () {
      asked++;
      yield* [] as ModelEvent[];
      throw new GatewayError("Busy.", { gateway: "fake", code: "overloaded" });
    });
    const spare = createRegistry({
      plugins: [
        pluginOf(
          {
            models: async () => [],
            async *stream() {
              yield [text("Hi"), finish()];
            },
          },
          { id: "spare" },
        ),
      ],
    }).gateway("spare");
    const answer = ask({
      ...{ gateway: broken, model: "small", messages, retry: { maxAttempts: 2, baseDelayMs: 1 } },
      fallbacks: [{ gateway: spare, model: "large" }],
    });
    const events: AskEvent["type"][] = [];
    for await (const event of answer) events.push(event.type);
    expect(events).toEqual(["retry", "failover", "text-delta", "finish"]);
    expect(asked).toBe(2);
    expect((await answer.result()).origin).toEqual({ gateway: "spare", model: "large" });
  });

  it("continues an answer that the service pauses, and adds the usage up", async () => {
    const gateway = answering([text("One, "), usage, finish("pause")], [text("two."), usage, finish()]);
    const result = await ask({ gateway, model: "small", messages }).result();
    expect([result.text, result.usage, gateway.requests.length]).toEqual(["One, two.", usageOf(6, 4), 2]);
  });

  it("gives data where responseFormat has a schema, and rejects what does not fit", async () => {
    const responseFormat = schemaOf<{ n: number }>(
      { type: "object", properties: { n: { type: "number" } } },
      (value) =>
        typeof (value as { n?: unknown }).n === "number"
          ? { value: value as { n: number } }
          : { issues: [{ message: "n is missing" }] },
    );
    const good = answering([text('{"n":1}'), finish()]);
    const { output } = await ask({ gateway: good, model: "small", messages, responseFormat }).result();
    expect(output).toEqual({ n: 1 });
    const bad = answering([text("{}"), finish()]);
    expect(await failureOf(ask({ gateway: bad, model: "small", messages, responseFormat }).result())).toMatchObject({
      code: "protocol",
      partial: { role: "assistant" },
    });
    expect(bad.requests).toHaveLength(1);
  });

  it("passes through model middleware", async () => {
    const gateway = answering([text("Hi"), finish()]);
    const seen: string[] = [];
    const middleware = {
      model: [
        (asked: { readonly gateway: string }, next: (request: never) => AsyncIterable<readonly ModelEvent[]>) => {
          seen.push(asked.gateway);
          return next((asked as { readonly request?: never }).request as never);
        },
      ],
    };
    await ask({ gateway, model: "small", messages, middleware }).result();
    expect(seen).toEqual(["fake"]);
  });

  it("ends with the signal's reason, and when it is left", async () => {
    const endless = streaming(async function* ({ signal }) {
      yield text("Hi");
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    });
    const controller = new AbortController();
    const aborted = ask({ gateway: endless, model: "small", messages, signal: controller.signal });
    setTimeout(() => controller.abort("enough"), 10);
    expect(await failureOf(aborted.result())).toBe("enough");
    const left = ask({ gateway: endless, model: "small", messages });
    for await (const _ of left) break;
    expect(await failureOf(left.result())).toMatchObject({ name: "AbortError" });
  });

  it("keeps the deadline of the whole", async () => {
    const silent = streaming(async function* ({ signal }) {
      yield text("Hi");
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    });
    expect(
      await failureOf(ask({ gateway: silent, model: "small", messages, deadlines: { totalMs: 20 } }).result()),
    ).toMatchObject({ code: "timeout", phase: "total" });
  });

  it("gives a message that a run can go on with", async () => {
    const gateway = answering([...call("1", "look", {}), finish("tool-calls")], [text("Done."), finish()]);
    const { message, calls } = await ask({ gateway, model: "small", messages, tools: [never] }).result();
    const results = calls.map(({ part }) => ({
      type: "tool-result" as const,
      id: part.id,
      name: part.name,
      content: [{ type: "text" as const, text: "seen" }],
      isError: false,
    }));
    const next = run({ gateway, model: "small", messages: [...messages, message, { role: "tool", content: results }] });
    expect((await next.result()).text).toBe("Done.");
  });

  it("takes a prompt, and rejects options that only a run has", async () => {
    const gateway = answering([text("Hi"), finish()]);
    expect((await ask({ gateway, model: "small", prompt: "Hello" }).result()).text).toBe("Hi");
    const wrong: object = { gateway, model: "small", messages, maxSteps: 3 };
    expect(() => ask(wrong as never)).toThrow(/ask: .*maxSteps.*option of run\(\)/);
    expect(() => ask({ gateway: "fake" as never, model: "small", messages })).toThrow(/^ask: "gateway"/);
  });

  it("can be iterated once", async () => {
    const answer = ask({ gateway: answering([text("Hi"), finish()]), model: "small", messages });
    await answer.result();
    expect(() => answer[Symbol.asyncIterator]()).toThrow("An answer can be iterated once");
  });
});
