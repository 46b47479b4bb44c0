import { brotliCompressSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { answering, plain } from "./answering.ts";
import { delta, end, metadata, type Reply, start, stop, stream, streamHeaders } from "./service.ts";

const { ask, fail } = answering();
const body = stream(start, delta({ text: "Hi" }), stop(), end("end_turn"), metadata);

const sends =
  (status: number, bytes: Buffer, encoding?: string): Reply =>
  (response) => {
    const headers = encoding === undefined ? {} : { "content-encoding": encoding };
    response.writeHead(status, { ...streamHeaders, ...headers }).end(bytes);
  };

describe("a compressed answer that was not asked for", () => {
  it.each([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
  ])("with %s is read", async (encoding, compress) => {
    const events = plain([...(await ask(sends(200, compress(body), encoding)))]);
    expect(events[0]).toEqual({ type: "text-delta", text: "Hi" });
  });

  it.each([200, 400])("is never shown as text if its headers do not tell: %s", async (status) => {
    const { error } = await fail(sends(status, gzipSync(body)));
    expect(error.message).toContain("bytes that are not text.");
    expect(error.message).not.toMatch(/[\p{Cc}\ufffd]/u);
  });
});
