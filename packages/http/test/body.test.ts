import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type HttpResponse, openHttp } from "@waygate/http";
import { describe, expect, it } from "vitest";
import { ask, get, listen, listenRaw, next, post, text } from "./service.ts";

const head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
const chunk = (words: string) => `${words.length.toString(16)}\r\n${words}\r\n`;

describe("what the socket brings at once", () => {
  /** Sends a head, and each of the texts when what came before it has been read. What each read found, by pieces. */
  async function reads(...texts: readonly string[]): Promise<readonly (readonly string[])[]> {
    const asked = Promise.withResolvers<Socket>();
    await using service = await listenRaw((socket) => asked.resolve(socket));
    const http = openHttp();
    const sent = http.send(get(service));
    const socket = await asked.promise;
    socket.write(head);
    const response = await sent;
    const found: string[][] = [];
    for (const words of texts) {
      const waiting = next(response);
      socket.write(words);
      found.push(((await waiting) ?? []).map(String));
    }
    response.cancel();
    await http.close();
    return found;
  }

  it("is read at once, in its pieces", async () => {
    expect(await reads(chunk("one") + chunk("two") + chunk("three"), chunk("four"))).toEqual([
      ["one", "two", "three"],
      ["four"],
    ]);
  });

  it("is read at once where it ends in the middle of a chunk, wherever that is", async () => {
    expect(await reads(`${chunk("one")}4\r\nfo`, `ur\r\n${chunk("two")}5`, `\r\nthree\r\n${chunk("x")}3\r\n`)).toEqual([
      ["one", "fo"],
      ["ur", "two"],
      ["three", "x"],
    ]);
  });

  it("is read at once with the end of the answer", async () => {
    await using service = await listenRaw(
      (socket) => void socket.write(`${head}${chunk("one")}${chunk("two")}0\r\n\r\n`),
    );
    const http = openHttp();
    const response = await http.send(get(service));
    expect((await next(response))?.map(String)).toEqual(["one", "two"]);
    expect(await next(response)).toBeUndefined();
    await http.close();
  });

  it("is kept for a reader who asks later", async () => {
    const sent = Promise.withResolvers<ServerResponse>();
    await using service = await listen((_request, response) => {
      response.writeHead(200);
      response.write("one", () => sent.resolve(response));
    });
    const http = openHttp();
    const response = await http.send(get(service));
    (await sent.promise).end("two");
    expect(await text(response)).toBe("onetwo");
    await http.close();
  });
});

describe("a reader that is slow", () => {
  const megabyte = Buffer.alloc(1024 * 1024, "x");

  /** Writes megabytes as fast as they are taken, and counts them. */
  function pouring(total: number) {
    const state = { written: 0 };
    const pour = async (response: ServerResponse) => {
      response.writeHead(200);
      const closed = once(response, "close");
      for (; state.written < total && !response.destroyed; state.written++) {
        if (!response.write(megabyte)) await Promise.race([once(response, "drain"), closed]);
      }
      response.end();
    };
    return { state, pour };
  }

  it("holds the service up, and loses nothing", async () => {
    const { state, pour } = pouring(64);
    await using service = await listen((_request, response) => void pour(response));
    const http = openHttp();
    const response = await http.send(get(service));
    let length = (await next(response))?.[0]?.length ?? 0;
    // Long enough for a server on loopback to send all of it, several times over.
    await sleep(500);
    expect(state.written).toBeLessThan(16);
    for (let pieces = await next(response); pieces !== undefined; pieces = await next(response)) {
      for (const piece of pieces) length += piece.length;
    }
    expect(length).toBe(64 * megabyte.length);
    await http.close();
  });

  it("may be aborted, cancelled or released while the service is held up", async () => {
    const { pour } = pouring(64);
    const closed: Promise<unknown>[] = [];
    await using service = await listen((_request, response) => {
      closed.push(once(response, "close"));
      void pour(response);
    });
    const http = openHttp();
    const controller = new AbortController();
    const responses = await Promise.all(
      Array.from({ length: 3 }, () => http.send(get(service, { signal: controller.signal }))),
    );
    await sleep(100);
    responses[0]?.cancel();
    responses[1]?.release();
    controller.abort("enough");
    await Promise.all(closed);
    await http.close();
  });
});

describe("what a reader may do as soon as it is told", () => {
  /** Two answers: one that is held up, as nobody has read it, and one whose next piece comes when it is sent for. */
  async function heldAndWaiting(
    act: (held: HttpResponse, service: { readonly origin: string }) => Promise<unknown>,
  ): Promise<void> {
    const other = Promise.withResolvers<ServerResponse>();
    await using service = await listen((request, response) => {
      if (request.url === "/large") response.end(Buffer.alloc(4 * 1024 * 1024, "x"));
      else if (request.url === "/small") response.end("small");
      else response.writeHead(200).write("begun", () => other.resolve(response));
    });
    const http = openHttp();
    const held = await http.send({ ...get(service), url: new URL(`${service.origin}/large`) });
    const waiting = await http.send(get(service));
    expect(String(await next(waiting))).toBe("begun");
    await sleep(50);
    const done = new Promise((resolve, reject) => {
      waiting.next({ accept: () => act(held, service).then(resolve, reject), refuse: reject });
    });
    (await other.promise).write("more");
    await done;
    waiting.cancel();
    await http.close();
  }

  it("is to read on an answer that was held up", async () => {
    let length = 0;
    await heldAndWaiting(async (held) => {
      length = (await text(held)).length;
    });
    expect(length).toBe(4 * 1024 * 1024);
  });

  it("is to release or cancel one", async () => {
    await heldAndWaiting(async (held) => held.release());
    await heldAndWaiting(async (held) => held.cancel());
  });

  it("is to send a request", async () => {
    const http = openHttp();
    await heldAndWaiting(async (_held, service) => {
      const small = { ...post(service), url: new URL(`${service.origin}/small`) };
      expect(await ask(http, small)).toBe("small");
    });
    await http.close();
  });
});
