import type { ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type Deadlines, defaultDeadlines } from "@waygate/core/plugin";
import { HttpTimeout, loadUndici, openHttp } from "@waygate/http";
import { describe, expect, it } from "vitest";
import { ask, get, listen, next, text } from "./service.ts";

const within = (change: Partial<Deadlines>): { readonly deadlines: Deadlines } => ({
  deadlines: { ...defaultDeadlines, ...change },
});

/** Accepts connections, and never says a word. */
async function silent() {
  const sockets = new Set<Socket>();
  const closed = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.resume().once("close", () => closed.resolve());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    // A TLS handshake that is never answered: the connection is not there yet.
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    closed: closed.promise,
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

describe("a phase that takes too long", () => {
  it("is the connection, which is given up", async () => {
    using service = await silent();
    const http = openHttp();
    const error: unknown = await http.send(get(service, within({ connectMs: 40 }))).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(HttpTimeout);
    expect(error).toMatchObject({ phase: "connect", milliseconds: 40 });
    await service.closed;
    await http.close();
  });

  it("is the headers", async () => {
    const closed = Promise.withResolvers<void>();
    await using service = await listen((_request, response) => response.once("close", () => closed.resolve()));
    const http = openHttp();
    const sent = http.send(get(service, within({ headersMs: 40 })));
    await expect(sent).rejects.toMatchObject({ name: "HttpTimeout", phase: "headers", milliseconds: 40 });
    await closed.promise;
    await http.close();
  });

  it("is the first byte", async () => {
    await using service = await listen((_request, response) => response.writeHead(200).flushHeaders());
    const http = openHttp();
    const response = await http.send(get(service, within({ firstByteMs: 40 })));
    await expect(next(response)).rejects.toMatchObject({ phase: "first-byte", milliseconds: 40 });
    await http.close();
  });

  it("is silence in the answer, told neither early nor more than a tenth late", async () => {
    let last = 0;
    await using service = await listen(async (_request, response) => {
      response.writeHead(200);
      for (let sign = 0; sign < 5; sign++) {
        last = performance.now();
        response.write(".");
        await sleep(70);
      }
    });
    const http = openHttp();
    const response = await http.send(get(service, within({ idleMs: 400 })));
    await expect(text(response)).rejects.toMatchObject({ phase: "idle", milliseconds: 400 });
    const silence = performance.now() - last;
    expect(silence).toBeGreaterThanOrEqual(400);
    // With what a busy machine takes.
    expect(silence).toBeLessThan(440 + 300);
    await http.close();
  });

  it("is also one that nobody waits for at the moment", async () => {
    await using service = await listen((_request, response) => void response.writeHead(200).write("begun"));
    const http = openHttp();
    const response = await http.send(get(service, within({ idleMs: 40 })));
    await sleep(200);
    expect(String(await next(response))).toBe("begun");
    await expect(next(response)).rejects.toMatchObject({ phase: "idle" });
    await http.close();
  });

  it("is connecting under the deadline of a host's dispatcher, by the same name", async () => {
    using service = await silent();
    const { Agent } = await loadUndici();
    const dispatcher = new Agent({ connect: { timeout: 100 } });
    const http = openHttp({ dispatcher });
    const error: unknown = await http.send(get(service)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(HttpTimeout);
    expect(error).toMatchObject({ phase: "connect", milliseconds: undefined });
    await dispatcher.destroy();
  });
});

describe("what keeps an exchange alive", () => {
  it("is any byte", async () => {
    await using service = await listen(async (_request, response) => {
      response.writeHead(200);
      for (let sign = 0; sign < 15; sign++) {
        response.write(".");
        await sleep(60);
      }
      response.end();
    });
    const http = openHttp();
    const deadlines = within({ firstByteMs: 500, idleMs: 500 });
    expect(await ask(http, get(service, deadlines))).toBe(".".repeat(15));
    await http.close();
  });

  it("is a slow reader, who is not waited for with a clock", async () => {
    const megabyte = Buffer.alloc(1024 * 1024, "x");
    await using service = await listen(async (_request, response) => {
      response.writeHead(200);
      for (let count = 0; count < 16 && !response.destroyed; count++) {
        if (!response.write(megabyte)) await new Promise((resolve) => response.once("drain", resolve));
      }
      response.end();
    });
    const http = openHttp();
    const response = await http.send(get(service, within({ idleMs: 60 })));
    await next(response);
    await sleep(400);
    expect((await text(response)).length).toBeGreaterThan(8 * megabyte.length);
    await http.close();
  });

  it("is what came while the program was busy with something else", async () => {
    const begun = Promise.withResolvers<ServerResponse>();
    await using service = await listen((_request, response) => {
      response.writeHead(200).write("begun", () => begun.resolve(response));
    });
    const http = openHttp();
    const response = await http.send(get(service, within({ idleMs: 200 })));
    expect(String(await next(response))).toBe("begun");
    const waiting = next(response);
    (await begun.promise).write("more");
    const until = performance.now() + 400;
    while (performance.now() < until);
    expect(String(await waiting)).toBe("more");
    response.cancel();
    await http.close();
  });

  it("may be nothing for ever, where a deadline is infinite", async () => {
    await using service = await listen(async (_request, response) => {
      await sleep(30);
      response.writeHead(200).flushHeaders();
      await sleep(30);
      response.end("late");
    });
    const http = openHttp();
    const forever = Number.POSITIVE_INFINITY;
    const deadlines = { connectMs: forever, headersMs: forever, firstByteMs: forever, idleMs: forever };
    expect(await ask(http, get(service, { deadlines }))).toBe("late");
    await http.close();
  });
});
