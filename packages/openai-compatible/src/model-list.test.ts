import { GatewayError } from "@waygate/core/plugin";
import { describe, expect, it } from "vitest";
import { ModelList, type ModelListOptions } from "./model-list.ts";

const { signal } = new AbortController();

function list(options: Partial<ModelListOptions>): ModelList {
  return new ModelList({
    gateway: "g",
    paths: ["/models"],
    lifetime: new AbortController().signal,
    getJson: () => Promise.resolve({ data: [{ id: "a" }] }),
    ...options,
  });
}

const never = (_path: string, aborted: AbortSignal) =>
  new Promise<never>((_, reject) => aborted.addEventListener("abort", () => reject(aborted.reason)));

describe("a list of models", () => {
  it("is asked for again when it has grown old", async () => {
    let asked = 0;
    const getJson = () => Promise.resolve({ data: [{ id: `m${++asked}` }] });
    const ageless = list({ getJson, maxAgeMs: 0 });
    await ageless.ask({ signal });
    expect(await ageless.ask({ signal })).toMatchObject([{ id: "m2" }]);
    const lasting = list({ getJson, maxAgeMs: 60_000 });
    await lasting.ask({ signal });
    expect(await lasting.ask({ signal })).toMatchObject([{ id: "m3" }]);
  });

  it("is not waited for forever", async () => {
    const slow = list({ getJson: never, timeoutMs: 20 });
    await expect(slow.ask({ signal })).rejects.toMatchObject({
      code: "timeout",
      gateway: "g",
      message: 'Gateway "g" did not send its list of models within 0.02 seconds.',
    });
  });

  it("is given up when the gateway is closed", async () => {
    const closing = new AbortController();
    const asking = list({ getJson: never, lifetime: closing.signal }).ask({ signal });
    const closed = new GatewayError("closed", { gateway: "g", code: "settings" });
    closing.abort(closed);
    await expect(asking).rejects.toBe(closed);
  });

  it("fails for those who still wait, and for nobody else", async () => {
    let fail = (_error: Error) => {};
    const getJson = () => new Promise<never>((_, reject) => (fail = reject));
    const failing = list({ getJson });
    const leaving = new AbortController();
    const left = failing.ask({ signal: leaving.signal });
    leaving.abort(new Error("gone"));
    await expect(left).rejects.toThrowError("gone");
    fail(new Error("too late to be heard"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(failing.known).toEqual([]);
  });
});
