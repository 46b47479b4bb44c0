import type { Taker } from "@waygate/core/plugin";
import { batches, openHttp, type Reading } from "@waygate/http";
import { describe, expect, it } from "vitest";
import { get, listen } from "./service.ts";

/** Hands out what is sent to it, to whoever waits. */
function source() {
  const state = { cancelled: 0 };
  let waiting: Taker<string> | undefined;
  const given: Reading<string> = {
    next: (taker) => {
      waiting = taker;
    },
    cancel: () => {
      state.cancelled += 1;
    },
  };
  return {
    state,
    given,
    send: (batch: string | undefined) => waiting?.accept(batch),
    fail: (error: unknown) => waiting?.refuse(error),
  };
}

describe("batches", () => {
  it("of an answer are read in a loop", async () => {
    await using service = await listen((_request, response) => response.end("0123456789"));
    const http = openHttp();
    let text = "";
    for await (const pieces of batches(() => http.send(get(service)))) text += Buffer.concat([...pieces]).toString();
    expect(text).toBe("0123456789");
    await http.close();
  });

  it("are asked for no sooner than they are wanted", async () => {
    let opened = 0;
    const { given, send } = source();
    const iterator = batches(async () => {
      opened += 1;
      return given;
    });
    expect(opened).toBe(0);
    const first = iterator.next();
    expect(opened).toBe(1);
    await Promise.resolve();
    send("one");
    expect(await first).toEqual({ done: false, value: "one" });
    const second = iterator.next();
    send(undefined);
    expect(await second).toEqual({ done: true, value: undefined });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(opened).toBe(1);
  });

  it("end with an error, and then are over", async () => {
    const { given, fail, state } = source();
    const iterator = batches(async () => given);
    const first = iterator.next();
    await Promise.resolve();
    fail("broken");
    await expect(first).rejects.toBe("broken");
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    await iterator.return?.();
    expect(state.cancelled).toBe(0);
  });

  it("begin with what was there already, and tell of a failure in the words of whoever opened them", async () => {
    const { given, send, fail } = source();
    const tell = (error: unknown) => `told: ${error}`;
    const iterator = batches(async () => ({ reading: given, ready: ["one", "two"], tell }));
    expect(await iterator.next()).toEqual({ done: false, value: "one" });
    expect(await iterator.next()).toEqual({ done: false, value: "two" });
    const third = iterator.next();
    send("three");
    expect(await third).toEqual({ done: false, value: "three" });
    const last = iterator.next();
    fail("broken");
    await expect(last).rejects.toBe("told: broken");
  });

  it("are cancelled when the loop is left amid what was there already", async () => {
    const { given, state } = source();
    const iterator = batches(async () => ({ reading: given, ready: ["one", "two"] }));
    await iterator.next();
    await iterator.return?.();
    expect(state.cancelled).toBe(1);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it("end where their source cannot be opened", async () => {
    const iterator = batches<string>(() => Promise.reject("shut"));
    await expect(iterator.next()).rejects.toBe("shut");
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it("are cancelled when the loop is left, once", async () => {
    const { given, send, state } = source();
    const iterator = batches(async () => given);
    const first = iterator.next();
    await Promise.resolve();
    send("one");
    await first;
    await iterator.return?.();
    await iterator.return?.();
    expect(state.cancelled).toBe(1);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it("are cancelled when it is left while one of them is waited for", async () => {
    const { given, state } = source();
    const iterator = batches(async () => given);
    const first = iterator.next();
    await Promise.resolve();
    await iterator.return?.();
    expect(await first).toEqual({ done: true, value: undefined });
    expect(state.cancelled).toBe(1);
  });

  it("are cancelled when it is left before their source was open", async () => {
    const { given, state } = source();
    const opening = Promise.withResolvers<Reading<string>>();
    const iterator = batches(() => opening.promise);
    const first = iterator.next();
    await iterator.return?.();
    expect(await first).toEqual({ done: true, value: undefined });
    opening.resolve(given);
    await opening.promise;
    expect(state.cancelled).toBe(1);
  });

  it("fail where their source throws in the place of calling back", async () => {
    const broken: Reading<string> = {
      next() {
        throw new Error("no");
      },
      cancel: () => undefined,
    };
    await expect(batches(async () => broken).next()).rejects.toThrow("no");
  });
});
