import { getEventListeners } from "node:events";
import { createRegistry, defaultDeadlines, type ModelEvent, type ModelRequest, run } from "@waygate/core";
import { describe, expect, it } from "vitest";
import { collect, failureOf, finish, pluginOf, requestOf, text, usageOf } from "./fake-gateway.ts";

const hello = { role: "user", content: "Hello" } as const;
const settled = () => new Promise((resolve) => setImmediate(resolve));
const queueMs = 20;

/** A registry with one place, and a stream that holds it until it is told to end. */
async function occupied() {
  let end = () => {};
  const ending = new Promise<void>((resolve) => {
    end = resolve;
  });
  let begun = 0;
  const plugin = pluginOf({
    models: async () => [],
    async *stream() {
      if (++begun === 1) await ending;
      yield [text("Hi."), finish()];
    },
  });
  const registry = createRegistry({ plugins: [plugin], maxOpenStreams: 1 });
  const gateway = registry.gateway("fake");
  const first = run({ gateway, model: "small", messages: [hello] }).result();
  await settled();
  const begin = (request: Partial<ModelRequest> = {}) => gateway.stream(requestOf(request))[Symbol.asyncIterator]();
  return { registry, gateway, first, end, begin, begun: () => begun };
}

const deadlines = (more: Partial<typeof defaultDeadlines>) => ({ deadlines: { ...defaultDeadlines, ...more } });

describe("a stream that waits for a place", () => {
  it("says so as soon as it waits, and how many wait before it", async () => {
    const { begin } = await occupied();
    const said = async () => (await begin().next()).value;
    const queued = (message: string) => [{ type: "notice", code: "stream-queued", message }];
    expect(await said()).toMatchObject(
      queued(
        'The request to model "small" of gateway "fake" waits for its turn: 1 stream is open, which is the limit ' +
          "(maxOpenStreams), and none waits before it.",
      ),
    );
    expect(await said()).toMatchObject(queued(expect.stringContaining("and 1 waits before it.")));
    expect(await said()).toMatchObject(queued(expect.stringContaining("and 2 wait before it.")));
  });

  it("says nothing if there is a place", async () => {
    const { first, end, begin } = await occupied();
    end();
    await first;
    expect((await begin().next()).value).toEqual([text("Hi."), finish()]);
  });

  it("has a run say so before anything else happens, once", async () => {
    const { gateway, first, end } = await occupied();
    const events = run({ gateway, model: "small", messages: [hello] })[Symbol.asyncIterator]();
    expect((await events.next()).value).toMatchObject({ type: "step-start" });
    expect((await events.next()).value).toMatchObject({ type: "notice", code: "stream-queued" });
    end();
    await first;
    const rest = await collect({ [Symbol.asyncIterator]: () => events });
    expect(rest.map(({ type }) => type)).toEqual(["text-delta", "finish", "step-end", "run-end"]);
  });

  it("waits no longer than queueMs", async () => {
    const { begin, begun, first, end } = await occupied();
    const stream = begin(deadlines({ queueMs }));
    await stream.next();
    const error = await failureOf(stream.next());
    expect(error).toMatchObject({ code: "timeout", phase: "queue", gateway: "fake", retryable: false });
    expect((error as Error).message).toBe(
      'The request to model "small" of gateway "fake" waited longer than 0.02 s for its turn (queue). ' +
        "Read or leave the streams that are open, or increase maxOpenStreams (1) or deadlines.queueMs.",
    );
    // It has left the queue, and is over.
    expect((await stream.next()).done).toBe(true);
    const next = begin();
    await next.next();
    end();
    await first;
    expect((await next.next()).value).toEqual([text("Hi."), finish()]);
    expect(begun()).toBe(2);
  });

  it("waits no longer even if nobody reads its notice", async () => {
    const { begin } = await occupied();
    const controller = new AbortController();
    const stream = begin({ ...deadlines({ queueMs }), signal: controller.signal });
    await stream.next();
    await new Promise((resolve) => setTimeout(resolve, 5 * queueMs));
    expect(await failureOf(stream.next())).toMatchObject({ phase: "queue" });
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  it("is passed over in a run for another model, without a further attempt", async () => {
    const { gateway } = await occupied();
    const events = await collect(
      run({
        gateway,
        model: "small",
        messages: [hello],
        deadlines: { queueMs },
        fallbacks: [{ gateway, model: "large" }],
      }),
    );
    expect(events.map(({ type }) => type)).toEqual([
      ...["step-start", "notice", "failover", "text-delta", "finish", "step-end", "run-end"],
    ]);
  });

  it("heeds totalMs and an abort meanwhile", async () => {
    const { gateway, begun } = await occupied();
    const late = run({ gateway, model: "small", messages: [hello], deadlines: { totalMs: 20 } }).result();
    expect(await failureOf(late)).toMatchObject({ code: "timeout", phase: "total" });
    const controller = new AbortController();
    const aborted = run({ gateway, model: "small", messages: [hello], signal: controller.signal }).result();
    await settled();
    controller.abort(new Error("enough"));
    expect(await failureOf(aborted)).toEqual(new Error("enough"));
    expect(begun()).toBe(1);
  });

  it("waits as long as it takes without a limit", async () => {
    const { begin, first, end } = await occupied();
    const stream = begin(deadlines({ queueMs: Number.POSITIVE_INFINITY }));
    await stream.next();
    end();
    await first;
    expect((await stream.next()).value).toEqual([text("Hi."), finish()]);
  });

  it("is not held to queueMs any more once it has its place", async () => {
    const { begin, first, end } = await occupied();
    const stream = begin(deadlines({ queueMs }));
    await stream.next();
    end();
    await first;
    await new Promise((resolve) => setTimeout(resolve, 5 * queueMs));
    expect((await stream.next()).value).toEqual([text("Hi."), finish()]);
  });
});

describe("a stream without content", () => {
  const contentMs = 60;
  const notice: ModelEvent = { type: "notice", code: "ping", message: "Still there." };
  const usage: ModelEvent = { type: "usage", usage: usageOf(1, 1) };

  /** Gives an event every few milliseconds, for as long as it is asked. */
  function signs(...events: readonly (ModelEvent | readonly ModelEvent[])[]) {
    const plugin = pluginOf({
      models: async () => [],
      async *stream() {
        yield [{ type: "response-start", id: "1" }];
        for (let count = 0; ; count++) {
          await new Promise((resolve) => setTimeout(resolve, 5));
          yield events[count % events.length] ?? [];
        }
      },
    });
    return createRegistry({ plugins: [plugin] }).gateway("fake");
  }

  const read = async (gateway: ReturnType<typeof signs>) =>
    collect(gateway.stream(requestOf(deadlines({ contentMs }))));

  it.each<[string, readonly (ModelEvent | readonly ModelEvent[])[]]>([
    ["notices", [notice]],
    ["reports of usage", [usage]],
    ["empty batches", [[]]],
    ["all of these", [[notice, usage], [], usage]],
  ])("is ended after contentMs, whatever signs of life it gives: %s", async (_name, events) => {
    const error = await failureOf(read(signs(...events)));
    expect(error).toMatchObject({ code: "timeout", phase: "content", gateway: "fake", retryable: true });
    expect((error as Error).message).toBe(
      'Gateway "fake" has sent nothing of the answer of model "small" for 0.06 s, only signs of life (content). ' +
        "Increase deadlines.contentMs if the model may be silent for so long.",
    );
  });

  it("is ended in a run, which asks another model", async () => {
    const spare = pluginOf(
      {
        models: async () => [],
        async *stream() {
          yield [text("Hi."), finish()];
        },
      },
      { id: "spare" },
    );
    const { text: answer } = await run({
      gateway: signs(notice),
      model: "small",
      messages: [hello],
      retry: false,
      deadlines: { contentMs },
      fallbacks: [{ gateway: createRegistry({ plugins: [spare] }).gateway("spare"), model: "small" }],
    }).result();
    expect(answer).toBe("Hi.");
  });

  it("is ended when the plugin gives nothing at all, and the plugin is told", async () => {
    let signal: AbortSignal | undefined;
    const plugin = pluginOf({
      models: async () => [],
      async *stream(request) {
        signal = request.signal;
        await new Promise(() => {});
      },
    });
    const gateway = createRegistry({ plugins: [plugin] }).gateway("fake");
    expect(await failureOf(collect(gateway.stream(requestOf(deadlines({ contentMs })))))).toMatchObject({
      phase: "content",
    });
    expect(signal?.aborted).toBe(true);
  });

  it.each<[string, readonly ModelEvent[]]>([
    ["text", [text("a")]],
    ["reasoning", [{ type: "reasoning-delta", text: "a" }]],
    ["state of reasoning", [{ type: "reasoning-end", state: "a" }]],
    ["a tool call", [{ type: "tool-call-start", id: "1", name: "look" }]],
  ])("is another one if there is now and then some %s", async (_name, events) => {
    let sent = 0;
    const plugin = pluginOf({
      models: async () => [],
      async *stream() {
        for (; sent < 8; sent++) {
          await new Promise((resolve) => setTimeout(resolve, contentMs / 2));
          yield [...events.map((event) => ("id" in event ? { ...event, id: `${sent}` } : event))] as ModelEvent[];
        }
        throw new Error("enough");
      },
    });
    const gateway = createRegistry({ plugins: [plugin] }).gateway("fake");
    expect(await failureOf(read(gateway))).toMatchObject({ cause: new Error("enough") });
    expect(sent).toBe(8);
  });

  it("is not one whose reader takes its time", async () => {
    const plugin = pluginOf({
      models: async () => [],
      async *stream() {
        yield [text("a")];
        yield [text("b")];
        yield [finish()];
      },
    });
    const gateway = createRegistry({ plugins: [plugin] }).gateway("fake");
    const events: ModelEvent[] = [];
    for await (const batch of gateway.stream(requestOf(deadlines({ contentMs })))) {
      events.push(...batch);
      await new Promise((resolve) => setTimeout(resolve, 3 * contentMs));
    }
    expect(events).toEqual([text("a"), text("b"), finish()]);
  });

  it("may last for ever if that is wanted", async () => {
    const gateway = signs(notice);
    const stream = gateway.stream(requestOf(deadlines({ contentMs: Number.POSITIVE_INFINITY })));
    let signs_ = 0;
    for await (const _ of stream) if (++signs_ === 40) break;
    expect(signs_).toBe(40);
  });

  it("has 15 minutes by default, and a place is waited for 5", () => {
    expect(defaultDeadlines).toMatchObject({ contentMs: 900_000, queueMs: 300_000 });
  });
});
