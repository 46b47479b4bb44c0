import { createHook } from "node:async_hooks";
import { GatewayError, type NoticeEvent } from "@waygate/core/plugin";
import { describe, expect, it } from "vitest";
import { ModelMemory, type ModelMemoryOptions } from "./model-memory.ts";

type List = readonly string[];

const { signal } = new AbortController();

function memory(options: Partial<ModelMemoryOptions<List>> = {}) {
  const notices: Omit<NoticeEvent, "type">[] = [];
  const made = new ModelMemory<List>({
    gateway: "g",
    signal: new AbortController().signal,
    notice: (notice) => void notices.push(notice),
    fetch: async () => ["a"],
    ...options,
  });
  return Object.assign(made, { notices });
}

/** A fetch whose calls are answered by the test, in whatever order. */
function controlled() {
  const calls: {
    readonly key: string | undefined;
    readonly signal: AbortSignal;
    readonly resolve: (list: List) => void;
    readonly reject: (error: unknown) => void;
  }[] = [];
  const fetch: ModelMemoryOptions<List>["fetch"] = (signal, key) => {
    const { promise, resolve, reject } = Promise.withResolvers<List>();
    signal.addEventListener("abort", () => reject(signal.reason));
    calls.push({ key, signal, resolve, reject });
    return promise;
  };
  return { calls, fetch };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const failure = new GatewayError('Gateway "g" answered 500: broken.', { gateway: "g", code: "server-error" });

describe("a list of models", () => {
  it("is fetched once for as long as it is current, and again to refresh it", async () => {
    let asked = 0;
    const fetch = async () => [`m${++asked}`];
    const lasting = memory({ fetch });
    expect(lasting.last).toBeUndefined();
    expect(await lasting.get({ signal })).toEqual(["m1"]);
    expect(await lasting.get({ signal })).toEqual(["m1"]);
    expect(await lasting.get({ signal, refresh: true })).toEqual(["m2"]);
    expect(lasting.last).toEqual(["m2"]);
    const ageless = memory({ fetch, maxAgeMs: 0 });
    await ageless.get({ signal });
    expect(await ageless.get({ signal })).toEqual(["m4"]);
  });

  it("leaves no timer behind, whether it comes or fails", async () => {
    const timeoutMs = 54_321;
    const timers = new Set<number>();
    const hook = createHook({
      init(id, type, _trigger, resource) {
        const { _idleTimeout } = resource as { readonly _idleTimeout?: number };
        if (type === "Timeout" && _idleTimeout === timeoutMs) timers.add(id);
      },
      destroy: (id) => void timers.delete(id),
    }).enable();
    await memory({ timeoutMs }).get({ signal });
    const failing = memory({ timeoutMs, fetch: () => Promise.reject(failure) });
    await expect(failing.get({ signal })).rejects.toBe(failure);
    await turn();
    await turn();
    hook.disable();
    expect(timers.size).toBe(0);
  });

  it("is fetched once for callers at the same time, also if one of them leaves", async () => {
    const { calls, fetch } = controlled();
    const shared = memory({ fetch });
    const leaving = new AbortController();
    const left = shared.get({ signal: leaving.signal });
    const stays = shared.get({ signal, refresh: true });
    await turn();
    leaving.abort(new Error("gone"));
    await expect(left).rejects.toThrow("gone");
    expect(calls).toHaveLength(1);
    expect(calls[0]?.signal.aborted).toBe(false);
    calls[0]?.resolve(["a"]);
    expect(await stays).toEqual(["a"]);
  });

  it("is given up when the last caller leaves, and fetched anew for the next", async () => {
    const { calls, fetch } = controlled();
    const shared = memory({ fetch });
    const leaving = new AbortController();
    const left = shared.get({ signal: leaving.signal });
    await turn();
    leaving.abort(new Error("gone"));
    await expect(left).rejects.toThrow("gone");
    expect(calls[0]?.signal.aborted).toBe(true);
    const next = shared.get({ signal });
    await turn();
    calls[1]?.resolve(["b"]);
    expect(await next).toEqual(["b"]);
  });

  it("is not fetched for a caller that has left already, nor waited for", async () => {
    const { calls, fetch } = controlled();
    const aborted = AbortSignal.abort(new Error("gone"));
    await expect(memory({ fetch }).get({ signal: aborted })).rejects.toThrow("gone");
    expect(calls).toEqual([]);
  });

  it("times out", async () => {
    const { fetch } = controlled();
    await expect(memory({ fetch, timeoutMs: 20 }).get({ signal })).rejects.toMatchObject({
      code: "timeout",
      gateway: "g",
      message: 'Gateway "g": the list of models timed out after 0.02 s. Try again.',
    });
  });

  it("is given up when the gateway closes", async () => {
    const closing = new AbortController();
    const { fetch } = controlled();
    const asking = memory({ fetch, signal: closing.signal }).getOrLast({ signal }, true);
    await turn();
    const closed = new GatewayError("closed", { gateway: "g", code: "closed" });
    closing.abort(closed);
    await expect(asking).rejects.toBe(closed);
  });

  it("fails for those who wait, and not for the program once all have left", async () => {
    const { calls, fetch } = controlled();
    const failing = memory({ fetch });
    const leaving = new AbortController();
    const left = failing.get({ signal: leaving.signal });
    await turn();
    leaving.abort(new Error("gone"));
    await expect(left).rejects.toThrow("gone");
    calls[0]?.reject(new Error("too late"));
    await turn();
    expect(failing.last).toBeUndefined();
  });
});

describe("another key", () => {
  it("makes the list old", async () => {
    let key = "sk-one";
    const keyed = memory({ key: async () => key, fetch: async (_signal, used) => [`for ${used}`] });
    expect(await keyed.get({ signal })).toEqual(["for sk-one"]);
    key = "sk-two";
    expect(await keyed.get({ signal })).toEqual(["for sk-two"]);
  });

  it("does not get the list that is being fetched for the one before, nor is its own replaced by that", async () => {
    let key = "sk-one";
    const { calls, fetch } = controlled();
    const keyed = memory({ key: async () => key, fetch });
    const first = keyed.get({ signal });
    await turn();
    key = "sk-two";
    const second = keyed.get({ signal });
    await turn();
    expect(calls.map((call) => call.key)).toEqual(["sk-one", "sk-two"]);
    calls[1]?.resolve(["two"]);
    expect(await second).toEqual(["two"]);
    calls[0]?.resolve(["one"]);
    expect(await first).toEqual(["one"]);
    expect(keyed.last).toEqual(["two"]);
  });
});

describe("a list that cannot be fetched", () => {
  it("is replaced by the last one, with a notice", async () => {
    let fails = false;
    const fetch = async () => (fails ? Promise.reject(failure) : ["a"]);
    const kept = memory({ fetch });
    expect(await kept.getOrLast({ signal }, false)).toEqual(["a"]);
    fails = true;
    expect(await kept.getOrLast({ signal, refresh: true }, false)).toEqual(["a"]);
    expect(kept.notices).toEqual([
      {
        code: "model-list-failed",
        message:
          'The list of models could not be fetched. Gateway "g" answered 500: broken. Until it can be, the last list is used.',
      },
    ]);
    await expect(kept.get({ signal, refresh: true })).rejects.toBe(failure);
    expect(kept.last).toEqual(["a"]);
  });

  it("is done without if there are other models, and is an error if not", async () => {
    const none = memory({ fetch: () => Promise.reject(failure) });
    expect(await none.getOrLast({ signal }, true)).toBeUndefined();
    expect(none.notices[0]?.message).toContain("only the models of the settings are known");
    await expect(none.getOrLast({ signal }, false)).rejects.toBe(failure);
  });

  it("is no excuse for an error of the program", async () => {
    const bug = new TypeError("a bug");
    const broken = memory({ fetch: () => Promise.reject(bug) });
    await expect(broken.getOrLast({ signal }, true)).rejects.toBe(bug);
    expect(broken.notices).toEqual([]);
  });
});
