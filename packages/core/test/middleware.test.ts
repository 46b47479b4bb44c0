import { getEventListeners } from "node:events";
import {
  type Middleware,
  type ModelEvent,
  type ModelMiddleware,
  type RunEvent,
  type RunMiddleware,
  run,
  type Tool,
} from "@waygate/core";
import { GatewayError } from "@waygate/core/plugin";
import { expectValidHistory } from "@waygate/valid-history";
import { describe, expect, it } from "vitest";
import { answering, call, collect, failureOf, finish, text } from "./fake-gateway.ts";

const hello = { role: "user", content: "Hello" } as const;
const look: Tool = { name: "look", description: "", parameters: { type: "object" }, execute: () => "seen" };
const twoSteps = () => answering([...call("1", "look"), finish()], [text("Done."), finish()]);

function start(middleware: Middleware, gateway = twoSteps(), signal?: AbortSignal) {
  return run({
    gateway,
    model: "small",
    messages: [hello],
    tools: [look],
    retry: { baseDelayMs: 0 },
    middleware,
    signal,
  });
}

const words = (events: readonly RunEvent[]) =>
  events.map((event) => (event.type === "text-delta" ? event.text : "")).join("");

describe("middleware around a request", () => {
  it("stands in its order, sees each attempt, and may change what is asked and said", async () => {
    const seen: string[] = [];
    const layer = (name: string): ModelMiddleware =>
      async function* ({ gateway, request, attempt }, next) {
        seen.push(`${name} ${gateway} ${attempt} ${request.temperature}`);
        for await (const batch of next({ ...request, temperature: (request.temperature ?? 0) + 1 })) {
          yield batch.map((event) => (event.type === "text-delta" ? text(`${event.text}${name}`) : event));
        }
      };
    const gateway = twoSteps();
    const running = start({ model: [layer("a"), layer("b")] }, gateway);
    expect(words(await collect(running))).toBe("Done.ba");
    expect(seen).toEqual(["a fake 1 undefined", "b fake 1 1", "a fake 1 undefined", "b fake 1 1"]);
    expect(gateway.requests.map(({ temperature }) => temperature)).toEqual([2, 2]);
    expect((await running.result()).text).toBe("Done.ba");
  });

  it("may answer by itself, and asks nobody then", async () => {
    const gateway = twoSteps();
    const running = start(
      {
        model: [
          async function* () {
            yield [];
            yield [text("From the cache."), finish()];
          },
        ],
      },
      gateway,
    );
    expect((await running.result()).text).toBe("From the cache.");
    expect(gateway.requests).toEqual([]);
  });

  it("is retried like a gateway where it is a plain function that throws", async () => {
    let calls = 0;
    const busy: ModelMiddleware = (call, next) => {
      if (++calls < 3) throw new GatewayError("Busy.", { gateway: "fake", code: "overloaded", retryable: true });
      return next(call.request);
    };
    const running = start({ model: [busy] }, answering([text("Done."), finish()]));
    expect((await running.result()).text).toBe("Done.");
    expect(calls).toBe(3);
  });

  it("is retried like a gateway, and told which attempt it is", async () => {
    const attempts: number[] = [];
    const running = start({
      model: [
        async function* ({ request, attempt, gateway }, next) {
          attempts.push(attempt);
          if (attempts.length === 1) throw new GatewayError("Busy.", { gateway, code: "overloaded" });
          yield* next(request);
        },
      ],
    });
    expect((await running.result()).text).toBe("Done.");
    expect(attempts).toEqual([1, 2, 1]);
  });

  it("ends the run with what it throws otherwise, and the history is valid", async () => {
    const running = start({
      model: [
        // biome-ignore lint/correctness/useYield: it never gets that far.
        async function* () {
          throw new Error("No.");
        },
      ],
    });
    expect(await failureOf(running.result())).toEqual(new Error("No."));
    expectValidHistory(running.messages);
  });

  it.each<[string, readonly ModelEvent[], string]>([
    ["leaves the end out", [text("a")], "ended without finish"],
    ["says something after it", [finish(), text("a")], "sent text-delta after finish"],
  ])("is found out where it %s", async (_name, batch, breach) => {
    const running = start({
      model: [
        async function* () {
          yield batch;
        },
      ],
    });
    expect(await failureOf(running.result())).toMatchObject({
      code: "protocol",
      message: `A middleware around gateway "fake" ${breach}. Pass the gateway's events on in their order.`,
    });
  });

  it("does not keep a run from being aborted", async () => {
    const controller = new AbortController();
    const running = start(
      {
        model: [
          async function* () {
            await new Promise(() => undefined);
          },
        ],
      },
      twoSteps(),
      controller.signal,
    );
    const failure = failureOf(running.result());
    setImmediate(() => controller.abort(new Error("enough")));
    expect(await failure).toEqual(new Error("enough"));
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });
});

describe("middleware around a run", () => {
  it("sees all events in its order, and may hold some back, add some or change them", async () => {
    const seen: string[] = [];
    const layer = (name: string): RunMiddleware =>
      async function* ({ model }, next) {
        yield [{ type: "notice", code: name, message: model }];
        for await (const batch of next()) {
          seen.push(`${name} ${batch.map(({ type }) => type).join()}`);
          yield batch.filter(({ type }) => type !== "step-start");
        }
      };
    const running = start({ run: [layer("a"), layer("b")] });
    const events = await collect(running);
    expect(events.map(({ type }) => type)).toEqual([
      ...["notice", "notice", "tool-call-start", "tool-call-delta", "tool-call-end", "finish"],
      ...["tool-start", "tool-result", "step-end", "text-delta", "finish", "step-end", "run-end"],
    ]);
    expect(seen.filter((line) => line.includes("step-start"))).toEqual(["b step-start", "b step-start"]);
    expect((await running.result()).reason).toBe("stop");
  });

  it("does not change the result by what it holds back", async () => {
    const running = start({
      run: [
        async function* (_options, next) {
          for await (const _ of next()) yield [];
        },
      ],
    });
    expect(await collect(running)).toEqual([]);
    expect(await running.result()).toMatchObject({ reason: "stop", text: "Done." });
  });

  it.each<[string, () => Promise<void>, string]>([
    ["leaves early", async () => undefined, "A middleware left the run before it ended."],
    ["throws", async () => Promise.reject(new Error("No.")), "No."],
  ])("ends the run where it %s, and the history is whole", async (_name, then, message) => {
    const running = start({
      run: [
        async function* (_options, next) {
          for await (const batch of next()) {
            yield batch;
            if (batch.some(({ type }) => type === "tool-start")) return then();
          }
        },
      ],
    });
    expect(await failureOf(running.result())).toMatchObject({ message });
    expect(running.messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool"]);
    expectValidHistory(running.messages);
  });

  it("does not keep a run from being aborted or left", async () => {
    const stuck: RunMiddleware = async function* (_options, next) {
      for await (const batch of next()) {
        yield batch;
        if (batch.some(({ type }) => type === "tool-result")) await new Promise(() => undefined);
      }
    };
    const controller = new AbortController();
    const aborted = start({ run: [stuck] }, twoSteps(), controller.signal);
    const failure = failureOf(aborted.result());
    setTimeout(() => controller.abort(new Error("enough")), 20);
    expect(await failure).toEqual(new Error("enough"));
    expectValidHistory(aborted.messages);
    expect(aborted.messages).toHaveLength(3);

    const left = start({ run: [stuck] });
    for await (const event of left) if (event.type === "tool-result") break;
    expectValidHistory(left.messages);
    expect(left.messages).toHaveLength(3);
  });
});
