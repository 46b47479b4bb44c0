import { EventStreamCodec } from "@smithy/eventstream-codec";
import type { MessageHeaders } from "@smithy/types";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameError } from "./frame-headers.ts";
import { FrameReader } from "./frame-reader.ts";

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString("utf8"),
  (text) => Buffer.from(text, "utf8"),
);

function encode(headers: MessageHeaders, body: string): Buffer {
  return Buffer.from(codec.encode({ headers, body: Buffer.from(body) }));
}

const text = (value: string) => ({ type: "string", value }) as const;

const event = (type: string, body: string) =>
  encode(
    { ":event-type": text(type), ":content-type": text("application/json"), ":message-type": text("event") },
    body,
  );

interface Seen {
  readonly type: string;
  readonly body: string;
}

function read(bytes: Buffer, sizes: readonly number[] = [bytes.length]): { seen: Seen[]; open: boolean } {
  const reader = new FrameReader();
  const seen: Seen[] = [];
  let position = 0;
  for (let count = 0; position < bytes.length; count++) {
    const size = Math.max(1, sizes[count % sizes.length] ?? 1);
    // A copy: what a socket delivers is not part of one long buffer.
    reader.feed(Buffer.from(bytes.subarray(position, position + size)), {
      frame(headers, piece, start, end) {
        seen.push({
          type: `${headers.messageType} ${headers.eventType || headers.exceptionType || headers.errorCode}`,
          body: piece.toString("utf8", start, end),
        });
      },
    });
    position += size;
  }
  return { seen, open: reader.open };
}

const three = Buffer.concat([event("messageStart", "{}"), event("contentBlockDelta", '{"é":"😀"}'), event("x", "")]);
const seenInThree = [
  { type: "event messageStart", body: "{}" },
  { type: "event contentBlockDelta", body: '{"é":"😀"}' },
  { type: "event x", body: "" },
];

describe("frames", () => {
  it("are the same in pieces of any size", () => {
    for (let size = 1; size <= three.length; size++) {
      expect(read(three, [size])).toEqual({ seen: seenInThree, open: false });
    }
  });

  it("are what AWS's codec wrote, however they are cut", () => {
    const frame = fc.record({
      type: fc.string({ maxLength: 40 }),
      body: fc.string({ unit: "grapheme", maxLength: 300 }),
    });
    const cuts = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 12 }), cuts, (frames, sizes) => {
        const bytes = Buffer.concat(frames.map(({ type, body }) => event(type, body)));
        const seen = frames.map(({ type, body }) => ({ type: `event ${type}`, body }));
        expect(read(bytes, sizes)).toEqual({ seen, open: false });
      }),
    );
  });

  it("are told apart by headers that were met before, however many there are, on streams that take turns", () => {
    const types = Array.from({ length: 60 }, (_, count) => `${"x".repeat(count % 3)}${String(count).padStart(2, "0")}`);
    const readers = [0, 1, 2].map(() => ({ reader: new FrameReader(), seen: [] as string[] }));
    const sent = [...types, ...types.toReversed(), ...types.slice(0, 10), ...types.slice(0, 10)];
    for (const [place, type] of sent.entries()) {
      for (const [shift, { reader, seen }] of readers.entries()) {
        const bytes =
          shift === 2 && place % 2 === 0 ? event(type, "{}") : encode({ ":exception-type": text(type) }, "");
        reader.feed(bytes, { frame: ({ eventType, exceptionType }) => seen.push(eventType + exceptionType) });
      }
    }
    for (const { seen } of readers) expect(seen).toEqual(sent);
  });

  it("say when one has begun that did not end", () => {
    const first = event("messageStart", "{}");
    expect(read(first.subarray(0, first.length - 1)).open).toBe(true);
    expect(read(first.subarray(0, 3)).open).toBe(true);
    expect(read(first).open).toBe(false);
  });

  it("may have headers of every type, which are passed over", () => {
    const bytes = encode(
      {
        yes: { type: "boolean", value: true },
        no: { type: "boolean", value: false },
        byte: { type: "byte", value: 1 },
        short: { type: "short", value: 2 },
        integer: { type: "integer", value: 3 },
        binary: { type: "binary", value: Buffer.from([1, 2, 3]) },
        timestamp: { type: "timestamp", value: new Date(0) },
        uuid: { type: "uuid", value: "00000000-0000-4000-8000-000000000000" },
        ":error-code": text("InternalFailure"),
        ":message-type": text("error"),
      },
      "late",
    );
    expect(read(bytes).seen).toEqual([{ type: "error InternalFailure", body: "late" }]);
  });

  it("are exceptions by their headers", () => {
    const bytes = encode({ ":exception-type": text("throttlingException"), ":message-type": text("exception") }, "{}");
    expect(read(bytes).seen).toEqual([{ type: "exception throttlingException", body: "{}" }]);
  });
});

describe("damaged frames", () => {
  it("are found wherever a single bit has changed", () => {
    for (let position = 0; position < three.length; position++) {
      const damaged = Buffer.from(three);
      damaged[position] = (damaged[position] ?? 0) ^ (1 << (position % 8));
      expect(() => read(damaged), `bit in byte ${position}`).toThrow(FrameError);
    }
  });

  it("do not keep what came before them from being read", () => {
    const damaged = Buffer.from(three);
    damaged[three.length - 1] = (damaged[three.length - 1] ?? 0) ^ 1;
    const seen: string[] = [];
    const feed = () => new FrameReader().feed(damaged, { frame: (headers) => seen.push(headers.eventType) });
    expect(feed).toThrow(new FrameError("the checksum of a frame does not match"));
    expect(seen).toEqual(["messageStart", "contentBlockDelta"]);
  });

  it("are refused by a length that cannot be, before anything is kept for them", () => {
    const prelude = (total: number, headers: number) => {
      // A frame of one byte of headers, whose prelude is then made to claim something else.
      const bytes = Buffer.alloc(64);
      bytes.writeUInt32BE(total, 0);
      bytes.writeUInt32BE(headers, 4);
      bytes.writeUInt32BE(crc(bytes.subarray(0, 8)), 8);
      return bytes;
    };
    expect(() => read(prelude(0xffffffff, 0))).toThrow(/a length that cannot be \(4294967295 bytes, 0 of headers\)/);
    expect(() => read(prelude(15, 0))).toThrow(/a length that cannot be/);
    expect(() => read(prelude(1_000_000, 500_000))).toThrow(/a length that cannot be/);
    expect(() => read(prelude(64, 49))).toThrow("the headers of a frame are longer than the frame");
  });

  it("are refused for headers that cannot be read", () => {
    const withHeaders = (headers: Buffer) => {
      const bytes = Buffer.alloc(16 + headers.length);
      bytes.writeUInt32BE(bytes.length, 0);
      bytes.writeUInt32BE(headers.length, 4);
      bytes.writeUInt32BE(crc(bytes.subarray(0, 8)), 8);
      headers.copy(bytes, 12);
      bytes.writeUInt32BE(crc(bytes.subarray(0, bytes.length - 4)), bytes.length - 4);
      return bytes;
    };
    expect(read(withHeaders(Buffer.alloc(0))).seen).toEqual([{ type: "event ", body: "" }]);
    expect(() => read(withHeaders(Buffer.from([9, 0x61])))).toThrow(
      new FrameError("the headers of a frame end in the middle of a header"),
    );
    expect(() => read(withHeaders(Buffer.from([1, 0x61, 7, 0, 9, 0x62])))).toThrow(
      new FrameError("the headers of a frame end in the middle of a header"),
    );
    expect(() => read(withHeaders(Buffer.from([1, 0x61, 77])))).toThrow(
      new FrameError("a header of a frame is of the type 77, which there is not"),
    );
  });

  it("are refused for text that is no frame at all", () => {
    expect(() => read(Buffer.from('{"message":"not a frame at all"}'))).toThrow(
      new FrameError("the checksum at the beginning of a frame does not match"),
    );
  });
});

/** CRC-32 by its definition, bit by bit. */
function crc(bytes: Uint8Array): number {
  let checksum = 0xffffffff;
  for (const byte of bytes) {
    checksum ^= byte;
    for (let bit = 0; bit < 8; bit++) checksum = (checksum >>> 1) ^ (0xedb88320 & -(checksum & 1));
  }
  return (checksum ^ 0xffffffff) >>> 0;
}
