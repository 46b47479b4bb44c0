import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { GatewayError } from "@waygate/core/plugin";
import { batches, type Http, type HttpResponse, openHttp, type Reading } from "@waygate/http";
import { failureOfResponse, type NdjsonReader, readNdjson, readSse, type SseReader } from "@waygate/plugin-kit";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Each a write of its own. */
  readonly pieces: readonly (string | Uint8Array)[];
  /** Leaves the answer open after its last piece. */
  readonly open?: boolean;
  /** Breaks the connection off after the last piece. */
  readonly broken?: boolean;
}

let answer: Answer;
const sockets = new Set<Socket>();
let server: Server;
let http: Http;

beforeAll(async () => {
  server = createServer(async (incoming, response) => {
    incoming.resume();
    sockets.add(incoming.socket);
    const { status = 200, headers, pieces, open, broken } = answer;
    response.writeHead(status, headers).flushHeaders();
    for (const piece of pieces) await new Promise<void>((written) => response.write(piece, () => written()));
    if (broken === true) response.destroy();
    else if (open !== true) response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  http = openHttp();
});

beforeEach(() => sockets.clear());

afterAll(async () => {
  await http.close();
  server.closeAllConnections();
  server.close();
});

function url(): URL {
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/chat`);
}

interface Outcome<Event> {
  readonly batches: readonly (readonly Event[])[];
  readonly events: readonly Event[];
  readonly error: unknown;
}

/** What a reader makes of an answer. */
async function outcome<Event>(
  sent: Answer,
  open: (response: HttpResponse) => Reading<readonly Event[]>,
): Promise<Outcome<Event>> {
  answer = sent;
  const read: (readonly Event[])[] = [];
  let error: unknown;
  try {
    for await (const batch of batches(async () => open(await http.send({ method: "POST", url: url(), headers: {} })))) {
      read.push(batch);
    }
  } catch (thrown) {
    error = thrown;
  }
  return { batches: read, events: read.flat(), error };
}

const ofEvents: SseReader<string> = {
  gateway: "acme",
  onEvent({ data, event }, batch) {
    if (data === "[DONE]") return true;
    batch.push(event === undefined ? data : `${event}=${data}`);
    return false;
  },
};

const ofValues: NdjsonReader<unknown> = {
  gateway: "acme",
  onValue: (value, batch) => {
    batch.push(value);
    return value === "stop";
  },
};

const sse = (sent: Answer, more: Partial<SseReader<string>> = {}) =>
  outcome(sent, (response) => readSse(response, { ...ofEvents, ...more }));
const ndjson = (sent: Answer, more: Partial<NdjsonReader<unknown>> = {}) =>
  outcome(sent, (response) => readNdjson(response, { ...ofValues, ...more }));

/** Cuts bytes at some places. */
function cut(text: string, places: readonly number[]): readonly Uint8Array[] {
  const bytes = Buffer.from(text);
  const ends = [...new Set(places.map((place) => place % bytes.length))].toSorted((a, b) => a - b);
  return [0, ...ends].map((start, index) => bytes.subarray(start, ends[index] ?? bytes.length));
}

const stream =
  ": ping\n\nevent: delta\ndata: Grüße, 世界 👋🏽\n\nid: 7\r\ndata: two\r\ndata: lines\r\n\r\nretry: 5\n\ndata: last\n\n";
const streamEvents = ["delta=Grüße, 世界 👋🏽", "two\nlines", "last"];
const lines = '{"text":"Grüße"}\r\n\n[1,2]\n"世界"\n  \nnull\n{"a":{"b":"\\n"}}';
const lineValues = [{ text: "Grüße" }, [1, 2], "世界", null, { a: { b: "\n" } }];

describe("every way to cut a body", () => {
  it("gives the same server-sent events", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 12 }), async (places) => {
        expect(await sse({ pieces: cut(stream, places) })).toMatchObject({ events: streamEvents, error: undefined });
      }),
      { numRuns: 40 },
    );
    expect((await sse({ pieces: cut(stream, [...Buffer.from(stream).keys()]) })).events).toEqual(streamEvents);
  });

  it("gives the same lines of JSON", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 12 }), async (places) => {
        expect(await ndjson({ pieces: cut(lines, places) })).toMatchObject({ events: lineValues, error: undefined });
      }),
      { numRuns: 40 },
    );
    expect((await ndjson({ pieces: cut(lines, [...Buffer.from(lines).keys()]) })).events).toEqual(lineValues);
  });
});

describe("an answer", () => {
  it("comes in batches that are never empty", async () => {
    const { batches } = await sse({ pieces: [": ping\n\n", "data: a\n\ndata: b\n\n", ": ping\n\n", "data: c\n\n"] });
    expect(batches.every((batch) => batch.length > 0)).toBe(true);
    expect(batches.flat()).toEqual(["a", "b", "c"]);
  });

  it("that says that it is complete is not read further, and its connection is used again", async () => {
    const sent = { pieces: ["data: a\n\ndata: [DONE]\n\ndata: b\n\n"] };
    for (let round = 0; round < 3; round++) {
      expect(await sse(sent, { onEnd: () => expect.unreachable() })).toMatchObject({ events: ["a"], error: undefined });
    }
    expect(sockets.size).toBe(1);
    expect(await ndjson({ pieces: ['1\n"stop"\n2\n'], open: true })).toMatchObject({ events: [1, "stop"] });
  });

  it("may end with events that only its end tells", async () => {
    const { events } = await ndjson({ pieces: ["1\n2\n"] }, { onEnd: (batch) => void batch.push("end") });
    expect(events).toEqual([1, 2, "end"]);
  });
});

describe("an answer that is not complete", () => {
  it("fails with the reader's own error, after what came before it", async () => {
    const own = new GatewayError("No finish.", { gateway: "acme", code: "connection" });
    const onEnd = () => {
      throw own;
    };
    expect(await sse({ pieces: ["data: a\n\n"] }, { onEnd })).toMatchObject({ events: ["a"], error: own });
    const onEvent: SseReader<string>["onEvent"] = ({ data }, batch) => {
      if (data === "b") throw own;
      batch.push(data);
      return false;
    };
    expect(await sse({ pieces: ["data: a\n\ndata: b\n\ndata: c\n\n"] }, { onEvent })).toMatchObject({
      events: ["a"],
      error: own,
    });
  });

  it("fails with what broke the connection", async () => {
    const { events, error } = await sse({ pieces: ["data: a\n\n"], broken: true });
    expect(events).toEqual(["a"]);
    expect(error).toMatchObject({ code: expect.stringMatching(/ECONNRESET|UND_ERR_SOCKET/) });
  });

  it("of lines fails if the last breaks off", async () => {
    expect(await ndjson({ pieces: ['{"a":1}\n{"b":'] })).toMatchObject({
      events: [{ a: 1 }],
      error: { code: "connection", retryable: true },
    });
  });
});

describe("a body that is something else", () => {
  it.each([
    ["a page", "<html><title>Log in</title></html>", false, /not an event stream: <html>/],
    ["JSON", '{"error":"no"}', false, /not an event stream: \{"error":"no"\}/],
    ["nothing", "", true, /sent an empty answer/],
  ])("in place of events is an error: %s", async (_what, body, retryable, message) => {
    const { events, error } = await sse({ pieces: body === "" ? [] : [body] });
    expect(events).toEqual([]);
    expect(error).toMatchObject({ gateway: "acme", code: "protocol", status: 200, retryable });
    expect((error as Error).message).toMatch(message);
  });

  it.each([
    ["a page", "<html>\n<title>Log in</title>", /a line that is not valid JSON: <html>/],
    ["nothing", "", /sent an empty answer/],
    ["blank lines", "\n \n", /not an answer in lines of JSON/],
  ])("in place of lines is an error: %s", async (_what, body, message) => {
    const { error } = await ndjson({ pieces: body === "" ? [] : [body] });
    expect(error).toMatchObject({ code: "protocol" });
    expect((error as Error).message).toMatch(message);
  });
});

describe("limits", () => {
  const long = "x".repeat(1000);

  it("hold for one event and one line, however it is cut, and let what came before stand", async () => {
    for (const pieces of [[`data: a\n\ndata: ${long}\n\n`], ["data: a\n\n", `data: ${long}`, long, "\n\n"]]) {
      const { events, error } = await sse({ pieces }, { maxLength: 500 });
      expect(error).toMatchObject({ code: "protocol", message: expect.stringContaining("over 500 characters") });
      expect(events).toEqual(["a"]);
    }
    for (const pieces of [[`1\n"${long}"\n`], ["1\n", `"${long}`, `${long}"\n`], ["1\n", `"${long}`]]) {
      const { events, error } = await ndjson({ pieces }, { maxLength: 500 });
      expect(error).toMatchObject({ code: "protocol", message: expect.stringContaining("over 500 characters") });
      expect(events).toEqual([1]);
    }
    expect(await ndjson({ pieces: [`"${long}"\n`] }, { maxLength: 1002 })).toMatchObject({ error: undefined });
  });

  it("hold for the whole body", async () => {
    const pieces = Array.from({ length: 20 }, (_, index) => `data: ${index} ${"y".repeat(90)}\n\n`);
    const { events, error } = await sse({ pieces }, { maxBytes: 1000 });
    expect(error).toMatchObject({ code: "protocol", message: expect.stringContaining("over 1000 bytes") });
    expect(events.length).toBeLessThan(11);
  });
});

describe("a response that is not a success", () => {
  const ask = async (sent: Answer) => {
    answer = sent;
    const response = await http.send({ method: "POST", url: url(), headers: {} });
    return failureOfResponse({ gateway: "acme", secret: "sk-test-key" }, response, url());
  };

  it("is read for its reason", async () => {
    const error = await ask({
      status: 429,
      headers: { "retry-after": "3" },
      pieces: ['{"error":"Slow down, sk-test-key"}'],
    });
    expect(error).toMatchObject({ code: "rate-limited", detail: "Slow down, ***", retryAfterMs: 3000 });
  });

  it("is what its status says if its body breaks off", async () => {
    expect(await ask({ status: 503, pieces: ['{"err'], broken: true })).toMatchObject({ code: "overloaded" });
  });

  it("is not followed elsewhere with a key", async () => {
    const error = await ask({ status: 307, headers: { location: "https://other.example/v1" }, pieces: [] });
    expect(error).toMatchObject({ code: "protocol", status: 307, retryable: false });
    expect(error.message).toContain("answered 307 to https://other.example/v1 in place of an answer");
  });
});
