import { EventStreamCodec } from "@smithy/eventstream-codec";
import { type Fields, isFields } from "../chat-completions/fields.ts";

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString("utf8"),
  (text) => Buffer.from(text, "utf8"),
);

/** The types of what comes in an exception frame, not in an event's. */
const EXCEPTIONS = /Exception$/;

const PADDING = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** Frames of one stream. Bedrock pads its events to unequal lengths, so that their sizes tell nothing. */
export class FrameWriter {
  #count = 0;

  /** An event: `{ contentBlockDelta: { … } }`, or an exception: `{ throttlingException: { message } }`. */
  write(event: unknown): Uint8Array {
    const [type, value] = Object.entries(isFields(event) ? event : {})[0] ?? ["unknown", event];
    if (EXCEPTIONS.test(type)) return frame("exception", type, value);
    this.#count += 1;
    const p = PADDING.slice(0, 1 + ((this.#count * 7) % PADDING.length));
    return frame("event", type, isFields(value) ? { ...value, p } : value);
  }
}

/** The frame of an exception. What names no type is an internal error. */
export function exceptionFrame(error: unknown): Uint8Array {
  const fields: Fields = isFields(error) ? error : { message: String(error) };
  const named = [fields.type, fields.__type].find((name) => typeof name === "string");
  const name = typeof named === "string" ? named : "internalServerException";
  const { type: _type, __type, ...rest } = fields;
  return frame("exception", name.charAt(0).toLowerCase() + name.slice(1), rest);
}

/** A frame that was damaged on its way: its checksum does not fit. */
export function damagedFrame(): Uint8Array {
  const bytes = frame("event", "contentBlockDelta", { contentBlockIndex: 0, delta: { text: "damaged" } });
  const place = bytes.length - 8;
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  return bytes;
}

function frame(kind: "event" | "exception", type: string, value: unknown): Uint8Array {
  const text = (value: string) => ({ type: "string", value }) as const;
  return codec.encode({
    headers: {
      [`:${kind}-type`]: text(type),
      ":content-type": text("application/json"),
      ":message-type": text(kind),
    },
    body: Buffer.from(JSON.stringify(value)),
  });
}
