import { AsyncLocalStorage } from "node:async_hooks";
import { getEventListeners } from "node:events";
import { createRegistry, type GuardedGateway, type ModelEvent, type ModelRequest, run } from "@waygate/core";
import { describe, expect, it } from "vitest";
import { call, collect, failureOf, finish, pluginOf, requestOf, text } from "./fake-gateway.ts";

/** A gateway whose streams end when they are told to, in a registry with a limit. */
function limited(maxOpenStreams: number | undefined) {
  const open: { readonly request: ModelRequest; readonly end: () => void }[] = [];
  const plugin = pluginOf({
    models: async () => [],
    async *stream(request) {
      await new Promise<void>((end) => open.push({ request, end }));
      yield [text("a"), finish()];
    },
  });
  const registry = createRegistry({ plugins: [plugin], maxOpenStreams });
  const names = () => open.map(({ request }) => request.sessionId);
  const endFirst = () => open.shift()?.end();
  return { registry, gateway: registry.gateway("fake"), open, names, endFirst };
}

function begin(gateway: GuardedGateway, sessionId: string, more: Partial<ModelRequest> = {}) {
  const stream = gateway.stream(requestOf({ sessionId, ...more }))[Symbol.asyncIterator]();
  return { stream, first: pastQueue(stream) };
}

/** The first batch that is not about waiting. */
async function pastQueue(stream: AsyncIterator<readonly ModelEvent[]>): Promise<IteratorResult<readonly ModelEvent[]>> {
  const result = await stream.next();
  const [event] = result.done === true ? [] : result.value;
  return event?.type === "notice" && event.code === "stream-queued" ? stream.next() : result;
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("the limit on open streams", () => {
  it("lets those that wait in one by one, in order", async () => {
    const { gateway, names, endFirst } = limited(2);
    const all = ["a", "b", "c", "d"].map((name) => begin(gateway, name));
    expect(names()).toEqual(["a", "b"]);
    endFirst();
    await all[0]?.first;
    // The stream has said all, though nobody has heard its end.
    expect(names()).toEqual(["b", "c"]);
    expect((await all[0]?.stream.next())?.done).toBe(true);
    expect(names()).toEqual(["b", "c"]);
    await all[1]?.stream.return?.();
    expect(names()).toEqual(["b", "c", "d"]);
  });

  it("is 16, for each model of each gateway", async () => {
    const { gateway, open } = limited(undefined);
    for (let index = 0; index < 20; index++) begin(gateway, `${index}`);
    for (let index = 0; index < 20; index++) begin(gateway, `${index}`, { model: "large" });
    expect(open.filter(({ request }) => request.model === "small")).toHaveLength(16);
    expect(open.filter(({ request }) => request.model === "large")).toHaveLength(16);
  });

  it("is not held by those that leave while they wait", async () => {
    const { gateway, names, endFirst } = limited(1);
    const first = begin(gateway, "a");
    const controller = new AbortController();
    const aborted = begin(gateway, "b", { signal: controller.signal });
    const left = begin(gateway, "c");
    const last = begin(gateway, "d");
    controller.abort(new Error("enough"));
    expect(await failureOf(aborted.first)).toEqual(new Error("enough"));
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    await left.stream.return?.();
    endFirst();
    await first.first;
    await first.stream.next();
    expect(names()).toEqual(["d"]);
    endFirst();
    expect((await last.first).done).toBe(false);
  });

  it("is not held while tools are at work", async () => {
    let asked = 0;
    const plugin = pluginOf({
      models: async () => [],
      async *stream() {
        asked++;
        yield asked === 1 ? [...call("1", "ask"), finish()] : [text("inner"), finish()];
      },
    });
    const gateway = createRegistry({ plugins: [plugin], maxOpenStreams: 1 }).gateway("fake");
    const options = { gateway, model: "small", messages: [{ role: "user", content: "Hello" }] } as const;
    const ask = {
      name: "ask",
      description: "Asks another agent.",
      parameters: { type: "object" },
      execute: async () => (await run(options).result()).text,
    };
    expect((await run({ ...options, tools: [ask] }).result()).messages.at(-2)).toMatchObject({
      content: [{ content: [{ type: "text", text: "inner" }] }],
    });
  });

  it("outlives new settings, and a gateway that is closed waits for those that wait", async () => {
    const { registry, gateway, names, endFirst } = limited(1);
    const first = begin(gateway, "a");
    const second = begin(gateway, "b");
    registry.reload({ fake: { new: true } });
    const third = begin(gateway, "c");
    const closed = registry.close();
    endFirst();
    await first.first;
    await first.stream.next();
    expect(names()).toEqual(["b"]);
    endFirst();
    await second.first;
    await second.stream.next();
    expect(names()).toEqual(["c"]);
    endFirst();
    await third.first;
    await third.stream.next();
    await closed;
  });

  it("holds a run back, not its abort", async () => {
    const { gateway } = limited(1);
    begin(gateway, "a");
    await settled();
    const controller = new AbortController();
    const waiting = run({
      gateway,
      model: "small",
      messages: [{ role: "user", content: "Hello" }],
      signal: controller.signal,
    });
    const failure = failureOf(collect(waiting));
    await settled();
    controller.abort(new Error("enough"));
    expect(await failure).toEqual(new Error("enough"));
  });

  it.each([0, -1, 1.5, Number.NaN])("cannot be %d", (maxOpenStreams) => {
    expect(() => limited(maxOpenStreams)).toThrow(
      `createRegistry: "maxOpenStreams" must be a whole number above 0, or Infinity, not ${maxOpenStreams}.`,
    );
  });

  it("begins each stream in the context of its own reader", async () => {
    const tenant = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const plugin = pluginOf({
      models: async () => [],
      async *stream() {
        seen.push(tenant.getStore());
        yield [text("a"), finish()];
      },
    });
    const gateway = createRegistry({ plugins: [plugin], maxOpenStreams: 1 }).gateway("fake");
    const read = () => run({ gateway, model: "small", messages: [{ role: "user", content: "Hello" }] }).result();
    await Promise.all(["ann", "bob", "cid"].map((name) => tenant.run(name, read)));
    expect(seen).toEqual(["ann", "bob", "cid"]);
  });

  it("lets all in whose streams fail at once, however many", async () => {
    let fail = () => {};
    const failing = new Promise<void>((resolve) => {
      fail = resolve;
    });
    let begun = 0;
    const plugin = pluginOf({
      models: async () => [],
      stream() {
        if (begun++ > 0) throw new Error("no");
        return (async function* () {
          await failing;
          yield [finish()];
        })();
      },
    });
    const gateway = createRegistry({ plugins: [plugin], maxOpenStreams: 1 }).gateway("fake");
    const all = Array.from({ length: 5000 }, () => collect(gateway.stream(requestOf())));
    fail();
    const ends = await Promise.allSettled(all);
    expect(ends.filter(({ status }) => status === "rejected")).toHaveLength(4999);
  });

  it("begins none of those that were aborted while they waited", async () => {
    const { gateway, open } = limited(2);
    const controller = new AbortController();
    const all = Array.from(
      { length: 50 },
      (_, index) => begin(gateway, `${index}`, { signal: controller.signal }).first,
    );
    controller.abort(new Error("enough"));
    expect((await Promise.allSettled(all)).every(({ status }) => status === "rejected")).toBe(true);
    await settled();
    expect(open).toHaveLength(2);
  });

  it("gives a place back when all is said, but closes no gateway before the stream has ended", async () => {
    const events: string[] = [];
    let end = () => {};
    const ending = new Promise<void>((resolve) => {
      end = resolve;
    });
    const plugin = pluginOf({
      models: async () => [],
      close: async () => void events.push("closed"),
      async *stream() {
        yield [text("a"), finish()];
        await ending;
        events.push("ended");
      },
    });
    const registry = createRegistry({ plugins: [plugin], maxOpenStreams: 1 });
    const stream = registry.gateway("fake").stream(requestOf())[Symbol.asyncIterator]();
    await stream.next();
    const closing = registry.close();
    const last = stream.next();
    await settled();
    expect(events).toEqual([]);
    end();
    expect((await last).done).toBe(true);
    await closing;
    expect(events).toEqual(["ended", "closed"]);
  });
});
