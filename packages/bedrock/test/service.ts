import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { EventStreamCodec } from "@smithy/eventstream-codec";

export interface Received {
  readonly method: string;
  /** As sent, with the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Parsed; undefined where there is none. */
  readonly body: unknown;
  /** As sent. */
  readonly text: string;
}

export type Reply = (response: ServerResponse, request: Received) => void | Promise<void>;

/** A service on loopback that answers as it is told to. */
export interface Service extends AsyncDisposable {
  readonly origin: string;
  readonly received: Received[];
  /** How many connections have ever been made to it. */
  readonly connections: number;
  /** Those that are open. */
  readonly open: number;
  /** Answers every request that nothing is queued for. */
  reply: Reply;
  /** Answers the next requests, one each. */
  queue(...replies: readonly Reply[]): void;
}

export async function startService(reply: Reply = says("Hi")): Promise<Service> {
  const received: Received[] = [];
  const queued: Reply[] = [];
  let connections = 0;
  let open = 0;
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const text = Buffer.concat(pieces).toString("utf8");
    const { method = "", url: path = "", headers } = request;
    const entry = { method, path, headers, text, body: text.startsWith("{") ? JSON.parse(text) : undefined };
    received.push(entry);
    await (queued.shift() ?? service.reply)(response, entry);
  });
  server.on("connection", (socket) => {
    connections += 1;
    open += 1;
    socket.once("close", () => {
      open -= 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const service: Service = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    get connections() {
      return connections;
    },
    get open() {
      return open;
    },
    reply,
    queue: (...replies) => void queued.push(...replies),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return service;
}

/** AWS's own codec, which is no part of the plugin: what it writes is what the service would send. */
export const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString("utf8"),
  (text) => Buffer.from(text, "utf8"),
);

const text = (value: string) => ({ type: "string", value }) as const;

/** One frame of a stream. */
export function frame(type: string, payload: unknown, kind: "event" | "exception" = "event"): Uint8Array {
  return codec.encode({
    headers: { [`:${kind}-type`]: text(type), ":content-type": text("application/json"), ":message-type": text(kind) },
    body: Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload)),
  });
}

/** A frame of the kind `error`, which no model makes: it comes from the machinery before it. */
export function errorFrame(code: string, message: string): Uint8Array {
  return codec.encode({
    headers: { ":message-type": text("error"), ":error-code": text(code), ":error-message": text(message) },
    body: new Uint8Array(),
  });
}

export type Event = readonly [type: string, payload: unknown] | Uint8Array;

/** The bytes of a stream. */
export function stream(...events: readonly Event[]): Buffer {
  return Buffer.concat(events.map((event) => (event instanceof Uint8Array ? event : frame(event[0], event[1]))));
}

export const streamHeaders = { "content-type": "application/vnd.amazon.eventstream", "x-amzn-requestid": "req-1" };

/** Answers with these events. */
export function streams(...events: readonly Event[]): Reply {
  return (response) => void response.writeHead(200, streamHeaders).end(stream(...events));
}

export const start: Event = ["messageStart", { role: "assistant", p: "abc" }];
export const usage = { inputTokens: 5, outputTokens: 2, totalTokens: 7 };
export const metadata: Event = ["metadata", { usage, metrics: { latencyMs: 10 } }];
export const delta = (value: unknown, contentBlockIndex = 0): Event => [
  "contentBlockDelta",
  { contentBlockIndex, delta: value },
];
export const begin = (toolUse: unknown, contentBlockIndex = 0): Event => [
  "contentBlockStart",
  { contentBlockIndex, start: { toolUse } },
];
export const stop = (contentBlockIndex = 0): Event => ["contentBlockStop", { contentBlockIndex }];
export const end = (stopReason: string): Event => ["messageStop", { stopReason }];

/** Answers with a text. */
export function says(words: string): Reply {
  return streams(start, delta({ text: words }), stop(), end("end_turn"), metadata);
}

export function json(value: unknown, status = 200): Reply {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json", "x-amzn-requestid": "req-1" });
    response.end(JSON.stringify(value));
  };
}

/** Refuses as AWS does. */
export function refuses(
  status: number,
  name: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json", "x-amzn-errortype": name, ...headers });
    response.end(JSON.stringify({ message }));
  };
}

/** Waits for something to become true, 10 seconds at most. */
export async function until(isTrue: () => boolean): Promise<void> {
  for (const limit = Date.now() + 10_000; !isTrue(); ) {
    if (Date.now() > limit) throw new Error("It did not happen within 10 seconds.");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
