import { AsyncLocalStorage } from "node:async_hooks";
import { type Channel, channel, tracingChannel } from "node:diagnostics_channel";
import { type RunOptions, run, type Tool } from "@waygate/core";
import { GatewayError } from "@waygate/core/plugin";
import { afterEach, describe, expect, it } from "vitest";
import { answering, call, failureOf, finish, streaming, text, usageOf } from "./fake-gateway.ts";

const names = ["waygate.run", "waygate.model-call", "waygate.tool"] as const;
const hello = { role: "user", content: "Hello" } as const;
const subscriptions: (() => void)[] = [];
afterEach(() => {
  for (const end of subscriptions.splice(0)) end();
});

interface Published {
  readonly what: string;
  readonly message: Record<string, unknown>;
}

/** Everything that is published, in order. */
function listen(): readonly Published[] {
  const published: Published[] = [];
  for (const name of names) {
    for (const moment of ["start", "end", "asyncStart", "asyncEnd", "error"]) {
      const subscribed = channel(`tracing:${name}:${moment}`);
      const listener = (message: unknown) =>
        published.push({ what: `${name}:${moment}`, message: message as Record<string, unknown> });
      subscribed.subscribe(listener);
      subscriptions.push(() => subscribed.unsubscribe(listener));
    }
  }
  return published;
}

function start(more: Partial<RunOptions> = {}) {
  const gateway = answering(
    [{ type: "response-start", id: "r1", model: "small-2" }, ...call("1", "look", { at: "a" }), finish()],
    [text("Done."), { type: "usage", usage: usageOf(3, 4) }, finish()],
  );
  const look: Tool = { name: "look", description: "", parameters: { type: "object" }, execute: () => "seen" };
  return run({ gateway, model: "small", messages: [hello], tools: [look], retry: false, ...more });
}

const of = (published: readonly Published[], ...moments: string[]) =>
  published.filter(({ what }) => moments.some((moment) => what.endsWith(`:${moment}`))).map(({ what }) => what);

describe("diagnostics channels", () => {
  it("tell of a run, its requests and its tools, with what came of them", async () => {
    const published = listen();
    const running = start();
    expect(published).toEqual([]);
    await running.result();
    expect(of(published, "start", "asyncEnd", "error")).toEqual([
      "waygate.run:start",
      "waygate.model-call:start",
      "waygate.model-call:asyncEnd",
      "waygate.tool:start",
      "waygate.tool:asyncEnd",
      "waygate.model-call:start",
      "waygate.model-call:asyncEnd",
      "waygate.run:asyncEnd",
    ]);
    const [ofRun, first, tool, second] = published.filter(({ what }) => what.endsWith(":start"));
    expect(ofRun?.message).toMatchObject({ gateway: "fake", model: "small", end: { reason: "stop", steps: 2 } });
    expect(ofRun?.message.run).toBe(running);
    expect(first?.message).toMatchObject({
      gateway: "fake",
      attempt: 1,
      request: { model: "small", tools: [{ name: "look" }] },
      response: { id: "r1", model: "small-2" },
      finish: { reason: "stop" },
    });
    expect(tool?.message).toMatchObject({
      id: "1",
      name: "look",
      arguments: { at: "a" },
      content: [{ type: "text", text: "seen" }],
      isError: false,
    });
    expect(second?.message).toMatchObject({ usage: { usage: usageOf(3, 4) } });
    // The same object from the beginning to the end, to keep a span by.
    expect(new Set(published.map(({ message }) => message)).size).toBe(4);
  });

  it("tell of failures", async () => {
    const published = listen();
    const gateway = streaming(async function* () {
      yield [text("a")];
      throw new GatewayError("It broke.", { gateway: "fake", code: "connection" });
    });
    const error = await failureOf(start({ gateway }).result());
    const failures = published.filter(({ what }) => what.endsWith(":error"));
    expect(failures.map(({ what }) => what)).toEqual(["waygate.model-call:error", "waygate.run:error"]);
    for (const { message } of failures) expect(message.error).toBe(error);
    expect(of(published, "asyncEnd")).toEqual(["waygate.model-call:asyncEnd", "waygate.run:asyncEnd"]);
  });

  it("tell of a tool that fails, which fails nothing else", async () => {
    const published = listen();
    const look: Tool = {
      name: "look",
      description: "",
      parameters: { type: "object" },
      execute: () => Promise.reject(new Error("It is dark.")),
    };
    await start({ tools: [look] }).result();
    const failures = published.filter(({ what }) => what.endsWith(":error"));
    expect(failures).toMatchObject([{ what: "waygate.tool:error", message: { error: new Error("It is dark.") } }]);
  });

  it("tell of a run that is left, and of the request that it cancels, once each", async () => {
    const published = listen();
    for await (const event of start()) if (event.type === "tool-call-start") break;
    expect(of(published, "error", "asyncEnd").toSorted()).toEqual([
      "waygate.model-call:asyncEnd",
      "waygate.model-call:error",
      "waygate.run:asyncEnd",
      "waygate.run:error",
    ]);
  });

  it("nest: what is done within an operation is done in its context", async () => {
    const spans = new AsyncLocalStorage<string[]>();
    for (const name of names) {
      // A subscriber makes the channel live; the store is bound beside it.
      const { start: begun } = tracingChannel(name) as unknown as { start: Channel };
      const listener = () => undefined;
      begun.subscribe(listener);
      begun.bindStore(spans, () => [...(spans.getStore() ?? []), name]);
      subscriptions.push(() => {
        begun.unbindStore(spans);
        begun.unsubscribe(listener);
      });
    }
    const seen: (string[] | undefined)[] = [];
    const scripted = answering([...call("1", "look"), finish()], [text("Done."), finish()]);
    const gateway = streaming(async function* (request) {
      seen.push(spans.getStore());
      yield* scripted.stream(request);
      seen.push(spans.getStore());
    });
    const look: Tool = {
      name: "look",
      description: "",
      parameters: { type: "object" },
      execute: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(spans.getStore());
        return "seen";
      },
    };
    for await (const _ of start({ gateway, tools: [look] })) expect(spans.getStore()).toBeUndefined();
    const request = ["waygate.run", "waygate.model-call"];
    expect(seen).toEqual([request, request, ["waygate.run", "waygate.tool"], request, request]);
  });
});
