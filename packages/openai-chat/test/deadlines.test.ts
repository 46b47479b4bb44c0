import { type AddressInfo, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type Deadlines, defaultDeadlines, isGatewayError } from "@waygate/core";
import { describe, expect, it } from "vitest";
import { collect, listen, request, sendAnswer, service } from "./service.ts";

const piece = 'data: {"id":"1","choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n';
const end = 'data: {"id":"1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';

async function expectTimeout(address: string, deadlines: Partial<Deadlines>, phase: string, words: string) {
  const chat = service(address);
  const reading = collect(chat.stream(request({ deadlines: { ...defaultDeadlines, ...deadlines } })));
  const error: unknown = await reading.catch((reason: unknown) => reason);
  await chat.close();
  if (!isGatewayError(error)) throw new Error(`Expected a GatewayError, not ${String(error)}`);
  expect({ code: error.code, phase: error.phase, retryable: error.retryable }).toEqual({
    code: "timeout",
    phase,
    retryable: true,
  });
  expect(error.message).toContain(words);
}

describe("a phase that takes too long", () => {
  it("is the headers", async () => {
    const closed = Promise.withResolvers<void>();
    await using server = await listen((_incoming, response) => response.once("close", () => closed.resolve()));
    await expectTimeout(server.origin, { headersMs: 40 }, "headers", "request timed out after 0.04 s (headers): ");
    await closed.promise;
  });

  it("is the first byte", async () => {
    await using server = await listen((_incoming, response) => response.writeHead(200).flushHeaders());
    await expectTimeout(
      server.origin,
      { firstByteMs: 40 },
      "first-byte",
      'sent headers, but no content. Try again, choose another model, or increase "deadlines.firstByteMs".',
    );
  });

  it("is the middle of the answer", async () => {
    await using server = await listen((_incoming, response) => void response.writeHead(200).write(piece));
    await expectTimeout(server.origin, { idleMs: 40 }, "idle", "sent nothing more in the middle of its answer");
  });

  it("is the connection, where nothing accepts it", async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const tls = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    // A TLS handshake that is never answered: the connection is not there yet.
    await expectTimeout(tls, { connectMs: 40 }, "connect", "did not accept a connection");
    silent.close();
  });
});

describe("what keeps an answer alive", () => {
  it("is any byte, a comment too", async () => {
    await using server = await listen(async (_incoming, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (let sign = 0; sign < 15; sign++) {
        response.write(": still here\n\n");
        await sleep(60);
      }
      response.end(piece + end);
    });
    const chat = service(server.origin);
    const deadlines = { ...defaultDeadlines, firstByteMs: 500, idleMs: 500 };
    const events = await collect(chat.stream(request({ deadlines })));
    expect(events.map(({ type }) => type)).toEqual(["response-start", "text-delta", "finish"]);
    await chat.close();
  });

  it("is a slow reader, who is not waited for with a clock", async () => {
    await using server = await listen(async (_incoming, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const big = piece.replace("Hi", "x".repeat(64 * 1024));
      for (let count = 0; count < 200 && !response.destroyed; count++) {
        if (!response.write(big)) await new Promise((resolve) => response.once("drain", resolve));
      }
      response.end(end);
    });
    const chat = service(server.origin);
    const deadlines = { ...defaultDeadlines, idleMs: 60 };
    let types = 0;
    let waited = false;
    for await (const batch of chat.stream(request({ deadlines }))) {
      types += batch.length;
      if (!waited) await sleep(300);
      waited = true;
    }
    expect(types).toBe(202);
    await chat.close();
  });

  it("may be nothing for ever, where a deadline is infinite", async () => {
    await using server = await listen(async (_incoming, response) => {
      await sleep(30);
      sendAnswer(response);
    });
    const chat = service(server.origin);
    const forever = Number.POSITIVE_INFINITY;
    const deadlines = {
      ...defaultDeadlines,
      connectMs: forever,
      headersMs: forever,
      firstByteMs: forever,
      idleMs: forever,
    };
    expect((await collect(chat.stream(request({ deadlines })))).at(-1)?.type).toBe("finish");
    await chat.close();
  });
});
