import { brotliCompressSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { collect, listen, request, service } from "./service.ts";

const stream = [
  { id: "1", model: "m", choices: [{ index: 0, delta: { content: "Hi" } }] },
  { id: "1", model: "m", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
]
  .map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`)
  .join("");
const refusal = JSON.stringify({ error: { message: "The prompt is too short." } });

/** What comes of an answer with these bytes: its text, or the message of its error. */
async function outcome(status: number, headers: Readonly<Record<string, string>>, body: Buffer): Promise<string> {
  await using server = await listen((_, response) => void response.writeHead(status, headers).end(body));
  const chat = service(server.origin);
  try {
    const events = await collect(chat.stream(request()));
    return events.map((event) => (event.type === "text-delta" ? event.text : "")).join("");
  } catch (error) {
    return String(error);
  } finally {
    await chat.close();
  }
}

describe("a compressed answer that was not asked for", () => {
  it.each([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
  ])("with %s is read, be it a stream or a refusal", async (encoding, compress) => {
    const headers = { "content-encoding": encoding };
    expect(await outcome(200, headers, compress(stream))).toBe("Hi");
    expect(await outcome(400, headers, compress(refusal))).toContain('"test" answered 400: The prompt is too short.');
  });

  it("is an error that says so if it is damaged", async () => {
    const damaged = gzipSync(stream).subarray(0, 30);
    expect(await outcome(200, { "content-encoding": "gzip" }, damaged)).toContain(
      'The answer has the content-encoding "gzip" and cannot be decoded: unexpected end of file',
    );
  });

  it.each([
    [200, "what is not an event stream: bytes that are not text."],
    [502, "answered 502: bytes that are not text."],
  ])("is never shown as text if its headers do not tell: %s", async (status, words) => {
    for (const compress of [gzipSync, brotliCompressSync]) {
      const shown = await outcome(status, {}, compress(status === 200 ? stream : refusal));
      expect(shown).toContain(words);
      expect(shown).not.toMatch(/[\p{Cc}\ufffd]/u);
    }
  });
});
