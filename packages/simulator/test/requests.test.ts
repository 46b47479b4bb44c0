import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Simulator } from "../src/index.ts";
import { createSimulator } from "../src/index.ts";
import { hello, portOf, post, rawRequest, until } from "./client.ts";

let simulator: Simulator;
beforeEach(async () => {
  simulator = await createSimulator();
});
afterEach(() => simulator.close());

describe("recorded requests", () => {
  it("hold method, path, headers and body", async () => {
    await post(simulator, { temperature: 0.5 }, { headers: { authorization: "Bearer sk-test", "x-trace": "1" } });
    await fetch(`${simulator.url}/models?page=2`);
    expect(simulator.requests).toMatchObject([
      {
        method: "POST",
        path: "/v1/chat/completions",
        headers: { authorization: "Bearer sk-test", "x-trace": "1" },
        body: { model: "simulator", messages: hello, temperature: 0.5 },
        closedByClient: false,
      },
      { method: "GET", path: "/v1/models?page=2", body: undefined, closedByClient: false },
    ]);
  });

  it("are forgotten on reset, with what was queued", async () => {
    await post(simulator);
    simulator.script({ text: "scripted" });
    simulator.fault({ kind: "status", status: 500, times: Number.POSITIVE_INFINITY });
    simulator.reset();
    expect(simulator.requests).toEqual([]);
    const response = await post(simulator);
    expect(response.status).toBe(200);
    expect(await response.text()).not.toContain("scripted");
    expect(simulator.requests).toHaveLength(1);
  });

  it("are the latest thousand", async () => {
    const ask = (page: number) => fetch(`${simulator.url}/models?page=${page}`).then((response) => response.text());
    for (let page = 0; page < 1010; page += 10) await Promise.all(Array.from({ length: 10 }, (_, i) => ask(page + i)));
    expect(simulator.requests).toHaveLength(1000);
    expect(simulator.requests.at(-1)?.path).toMatch(/page=100\d$/);
  }, 60_000);

  it("are fewer where their bodies are large", async () => {
    const messages = [{ role: "user", content: "x".repeat(30 * 1024 * 1024) }];
    for (let count = 0; count < 3; count += 1) await (await post(simulator, { messages })).text();
    expect(simulator.requests).toHaveLength(2);
  }, 60_000);

  it("say when a client left in the middle of an answer", async () => {
    simulator.fault({ kind: "stall", afterChunks: 1 });
    const controller = new AbortController();
    const response = await post(simulator, { stream: true }, { signal: controller.signal });
    await response.body?.getReader().read();
    expect(simulator.requests[0]?.closedByClient).toBe(false);
    controller.abort();
    await until(() => simulator.requests[0]?.closedByClient === true);
  });

  it("say when a client left before the headers, and in the middle of its request", async () => {
    simulator.fault({ kind: "delay", beforeHeadersMs: 3_600_000 });
    const socket = rawRequest(simulator);
    await until(() => simulator.requests[0]?.body !== undefined);
    socket.destroy();
    await until(() => simulator.requests[0]?.closedByClient === true);

    const half = connect(portOf(simulator), "127.0.0.1");
    half.write("POST /v1/chat/completions HTTP/1.1\r\nhost: simulator\r\ncontent-length: 100\r\n\r\n{");
    await until(() => simulator.requests.length === 2);
    half.destroy();
    await until(() => simulator.requests[1]?.closedByClient === true);
    expect(simulator.requests[1]?.body).toBeUndefined();
  });
});
