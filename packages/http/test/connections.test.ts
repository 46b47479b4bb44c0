import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { loadUndici, openHttp } from "@waygate/http";
import { describe, expect, it } from "vitest";
import { ask, get, listen, listenRaw, next, post } from "./service.ts";

describe("a connection", () => {
  it("serves request after request, sent as soon as the answer has ended", async () => {
    await using service = await listen((_request, response) => response.end("Hi"));
    const http = openHttp();
    for (let round = 0; round < 5; round++) await ask(http, post(service));
    expect(service.sockets.size).toBe(1);
    await http.close();
  });

  it("is waited for where a released answer is about to end", async () => {
    let begun: ServerResponse | undefined;
    await using service = await listen((_request, response) => {
      begun = response;
      response.writeHead(200).write("all");
    });
    /** How many connections it takes to ask again as soon as an answer was released whose end is on the way. */
    const connectionsOfTwo = async () => {
      const before = service.sockets.size;
      const http = openHttp();
      const first = await http.send(post(service));
      await next(first);
      first.release();
      begun?.end();
      (await http.send(post(service))).cancel();
      await http.close();
      return service.sockets.size - before;
    };
    // A busy machine may take longer than an end is waited for.
    const counts: number[] = [];
    while (counts.length < 10 && !counts.includes(1)) counts.push(await connectionsOfTwo());
    expect(counts).toContain(1);
  });

  it("is kept where the service takes a moment to end an answer that was released", async () => {
    await using service = await listen(async (_request, response) => {
      response.writeHead(200).write("all");
      await sleep(50);
      response.end();
    });
    const http = openHttp();
    const response = await http.send(post(service));
    await next(response);
    response.release();
    await sleep(150);
    await ask(http, post(service));
    expect(service.sockets.size).toBe(1);
    await http.close();
  });

  it("is given up where a released answer never ends, and nobody is kept waiting for it", async () => {
    const closed = Promise.withResolvers<void>();
    await using service = await listen((request, response) => {
      if (request.method === "GET") response.end("Hi");
      else
        response
          .once("close", () => closed.resolve())
          .writeHead(200)
          .write("all");
    });
    const http = openHttp();
    const response = await http.send(post(service));
    await next(response);
    response.release();
    // What is cancelled after it was released is still given its moment.
    response.cancel();
    expect(await ask(http, get(service))).toBe("Hi");
    await closed.promise;
    await http.close();
  });

  it("is closed when the answer is cancelled", async () => {
    const closed = Promise.withResolvers<void>();
    await using service = await listen((_request, response) => {
      response
        .once("close", () => closed.resolve())
        .writeHead(200)
        .write("begun");
    });
    const http = openHttp();
    const response = await http.send(post(service));
    await next(response);
    response.cancel();
    await closed.promise;
    await http.close();
  });

  it("is not waited for by others: there is no bound on their number", async () => {
    const waiting: ServerResponse[] = [];
    const all = Promise.withResolvers<void>();
    await using service = await listen((_request, response) => {
      waiting.push(response);
      if (waiting.length === 32) all.resolve();
    });
    const http = openHttp();
    const answers = Array.from({ length: 32 }, () => ask(http, post(service)));
    await all.promise;
    for (const response of waiting) response.end("Hi");
    expect(new Set(await Promise.all(answers))).toEqual(new Set(["Hi"]));
    await http.close();
  });

  it("ends with whatever runs on it when all is closed", async () => {
    const begun = Promise.withResolvers<void>();
    await using service = await listen((_request, response) => {
      response.writeHead(200).write("begun", () => begun.resolve());
    });
    const http = openHttp();
    const response = await http.send(post(service));
    await next(response);
    const [socket] = service.sockets;
    if (socket === undefined) throw new Error("No connection was made.");
    const closed = once(socket, "close");
    const waiting = next(response);
    await http.close();
    await expect(waiting).rejects.toMatchObject({ code: expect.stringMatching(/^UND_ERR/) });
    await closed;
  });

  it("that is refused is told by the error's own code", async () => {
    const service = await listen(() => undefined);
    await service[Symbol.asyncDispose]();
    const http = openHttp();
    await expect(http.send(get(service))).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await http.close();
  });
});

describe("a kept connection that the service has closed", () => {
  /** Answers the first request of each connection, and resets the connection at its second. */
  async function forgetful() {
    const asked = new Map<unknown, number>();
    const seen: string[] = [];
    const service = await listenRaw((socket, words) => {
      seen.push(words.slice(0, words.indexOf(" ")));
      const times = (asked.get(socket) ?? 0) + 1;
      asked.set(socket, times);
      if (times > 1) socket.resetAndDestroy();
      else socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nHi");
    });
    return { seen, ...service };
  }

  const ways = ["an agent of its own", "the host's dispatcher"] as const;

  it.each(ways)(
    "is told to whom sends something, who alone knows whether to send it again: through %s",
    async (way) => {
      await using service = await forgetful();
      const dispatcher = way === "the host's dispatcher" ? new (await loadUndici()).Agent() : undefined;
      const http = openHttp({ dispatcher });
      expect(await ask(http, post(service))).toBe("Hi");
      await expect(http.send(post(service))).rejects.toMatchObject({ code: expect.stringMatching(/RESET|SOCKET/) });
      expect(service.seen).toEqual(["POST", "POST"]);
      await http.close();
      await dispatcher?.destroy();
    },
  );

  it.each(ways)("is made anew, once, for whom only asks: through %s", async (way) => {
    await using service = await forgetful();
    const dispatcher = way === "the host's dispatcher" ? new (await loadUndici()).Agent() : undefined;
    const http = openHttp({ dispatcher });
    expect(await ask(http, get(service))).toBe("Hi");
    expect(await ask(http, get(service))).toBe("Hi");
    expect(service.seen).toEqual(["GET", "GET", "GET"]);
    await http.close();
    await dispatcher?.destroy();
  });

  it("is no failure where that was known before it was used again", async () => {
    await using service = await listen((_request, response) => {
      response.once("finish", () => setImmediate(() => response.socket?.destroy()));
      response.end("Hi");
    });
    const http = openHttp();
    expect(await ask(http, post(service))).toBe("Hi");
    await sleep(50);
    expect(await ask(http, post(service))).toBe("Hi");
    await http.close();
  });
});

it("a question that a new connection fails for is not put again", async () => {
  let asked = 0;
  await using service = await listenRaw((socket) => {
    asked += 1;
    socket.resetAndDestroy();
  });
  const http = openHttp();
  await expect(http.send(get(service))).rejects.toMatchObject({ code: expect.stringMatching(/RESET|SOCKET/) });
  expect(asked).toBe(1);
  await http.close();
});

it("an abort while connecting gives the connection up, unless somebody else waits for one", async () => {
  const closed = Promise.withResolvers<void>();
  // A TLS handshake that is never answered.
  await using service = await listenRaw((socket) => socket.once("close", () => closed.resolve()));
  const http = openHttp();
  const origin = service.origin.replace("http:", "https:");
  const [one, other] = [new AbortController(), new AbortController()];
  const sent = [one, other].map(({ signal }) =>
    http.send(get({ origin }, { signal })).catch((error: unknown) => error),
  );
  while (service.sockets.size < 2) await sleep(5);
  one.abort("one");
  expect(await sent[0]).toBe("one");
  other.abort("other");
  expect(await sent[1]).toBe("other");
  await closed.promise;
  await http.close();
});
