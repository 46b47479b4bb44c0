import { createHash, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  brotliCompressSync,
  constants,
  createGzip,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from "node:zlib";
import { openHttp } from "@waygate/http";
import { describe, expect, it } from "vitest";
import { ask, get, listen, next, post, text } from "./service.ts";

const words = "Räuber, data: and more. ".repeat(2_000);

/** A service whose answer has an encoding, and these bytes in pieces. */
function encoded(encoding: string, bytes: Buffer, pieceLength = 1_000) {
  return listen(async (_, response) => {
    response.writeHead(200, { "content-encoding": encoding });
    for (let at = 0; at < bytes.length; at += pieceLength) {
      response.write(bytes.subarray(at, at + pieceLength));
      await sleep(0);
    }
    response.end();
  });
}

describe("a compressed answer", () => {
  it.each([
    ["gzip", gzipSync],
    ["x-gzip", gzipSync],
    ["GZIP", gzipSync],
    ["br", brotliCompressSync],
    ["zstd", zstdCompressSync],
    ["deflate", deflateSync],
    ["deflate", deflateRawSync],
  ])("with the encoding %s is decoded", async (encoding, compress) => {
    await using service = await encoded(encoding, compress(words), 50);
    const http = openHttp();
    expect(await ask(http, get(service))).toBe(words);
    // Also on the same connection again.
    expect(await ask(http, post(service))).toBe(words);
    expect(service.sockets.size).toBe(1);
    await http.close();
  });

  it.each(["identity", "utf-8", "constructor", "gzip, br"])(
    "with the encoding %s is read as it is",
    async (encoding) => {
      await using service = await encoded(encoding, Buffer.from("as it is"));
      const http = openHttp();
      expect(await ask(http, get(service))).toBe("as it is");
      await http.close();
    },
  );

  it("may be empty", async () => {
    await using service = await encoded("gzip", Buffer.alloc(0));
    const http = openHttp();
    expect(await ask(http, get(service))).toBe("");
    await http.close();
  });

  it("is decoded while it arrives", async () => {
    const gone = Promise.withResolvers<void>();
    await using service = await listen(async (_, response) => {
      response.writeHead(200, { "content-encoding": "gzip" });
      const gzip = createGzip();
      gzip.pipe(response);
      gzip.write("first");
      gzip.flush(constants.Z_SYNC_FLUSH);
      await gone.promise;
      gzip.end(", last");
    });
    const http = openHttp();
    const response = await http.send(get(service));
    expect((await next(response))?.map(String)).toEqual(["first"]);
    gone.resolve();
    expect(await text(response)).toBe(", last");
    await http.close();
  });

  it.each([
    ["cut off", gzipSync(words).subarray(0, 60)],
    ["damaged", Buffer.concat([gzipSync(words).subarray(0, 30), Buffer.alloc(40, 0xff)])],
    ["not compressed at all", Buffer.from(words)],
  ])("that is %s is an error that names the encoding", async (_, bytes) => {
    await using service = await encoded("gzip", bytes);
    const http = openHttp();
    const reading = ask(http, get(service));
    await expect(reading).rejects.toThrow(/^The answer has the content-encoding "gzip" and cannot be decoded: /);
    await http.close();
  });

  it("that grows to many times its length waits for a slow reader", async () => {
    const length = 64 * 1024 * 1024;
    await using service = await encoded("gzip", gzipSync(Buffer.alloc(length)), 1_000_000);
    const http = openHttp();
    const response = await http.send(
      get(service, { deadlines: { connectMs: 5_000, headersMs: 5_000, firstByteMs: 5_000, idleMs: 50 } }),
    );
    const [first] = (await next(response)) ?? [];
    let read = first?.length ?? 0;
    // Longer than the service may be silent: it is the reader who waits.
    await sleep(200);
    const waiting = (await next(response)) ?? [];
    const kept = waiting.reduce((sum, piece) => sum + piece.length, 0);
    expect(kept).toBeLessThan(1024 * 1024);
    read += kept;
    for (let pieces = await next(response); pieces !== undefined; pieces = await next(response)) {
      for (const piece of pieces) read += piece.length;
    }
    expect(read).toBe(length);
    await http.close();
  });

  it("that is let go of keeps its connection, and one that is cancelled does not", async () => {
    const bytes = randomBytes(20_000);
    await using service = await encoded("gzip", gzipSync(bytes), 100_000);
    const http = openHttp();
    const first = await http.send(get(service));
    await next(first);
    first.release();
    const second = await http.send(get(service));
    const read: Buffer[] = [];
    for (let pieces = await next(second); pieces !== undefined; pieces = await next(second)) read.push(...pieces);
    const hash = (data: Buffer) => createHash("sha256").update(data).digest("hex");
    expect(hash(Buffer.concat(read))).toBe(hash(bytes));
    expect(service.sockets.size).toBe(1);
    const third = await http.send(get(service));
    await next(third);
    third.cancel();
    expect(await next(third).catch(() => "ended")).toBe("ended");
    await http.close();
  });
});
