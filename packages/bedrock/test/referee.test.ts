import { readRecordings, recordingsFolder } from "@waygate/recordings";
import { describe, expect, it } from "vitest";
import { FrameReader } from "../src/frames/frame-reader.ts";
import { codec } from "./service.ts";

interface Frame {
  readonly kind: string;
  readonly type: string;
  readonly body: string;
}

/** As AWS's own codec reads it. */
function byCodec(body: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let place = 0; place < body.length; place += body.readUInt32BE(place)) {
    const message = codec.decode(body.subarray(place, place + body.readUInt32BE(place)));
    const kind = String(message.headers[":message-type"]?.value);
    const type = String(message.headers[`:${kind}-type`]?.value);
    frames.push({ kind, type, body: Buffer.from(message.body).toString("utf8") });
  }
  return frames;
}

function byUs(body: Buffer, size: number): Frame[] {
  const reader = new FrameReader();
  const frames: Frame[] = [];
  for (let place = 0; place < body.length; place += size) {
    reader.feed(body.subarray(place, place + size), {
      frame(headers, bytes, start, end) {
        const type = headers.messageType === "exception" ? headers.exceptionType : headers.eventType;
        frames.push({ kind: headers.messageType, type, body: bytes.toString("utf8", start, end) });
      },
    });
  }
  expect(reader.open).toBe(false);
  return frames;
}

const folder = recordingsFolder();
const streams = (folder === undefined ? [] : readRecordings(folder, "bedrock")).filter(
  ({ response }) => response.bodyEncoding === "base64",
);

describe.skipIf(folder === undefined)("recorded streams (skipped where RECORDINGS is not there)", () => {
  it.each(streams.map((recording) => [recording.id, recording] as const))(
    "%s has the frames that AWS's codec reads",
    (_id, { response }) => {
      const body = Buffer.from(response.body, "base64");
      const frames = byCodec(body);
      expect(frames.length).toBeGreaterThan(0);
      for (const size of [1, 13, 1000, body.length]) expect(byUs(body, size)).toEqual(frames);
    },
  );
});
