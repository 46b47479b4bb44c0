import type { Random } from "../random.ts";
import type { Segment } from "./reply.ts";

/** How the end of a body is told. */
export const framings = ["chunked", "length", "closed"] as const;
export type Framing = (typeof framings)[number];

export interface ResponseInit {
  readonly status?: number;
  /** Such as `content-type: text/html`. */
  readonly headers?: readonly string[];
  readonly body: Buffer;
  readonly framing: Framing;
}

const reasons: Readonly<Record<number, string>> = { 200: "OK", 302: "Found", 400: "Bad Request", 502: "Bad Gateway" };

/** A whole response. One whose framing is `closed` has to be ended with the connection. */
export function response(random: Random, { status = 200, headers = [], body, framing }: ResponseInit): Segment[] {
  const framed = framing === "length" ? `content-length: ${body.length}` : "transfer-encoding: chunked";
  const all = [...extraHeaders(random), ...headers, framing === "closed" ? "connection: close" : framed];
  const head = `HTTP/1.1 ${status} ${reasons[status] ?? "Some Words"}\r\n${all.map(cased(random)).join("\r\n")}\r\n\r\n`;
  const content: Segment[] = framing === "chunked" ? chunks(random, body) : [{ bytes: body, body: true }];
  return [text(head), ...content];
}

/** The body of a response, without what frames it. */
export function bodyOf(segments: readonly Segment[]): Buffer {
  return Buffer.concat(segments.filter((segment) => segment.body).map((segment) => segment.bytes));
}

export function lengthOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

/** The first bytes of a response. */
export function cutAt(segments: readonly Segment[], at: number): Segment[] {
  let rest = at;
  const kept: Segment[] = [];
  for (const { bytes, body } of segments) {
    if (rest <= 0) break;
    kept.push({ bytes: bytes.subarray(0, rest), body });
    rest -= bytes.length;
  }
  return kept;
}

export function text(words: string): Segment {
  return { bytes: Buffer.from(words), body: false };
}

function chunks(random: Random, body: Buffer): Segment[] {
  const places = [0, ...random.cuts(body.length, random.pick([0, 1, 5, 30])), body.length];
  const extension = random.chance(0.05) ? ";name=value" : "";
  const pieces = places.slice(1).flatMap((end, index): Segment[] => {
    const bytes = body.subarray(places[index], end);
    return bytes.length === 0
      ? []
      : [text(`${bytes.length.toString(16)}${extension}\r\n`), { bytes, body: true }, text("\r\n")];
  });
  return [...pieces, text(random.chance(0.05) ? "0\r\nx-trailer: value\r\n\r\n" : "0\r\n\r\n")];
}

function extraHeaders(random: Random): readonly string[] {
  const headers = [
    "date: Thu, 01 Jan 2026 00:00:00 GMT",
    "x-request-id: 8f14e45f",
    "set-cookie: a=b; Path=/",
    "set-cookie: c=d",
    "server: chaos",
    "x-empty:",
  ];
  return headers.filter(() => random.chance(0.3));
}

function cased(random: Random): (header: string) => string {
  const upper = random.chance(0.3);
  return (header) => (upper ? header.replace(/^[^:]+/, (name) => name.toUpperCase()) : header);
}
