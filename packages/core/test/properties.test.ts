import { type AssistantPart, type Message, type ModelEvent, run } from "@waygate/core";
import { expectValidHistory } from "@waygate/valid-history";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answering, collect, type Delivery, failureOf, requestOf, usageOf } from "./fake-gateway.ts";

/** Grows an answer by one event at a time, always a valid one. */
class Author {
  readonly events: ModelEvent[] = [];
  readonly #open: { id: string; text: string }[] = [];
  #reasoning = false;
  #calls = 0;

  write(choice: number, words: string): void {
    const writers = [
      () => this.#say(words),
      () => this.#think(words),
      () => this.#endThought(words),
      () => this.#call(),
      () => this.#argue(words),
      () => this.#endCall(choice, words),
      () => this.events.push({ type: "usage", usage: usageOf(choice, words.length) }),
      () => this.events.push({ type: "notice", code: "odd", message: words }),
    ];
    writers[choice % writers.length]?.();
  }

  end(): readonly ModelEvent[] {
    this.#settle();
    while (this.#open.length > 0) this.#endCall(this.#open.length, "");
    this.events.push({ type: "finish", reason: "stop" });
    return this.events;
  }

  #say(words: string): void {
    this.#settle();
    this.events.push({ type: "text-delta", text: words });
  }

  #think(words: string): void {
    this.#reasoning = true;
    this.events.push({ type: "reasoning-delta", text: words });
  }

  #endThought(state: string): void {
    this.#reasoning = false;
    this.events.push({ type: "reasoning-end", state });
  }

  #call(): void {
    this.#settle();
    const id = `${++this.#calls}`;
    this.#open.push({ id, text: "" });
    this.events.push({ type: "tool-call-start", id, name: `tool-${id}` });
  }

  #argue(words: string): void {
    const call = this.#open.at(-1);
    if (call === undefined) return;
    call.text += words;
    this.events.push({ type: "tool-call-delta", id: call.id, text: words });
  }

  #endCall(choice: number, words: string): void {
    const [call] = this.#open.splice(choice % Math.max(1, this.#open.length), 1);
    if (call === undefined) return;
    const common = { type: "tool-call-end", id: call.id } as const;
    if (choice % 3 === 0) this.events.push({ ...common, arguments: call.text, complete: true });
    else this.events.push({ ...common, arguments: JSON.stringify(words), complete: true });
  }

  /** Text and calls do not begin within reasoning. */
  #settle(): void {
    if (!this.#reasoning) return;
    this.#reasoning = false;
    this.events.push({ type: "reasoning-end" });
  }
}

const answers: fc.Arbitrary<readonly ModelEvent[]> = fc
  .array(fc.tuple(fc.nat(1000), fc.string({ minLength: 1, unit: "grapheme" })), { maxLength: 60 })
  .map((choices) => {
    const author = new Author();
    for (const [choice, words] of choices) author.write(choice, words);
    return author.end();
  });

/** How many events each delivery holds; 0 is an empty batch, 1 may be a single event or a batch of one. */
const sizes = fc.array(fc.tuple(fc.nat(5), fc.boolean()), { minLength: 1, maxLength: 20 }).filter((list) => {
  return list.some(([size]) => size > 0);
});

function deliver(events: readonly ModelEvent[], cut: readonly (readonly [number, boolean])[]): readonly Delivery[] {
  const deliveries: Delivery[] = [];
  for (let at = 0, index = 0; at < events.length; index++) {
    const [size, alone] = cut[index % cut.length] ?? [1, true];
    const [first] = events.slice(at, at + 1);
    deliveries.push(size === 1 && alone && first !== undefined ? first : events.slice(at, at + size));
    at += size;
  }
  return deliveries;
}

async function historyOf(deliveries: readonly Delivery[]): Promise<readonly Message[]> {
  const messages = [{ role: "user", content: "Hello" }] as const;
  const running = run({ gateway: answering(deliveries), model: "small", messages, maxSteps: 1 });
  return (await running.result()).messages;
}

const wordsOf = (content: readonly AssistantPart[], type: "text" | "reasoning") =>
  content.map((part) => (part.type === type ? part.text : "")).join("");
const sentOf = (events: readonly ModelEvent[], type: "text-delta" | "reasoning-delta") =>
  events.map((event) => (event.type === type ? event.text : "")).join("");

describe("any answer", () => {
  it("comes to the same history in any deliveries", async () => {
    await fc.assert(
      fc.asyncProperty(answers, sizes, async (events, cut) => {
        const whole = await historyOf([events]);
        expectValidHistory(whole);
        expect(await historyOf(deliver(events, cut))).toEqual(whole);
      }),
    );
  });

  it("comes to a message that holds all of it, in its order", async () => {
    await fc.assert(
      fc.asyncProperty(answers, async (events) => {
        const message = (await historyOf([events]))[1];
        const content = message?.role === "assistant" ? message.content : [];
        expect(wordsOf(content, "text")).toBe(sentOf(events, "text-delta"));
        expect(wordsOf(content, "reasoning")).toBe(sentOf(events, "reasoning-delta"));
        const states = content.flatMap((part) => (part.type === "reasoning" && part.state ? [part.state.data] : []));
        expect(states).toEqual(
          events.flatMap((event) => (event.type === "reasoning-end" && event.state !== undefined ? [event.state] : [])),
        );
        const calls = content.flatMap((part) => (part.type === "tool-call" ? [part] : []));
        expect(calls.map((call) => call.id)).toEqual(
          events.flatMap((event) => (event.type === "tool-call-start" ? [event.id] : [])),
        );
        const ends = new Map(events.flatMap((event) => (event.type === "tool-call-end" ? [[event.id, event]] : [])));
        for (const call of calls) {
          const end = ends.get(call.id);
          const isJson = end !== undefined && parses(end.arguments);
          expect([call.arguments, call.status]).toEqual([end?.arguments || "{}", isJson ? "ok" : "invalid"]);
        }
        // Neighbours of one kind would be one part, unless a call or the end of reasoning stood between them.
        expect(content.some((part, index) => part.type === "text" && content[index - 1]?.type === "text")).toBe(false);
      }),
    );
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text || "{}");
    return true;
  } catch {
    return false;
  }
}

type Mutation = (events: readonly ModelEvent[], pick: number) => readonly ModelEvent[] | undefined;

/** Replaces one of the events that fit by others; undefined where none fits. */
function replacing(fits: (event: ModelEvent) => boolean, by: (event: ModelEvent) => readonly unknown[]): Mutation {
  return (events, pick) => {
    const places = events.flatMap((event, index) => (fits(event) ? [index] : []));
    const place = places[pick % Math.max(1, places.length)];
    if (place === undefined) return undefined;
    return events.flatMap((event, index) => (index === place ? (by(event) as ModelEvent[]) : [event]));
  };
}

const of = (type: ModelEvent["type"]) => (event: ModelEvent) => event.type === type;

const mutations: Record<string, Mutation> = {
  "loses its finish": (events) => events.slice(0, -1),
  "finishes twice": replacing(of("finish"), (event) => [event, event]),
  "goes on after its finish": (events, pick) => [...events, ...events.slice(pick % events.length).slice(0, 1)],
  "loses the start of a call": replacing(of("tool-call-start"), () => []),
  "starts a call twice": replacing(of("tool-call-start"), (event) => [event, event]),
  "starts a call without a name": replacing(of("tool-call-start"), (event) => [{ ...event, name: "" }]),
  "loses the end of a call": replacing(of("tool-call-end"), () => []),
  "ends a call twice": replacing(of("tool-call-end"), (event) => [event, event]),
  "ends a call without saying whether it is complete": replacing(of("tool-call-end"), (event) => [
    { ...event, complete: undefined },
  ]),
  "ends a call in the shape from before contract 1": replacing(of("tool-call-end"), ({ type, ...event }) => [
    { type, ...event, complete: undefined, status: "ok", value: 1 },
  ]),
  "has an unknown executor": replacing(of("tool-call-start"), (event) => [{ ...event, executor: "robot" }]),
  "continues a call that is not open": replacing(of("tool-call-end"), (event) => [
    event,
    { type: "tool-call-delta", id: "id" in event && event.id, text: "x" },
  ]),
  "sends an empty piece": replacing(
    (event) => event.type.endsWith("-delta"),
    (event) => [{ ...event, text: "" }],
  ),
  "counts less than nothing": replacing(of("usage"), () => [{ type: "usage", usage: usageOf(-1, 0) }]),
  "begins in the middle": replacing(
    (event) => /^(text|reasoning|tool)/.test(event.type),
    (event) => [event, { type: "response-start" }],
  ),
  "finishes while it thinks": replacing(of("finish"), (event) => [{ type: "reasoning-delta", text: "x" }, event]),
  "ends reasoning that is not there": replacing(of("text-delta"), (event) => [event, { type: "reasoning-end" }]),
  "sends an object without a type": replacing(
    () => true,
    (event) => [{ kind: "telepathy" }, event],
  ),
  "sends nothing where an event belongs": replacing(
    () => true,
    (event) => [undefined, event],
  ),
};

describe("an answer of which one event is wrong", () => {
  it.each(Object.entries(mutations))("is stopped where it %s, in any deliveries", async (_name, mutate) => {
    let mutated = 0;
    await fc.assert(
      fc.asyncProperty(answers, sizes, fc.nat(1000), async (events, cut, pick) => {
        const wrong = mutate(events, pick);
        if (wrong === undefined) return;
        mutated++;
        expect(await failureOf(collect(answering(deliver(wrong, cut)).stream(requestOf())))).toEqual(
          expect.objectContaining({ name: "GatewayError", gateway: "fake", code: "protocol" }),
        );
      }),
      { numRuns: 60 },
    );
    expect(mutated).toBeGreaterThan(0);
  });
});
