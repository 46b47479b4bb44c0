import { type AddressInfo, createServer } from "node:net";
import { defaultDeadlines } from "@waygate/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { collect, failing, hello, type Opening, open, refused } from "./open.ts";
import {
  delta,
  end,
  metadata,
  type Service,
  says,
  start,
  startService,
  stop,
  stream,
  streamHeaders,
  until,
} from "./service.ts";

let service: Service;

beforeAll(async () => {
  service = await startService();
});

afterAll(() => service[Symbol.asyncDispose]());

/** Node's own undici, as a host's dispatcher would be. */
const dispatcher = (globalThis as Record<symbol, unknown>)[Symbol.for("undici.globalDispatcher.1")] as object;

const ways: readonly (readonly [string, Opening])[] = [
  ["connections of its own", {}],
  ["the host's dispatcher", { transport: { dispatcher } }],
];

const many = (count: number) =>
  stream(start, ...Array.from({ length: count }, (_, place) => delta({ text: `${place} ${"x".repeat(1000)}` })));

describe.each(ways)("through %s", (_way, opening) => {
  beforeAll(async () => {
    // Makes Node load its undici.
    await fetch(service.origin).then((response) => response.text());
  });

  it("an answer arrives", async () => {
    await using opened = open(service, opening);
    service.queue(says("Hello there"));
    expect(await collect(opened.gateway)).toContainEqual({ type: "text-delta", text: "Hello there" });
  });

  it("one connection serves request after request", async () => {
    await using opened = open(service, opening);
    await collect(opened.gateway);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const before = service.connections;
    for (let count = 0; count < 5; count++) {
      await collect(opened.gateway);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(service.connections - before).toBe(0);
  });

  it("many requests at once are not held up by each other", async () => {
    await using opened = open(service, opening);
    let waiting = 0;
    let go = () => {};
    const all = new Promise<void>((resolve) => {
      go = resolve;
    });
    service.queue(
      ...Array.from({ length: 16 }, () => async (...args: Parameters<ReturnType<typeof says>>) => {
        waiting += 1;
        if (waiting === 16) go();
        await all;
        return says("Hi")(...args);
      }),
    );
    const answers = await Promise.all(Array.from({ length: 16 }, () => collect(opened.gateway)));
    expect(answers.every((events) => events.at(-1)?.type === "finish")).toBe(true);
  });

  it("an abort ends a request that waits for its answer, at once", async () => {
    await using opened = open(service, opening);
    let closed = false;
    service.queue((response) => void response.once("close", () => (closed = true)));
    const controller = new AbortController();
    const answer = collect(opened.gateway, { signal: controller.signal });
    await until(() => service.received.length > 0);
    const reason = new Error("Enough.");
    setTimeout(() => controller.abort(reason), 20);
    await expect(answer).rejects.toBe(reason);
    await until(() => closed);
  });

  it("an abort ends an answer under way, at once", async () => {
    await using opened = open(service, opening);
    let closed = false;
    service.queue((response) => {
      response.once("close", () => (closed = true));
      response.writeHead(200, streamHeaders).write(stream(start, delta({ text: "Hi" })));
    });
    const controller = new AbortController();
    const reason = new Error("Enough.");
    const seen: unknown[] = [];
    const read = async () => {
      for await (const batch of opened.gateway.stream(hello({ signal: controller.signal }))) {
        seen.push(...batch);
        setTimeout(() => controller.abort(reason), 5);
      }
    };
    await expect(read()).rejects.toBe(reason);
    expect(seen).toHaveLength(2);
    await until(() => closed);
  });

  it("a request that was given up beforehand is not sent", async () => {
    await using opened = open(service, opening);
    service.received.length = 0;
    const reason = new Error("Never mind.");
    await expect(collect(opened.gateway, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(service.received).toEqual([]);
  });

  it("a reader that stops reading closes the connection", async () => {
    await using opened = open(service, opening);
    let closed = false;
    service.queue((response) => {
      response.once("close", () => (closed = true));
      response.writeHead(200, streamHeaders).write(many(3));
    });
    for await (const batch of opened.gateway.stream(hello())) {
      expect(batch.length).toBeGreaterThan(0);
      break;
    }
    await until(() => closed);
  });

  it("a reader that is slow holds the service up, and loses nothing", async () => {
    await using opened = open(service, opening);
    const megabytes = 64;
    const piece = many(1000).subarray(stream(start).length);
    let written = 0;
    let whole = false;
    service.queue(async (response) => {
      response.writeHead(200, streamHeaders).write(stream(start));
      for (; written < megabytes; written++) {
        if (!response.write(piece)) await new Promise((resolve) => response.once("drain", resolve));
      }
      whole = true;
      response.end(stream(stop(), end("end_turn"), metadata));
    });
    let characters = 0;
    let first = true;
    for await (const batch of opened.gateway.stream(hello())) {
      for (const event of batch) if (event.type === "text-delta") characters += event.text.length;
      if (first) {
        first = false;
        await new Promise((resolve) => setTimeout(resolve, 300));
        const held = written;
        await new Promise((resolve) => setTimeout(resolve, 200));
        // A few megabytes stand in the system's own buffers; beyond these nothing moves.
        expect(written - held).toBeLessThanOrEqual(1);
        expect(held).toBeLessThan(megabytes / 2);
        expect(whole).toBe(false);
      }
    }
    const each = Array.from({ length: 1000 }, (_, place) => `${place} `.length + 1000);
    expect(characters).toBe(megabytes * each.reduce((sum, length) => sum + length, 0));
  });

  it("a connection that the service closed in the meantime is no failure", async () => {
    await using opened = open(service, opening);
    service.queue((response, request) => {
      response.once("finish", () => setTimeout(() => response.socket?.destroy(), 1));
      return says("Hi")(response, request);
    });
    await collect(opened.gateway);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect((await collect(opened.gateway)).at(-1)).toMatchObject({ type: "finish" });
  });

  it("the connection of an answer that says no more after its end is not kept waiting for", async () => {
    await using opened = open(service, opening);
    let closed = false;
    service.queue((response) => {
      response.once("close", () => (closed = true));
      response.writeHead(200, streamHeaders);
      response.write(stream(start, delta({ text: "Hi" }), stop(), end("end_turn"), metadata));
    });
    expect((await collect(opened.gateway)).at(-1)).toMatchObject({ type: "finish" });
    await until(() => closed);
  });

  it("deadlines are kept", async () => {
    await using opened = open(service, opening);
    service.queue(
      (response) => void response.writeHead(200, streamHeaders).write(stream(start, delta({ text: "Hi" }))),
    );
    const { error } = await failing(opened.gateway, {
      deadlines: { ...defaultDeadlines, connectMs: 9000, headersMs: 9000, firstByteMs: 9000, idleMs: 50 },
    });
    expect(error).toMatchObject({ code: "timeout", phase: "idle" });
  });

  it("a connection that breaks is told", async () => {
    await using opened = open(service, opening);
    service.queue((response) => void response.destroy());
    const error = await refused(opened.gateway);
    expect(error).toMatchObject({ code: "connection", retryable: true });
  });
});

describe("connections", () => {
  /** Answers the first request of each connection, and resets the connection at its second. */
  async function forgetful() {
    const body = stream(start, delta({ text: "Hi" }), stop(), end("end_turn"), metadata);
    const seen: string[] = [];
    const server = createServer((socket) => {
      let requests = 0;
      socket.on("data", (bytes) => {
        const [line = ""] = bytes.toString("latin1").split("\r\n");
        if (!/^(GET|POST) /.test(line)) return;
        requests += 1;
        seen.push(
          line
            .replace(/ HTTP.*/, "")
            .replace(/ .*\/(?=\w)/, " ")
            .replace(/\?.*/, ""),
        );
        const answer = line.startsWith("POST") ? body : Buffer.from(JSON.stringify({ modelSummaries: [] }));
        if (requests > 1) socket.resetAndDestroy();
        else
          socket.write(
            Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${answer.length}\r\n\r\n`), answer]),
          );
      });
      socket.on("error", () => undefined);
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    return { seen, origin: `http://127.0.0.1:${port}`, [Symbol.dispose]: () => void server.close() };
  }

  it("that are closed when they are used again are told: whether the service has seen the request is not known", async () => {
    using server = await forgetful();
    await using opened = open(server);
    expect((await collect(opened.gateway)).at(-1)).toMatchObject({ type: "finish" });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await refused(opened.gateway)).toMatchObject({ code: "connection", retryable: true });
    expect(server.seen).toEqual(["POST converse-stream", "POST converse-stream"]);
  });

  it("that are closed when they are used again to look something up are made anew, once", async () => {
    using server = await forgetful();
    await using opened = open(server, { settings: { discover_models: true } });
    const { signal } = new AbortController();
    await opened.gateway.models({ signal, refresh: true });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await opened.gateway.models({ signal, refresh: true });
    // Profiles are asked for by two kinds.
    const lists = ["GET foundation-models", "GET inference-profiles", "GET inference-profiles"];
    expect(server.seen.sort()).toEqual(lists.flatMap((line) => [line, line, line]));
  });

  it("are closed with the registry, and not before", async () => {
    const own = await startService();
    const opened = open(own);
    await collect(opened.gateway);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(own.open).toBe(1);
    await opened.registry.close();
    await until(() => own.open === 0);
    await own[Symbol.asyncDispose]();
  });

  it("of a dispatcher are the host's: only it was asked", async () => {
    let asked = 0;
    const counting = {
      dispatch: (...args: unknown[]) => {
        asked += 1;
        return (dispatcher as { dispatch(...args: unknown[]): boolean }).dispatch(...args);
      },
    };
    await using opened = open(service, { transport: { dispatcher: counting } });
    await collect(opened.gateway);
    expect(asked).toBe(1);
  });
});
