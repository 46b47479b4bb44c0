import { AsyncLocalStorage } from "node:async_hooks";
import { type ModelEvent, run } from "@waygate/core";
import { BatchSource, type Taker } from "@waygate/core/plugin";
import { describe, expect, it } from "vitest";
import { call, collect, failureOf, finish, requestOf, streaming, text } from "./fake-gateway.ts";

type Batch = readonly ModelEvent[];

/** Gives what it is told to, in the moment when it is told to, or what is there already at once. */
class Script extends BatchSource<Batch> {
  left = 0;
  taken = 0;
  #waiting: Taker<Batch> | undefined;
  readonly #ready: (Batch | undefined)[];

  constructor(...ready: (Batch | undefined)[]) {
    super();
    this.#ready = ready;
  }

  take(taker: Taker<Batch>): void {
    this.taken++;
    if (this.#ready.length > 0) taker.accept(this.#ready.shift());
    else this.#waiting = taker;
  }

  get awaited(): boolean {
    return this.#waiting !== undefined;
  }

  give(batch: Batch | undefined): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.accept(batch);
  }

  break(error: unknown): void {
    this.#waiting?.refuse(error);
  }

  protected leave(): void {
    this.left++;
  }
}

async function giveAll(source: Script, ...batches: readonly (Batch | undefined)[]): Promise<void> {
  for (const batch of batches) {
    while (!source.awaited) await new Promise(setImmediate);
    source.give(batch);
  }
}

const say = (words: string): Batch => [text(words)];

describe("a source of batches", () => {
  it("is an iterator: what is there comes at once, what is not is waited for", async () => {
    const source = new Script(say("a"));
    expect(await source.next()).toEqual({ done: false, value: say("a") });
    const next = source.next();
    source.give(say("b"));
    expect(await next).toEqual({ done: false, value: say("b") });
    const last = source.next();
    source.give(undefined);
    expect(await last).toEqual({ done: true, value: undefined });
  });

  it("is asked for one batch at a time, in whatever haste its reader is", async () => {
    const source = new Script();
    const reads = [source.next(), source.next(), source.next()];
    expect(source.taken).toBe(1);
    source.give(say("a"));
    await reads[0];
    source.give(say("b"));
    await reads[1];
    source.give(undefined);
    expect((await Promise.all(reads)).map(({ value }) => value)).toEqual([say("a"), say("b"), undefined]);
  });

  it("answers in the order in which it was asked, also by one who asks as soon as he is answered", async () => {
    const source = new Script();
    let third: Promise<IteratorResult<Batch, undefined>> | undefined;
    const first = source.next();
    const asked = first.then(() => {
      third = source.next();
    });
    const second = source.next();
    await giveAll(source, say("a"), say("b"), say("c"));
    await asked;
    expect([(await first).value, (await second).value, (await third)?.value]).toEqual([say("a"), say("b"), say("c")]);
  });

  it("fails the read that waits, and is over then", async () => {
    const source = new Script();
    const reading = failureOf(source.next());
    source.break("broken");
    expect(await reading).toBe("broken");
    expect(await source.next()).toEqual({ done: true, value: undefined });
    await source.return();
    expect([source.taken, source.left]).toEqual([1, 0]);
  });

  it("that throws in the place of calling back fails the read, and is over then", async () => {
    class Broken extends Script {
      override take(): void {
        throw new Error("no");
      }
    }
    const source = new Broken();
    expect(await failureOf(source.next())).toMatchObject({ message: "no" });
    expect(await source.next()).toEqual({ done: true, value: undefined });
  });

  it("is left with the loop over it, once, and so is a read that waits", async () => {
    const source = new Script(say("a"), say("b"));
    for await (const _ of source) break;
    const waited = new Script();
    const reading = waited.next();
    await waited.return();
    await waited.return();
    expect(await reading).toEqual({ done: true, value: undefined });
    waited.give(say("late"));
    expect(await waited.next()).toEqual({ done: true, value: undefined });
    expect([source.left, waited.left]).toEqual([1, 1]);
  });
});

describe("a gateway whose stream is one", () => {
  it("gives its very batches, the empty ones skipped", async () => {
    const batch = say("b");
    const gateway = streaming(() => new Script([], say("a"), [], [], batch, [finish()], [], undefined));
    const batches = await collect(gateway.stream(requestOf()));
    expect(batches).toEqual([say("a"), batch, [finish()]]);
    expect(batches[1]).toBe(batch);
  });

  it("is held to the order of events, and left at its first breach", async () => {
    const source = new Script([finish()], say("late"));
    const gateway = streaming(() => source);
    expect(await failureOf(collect(gateway.stream(requestOf())))).toMatchObject({
      code: "protocol",
      message: 'The stream of gateway "fake" sent text-delta after finish. Report this to the plugin\'s author.',
    });
    expect([source.left, source.taken]).toEqual([1, 2]);
    const cut = streaming(() => new Script(say("a"), undefined));
    expect(await failureOf(collect(cut.stream(requestOf())))).toMatchObject({
      message: 'The stream of gateway "fake" ended without finish. The answer is incomplete.',
    });
  });

  it.each<[string, (taker: Taker<Batch>) => void, string]>([
    ["a batch", (taker) => taker.accept(say("b")), "sent events without being asked. Report this"],
    ["nothing", (taker) => taker.accept([]), "sent events without being asked. Report this"],
    ["its end", (taker) => taker.accept(undefined), "ended without finish. The answer is incomplete."],
    ["a failure", (taker) => taker.refuse(new Error("no")), "failed: no. Report this to the plugin's author."],
  ])("that says %s before it is asked again fails the next read", async (_what, speak, words) => {
    class Hasty extends Script {
      override take(taker: Taker<Batch>): void {
        super.take(taker);
        if (this.taken === 1) speak(taker);
      }
    }
    const gateway = streaming(() => new Hasty(say("a"), [finish()], undefined));
    const batches: Batch[] = [];
    const reading = async () => {
      for await (const batch of gateway.stream(requestOf())) batches.push(batch);
    };
    expect(await failureOf(reading())).toMatchObject({ code: "protocol", message: expect.stringContaining(words) });
    expect(batches).toEqual([say("a")]);
    const running = run({ gateway, model: "small", messages: [] });
    expect(await failureOf(running.result())).toMatchObject({ code: "protocol" });
  });

  it("may tell its end with the last of its events", async () => {
    class Hasty extends Script {
      override take(taker: Taker<Batch>): void {
        super.take(taker);
        taker.accept(undefined);
      }
    }
    const batches = await collect(streaming(() => new Hasty([text("a"), finish()])).stream(requestOf()));
    expect(batches).toEqual([[text("a"), finish()]]);
  });

  it("is named where it fails, and where its very asking does", async () => {
    const source = new Script();
    const failure = failureOf(collect(streaming(() => source).stream(requestOf())));
    source.break(new Error("socket closed"));
    const message = 'The plugin of gateway "fake" failed: socket closed. Report this to the plugin\'s author.';
    expect(await failure).toMatchObject({ code: "protocol", message });
    class Broken extends Script {
      override take(): void {
        throw new Error("socket closed");
      }
    }
    expect(await failureOf(collect(streaming(() => new Broken()).stream(requestOf())))).toMatchObject({ message });
  });

  it("may send some empty batches in a row, and not without an end", async () => {
    class Empty extends Script {
      override take(taker: Taker<Batch>): void {
        this.taken++;
        taker.accept([]);
      }
    }
    const source = new Empty();
    expect(await failureOf(collect(streaming(() => source).stream(requestOf())))).toMatchObject({
      code: "protocol",
      message: expect.stringContaining("sent over 1000 empty batches in a row"),
    });
    await new Promise(setImmediate);
    expect([source.taken, source.left]).toEqual([1001, 1]);
  });

  it("tells nobody of what comes after an abort", async () => {
    const controller = new AbortController();
    const source = new Script(say("a"));
    const events = streaming(() => source)
      .stream(requestOf({ signal: controller.signal }))
      [Symbol.asyncIterator]();
    await events.next();
    const reading = failureOf(events.next());
    controller.abort("enough");
    expect(await reading).toBe("enough");
    source.give(say("b"));
    source.break("late");
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  it("makes a run: batches that are there at once, ones that come, and one that breaks off", async () => {
    const messages = [{ role: "user" as const, content: "Hello" }];
    const source = new Script(say("Hel"), say("lo"), say(" "));
    const running = run({ gateway: streaming(() => source), model: "small", messages });
    const said: string[] = [];
    for await (const event of running) {
      if (event.type !== "text-delta") continue;
      said.push(event.text);
      if (event.text === " ") void giveAll(source, say("you"), [finish()], undefined);
    }
    expect(said).toEqual(["Hel", "lo", " ", "you"]);
    expect((await running.result()).text).toBe("Hello you");

    const broken = new Script(say("Hel"));
    const breaking = run({ gateway: streaming(() => broken), model: "small", messages });
    const events = breaking[Symbol.asyncIterator]();
    await events.next();
    await events.next();
    const next = failureOf(events.next());
    broken.break(new Error("socket closed"));
    expect(await next).toMatchObject({ code: "protocol" });
    expect(breaking.messages.at(-1)).toMatchObject({ role: "assistant", content: [{ type: "text", text: "Hel" }] });
  });

  it("has tools and approvals work in the context of who reads, wherever its end comes from", async () => {
    const reader = new AsyncLocalStorage<string>();
    const source = new Script();
    const seen: (string | undefined)[] = [];
    const note = () => {
      seen.push(reader.getStore());
      return true;
    };
    const tool = {
      name: "look",
      description: "",
      parameters: { type: "object" },
      approval: note,
      execute: () => `${note()}`,
    };
    const gateway = streaming((request) => (request.messages.length > 1 ? new Script([finish()], undefined) : source));
    const { approvals, done } = reader.run("reader", () => {
      const running = run({
        gateway,
        model: "small",
        messages: [{ role: "user", content: "Hello" }],
        tools: [tool],
        approve: note,
      });
      return { approvals: seen, done: running.result() };
    });
    await reader.run("network", () => giveAll(source, [...call("1", "look"), finish("tool-calls")], undefined));
    await done;
    expect(approvals).toEqual(["reader", "reader", "reader"]);
  });
});
