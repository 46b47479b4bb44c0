import { execFile } from "node:child_process";
import { getEventListeners } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { collect, listen, request, sendAnswer, service } from "./service.ts";

const piece = `data: ${JSON.stringify({ id: "1", choices: [{ index: 0, delta: { content: "x".repeat(1000) } }] })}\n\n`;

describe("the connection", () => {
  it("is kept from one answer to the next", async () => {
    const sockets = new Set<Socket>();
    await using server = await listen((incoming, response) => {
      sockets.add(incoming.socket);
      sendAnswer(response);
    });
    const chat = service(server.origin);
    for (let round = 0; round < 5; round++) await collect(chat.stream(request()));
    await chat.close();
    expect(sockets.size).toBe(1);
  });

  it("is kept where the service takes a moment to end an answer after [DONE]", async () => {
    const sockets = new Set<Socket>();
    await using server = await listen(async (incoming, response) => {
      sockets.add(incoming.socket);
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(
        'data: {"id":"1","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
      );
      await sleep(50);
      response.end();
    });
    const chat = service(server.origin);
    await collect(chat.stream(request()));
    await sleep(120);
    await collect(chat.stream(request()));
    await chat.close();
    expect(sockets.size).toBe(1);
  });

  it("does not keep the answer waiting where a service never ends it after [DONE]", async () => {
    await using server = await listen((_incoming, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(
        'data: {"id":"1","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
      );
    });
    const chat = service(server.origin);
    const events = await collect(chat.stream(request()));
    expect(events.at(-1)).toEqual({ type: "finish", reason: "stop", raw: "stop" });
    await chat.close();
  });

  it("is closed when the reader leaves", async () => {
    const closed = Promise.withResolvers<void>();
    await using server = await listen((_incoming, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const timer = setInterval(() => response.write(piece), 1);
      response.once("close", () => {
        clearInterval(timer);
        closed.resolve();
      });
    });
    const chat = service(server.origin);
    for await (const _batch of chat.stream(request())) break;
    await closed.promise;
    await chat.close();
  });

  it.each(["before the headers", "in the answer"])(
    "is closed by an abort %s, with the reason unwrapped",
    async (moment) => {
      const arrived = Promise.withResolvers<void>();
      const closed = Promise.withResolvers<void>();
      await using server = await listen((_incoming, response) => {
        response.once("close", () => closed.resolve());
        if (moment === "in the answer") {
          response.writeHead(200, { "content-type": "text/event-stream" });
          response.write(piece);
        }
        arrived.resolve();
      });
      const chat = service(server.origin);
      const controller = new AbortController();
      const reading = collect(chat.stream(request({ signal: controller.signal })));
      await arrived.promise;
      const reason = { why: "enough" };
      controller.abort(reason);
      await expect(reading).rejects.toBe(reason);
      await closed.promise;
      await chat.close();
    },
  );

  it("leaves no listener on the signal behind", async () => {
    await using server = await listen((_incoming, response) => sendAnswer(response));
    const chat = service(server.origin);
    const { signal } = new AbortController();
    await collect(chat.stream(request({ signal })));
    await chat.close();
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("is held up by a slow reader", async () => {
    const total = 60 * 1024 * 1024;
    let sent = 0;
    await using server = await listen(async (incoming, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const closed = new Promise((resolve) => response.once("close", resolve));
      while (sent < total && !incoming.destroyed && !response.destroyed) {
        sent += piece.length;
        if (!response.write(piece))
          await Promise.race([closed, new Promise((resolve) => response.once("drain", resolve))]);
      }
    });
    const chat = service(server.origin);
    const stream = chat.stream(request())[Symbol.asyncIterator]();
    await stream.next();
    // Long enough for a server on loopback to send all of it, several times over.
    await sleep(500);
    expect(sent).toBeLessThan(16 * 1024 * 1024);
    const before = sent;
    for (let batch = 0; batch < 200; batch++) await stream.next();
    expect(sent).toBeGreaterThan(before);
    await stream.return?.();
    await chat.close();
  });

  it("bounds one event, and lets what came before it stand", async () => {
    await using server = await listen(async (_incoming, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(piece);
      response.write('data: {"endless":"');
      for (let megabyte = 0; megabyte < 20 && !response.destroyed; megabyte++) {
        if (!response.write("y".repeat(1024 * 1024))) await new Promise((resolve) => response.once("drain", resolve));
      }
    });
    const chat = service(server.origin);
    const events: string[] = [];
    const reading = (async () => {
      for await (const batch of chat.stream(request())) events.push(...batch.map((event) => event.type));
    })();
    await expect(reading).rejects.toMatchObject({
      code: "protocol",
      message: expect.stringContaining("over 16777216"),
    });
    expect(events).toEqual(["response-start", "text-delta"]);
    await chat.close();
  });

  it("keeps the query of the address, and puts the path before it", async () => {
    let path: string | undefined;
    await using server = await listen((incoming, response) => {
      path = incoming.url;
      sendAnswer(response);
    });
    const chat = service(`${server.origin}/openai/v1/?api-version=2`);
    await collect(chat.stream(request()));
    await chat.close();
    expect(path).toBe("/openai/v1/chat/completions?api-version=2");
  });

  it("reads JSON, and says so where there is none", async () => {
    await using server = await listen((incoming, response) => {
      if (incoming.url === "/models") response.end('{"data":[]}');
      else if (incoming.url === "/page") response.end("<html>");
      else response.writeHead(404).end('{"error":{"message":"no such page"}}');
    });
    const chat = service(server.origin);
    const { signal } = new AbortController();
    expect(await chat.getJson("/models", signal)).toEqual({ data: [] });
    await expect(chat.getJson("/page", signal)).rejects.toMatchObject({ code: "protocol" });
    await expect(chat.getJson("/else", signal)).rejects.toMatchObject({ status: 404, detail: "no such page" });
    await chat.close();
  });

  it("leaves the program's own fetch and dispatcher alone, and loads undici with the first request only", async () => {
    const script = `
      import { createServer } from "node:http";
      const keys = [1, 2].map((version) => Symbol.for("undici.globalDispatcher." + version));
      const loaded = () => process.moduleLoadList === undefined ? [] : Object.keys(require.cache).filter((path) => /node_modules.undici.index/.test(path));
      const { createRequire } = await import("node:module");
      const require = createRequire(import.meta.url);
      const fetchBefore = globalThis.fetch;
      const { openChatService, plainDialect } = await import("@waygate/openai-chat");
      const early = loaded().length;
      const server = createServer((_, response) => response.end(${JSON.stringify(answerOnce)}));
      await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
      const address = "http://127.0.0.1:" + server.address().port;
      const none = async () => undefined;
      const service = openChatService({ gateway: "g", address, headers: async () => ({}), secret: none, keyHint: "", dialect: () => plainDialect });
      const request = { model: "m", messages: [], tools: [], signal: new AbortController().signal };
      for await (const batch of service.stream(request)) batch;
      const after = keys.map((key) => globalThis[key]);
      await (await fetch(address)).text();
      const builtIn = keys.map((key) => globalThis[key]);
      await service.close();
      server.close();
      server.closeAllConnections();
      const { loadUndici } = await import("@waygate/http");
      const { Agent } = await loadUndici();
      console.log(JSON.stringify({
        sameFetch: globalThis.fetch === fetchBefore,
        early,
        late: loaded().length,
        replaced: [...after, ...builtIn].some((dispatcher) => dispatcher instanceof Agent),
      }));
    `;
    const args = ["--conditions=waygate-source", "--input-type=module", "--eval", script];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname });
    expect(JSON.parse(stdout)).toEqual({ sameFetch: true, early: 0, late: 1, replaced: false });
  });
});

const answerOnce =
  'data: {"id":"1","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
