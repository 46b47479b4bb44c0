import { EventStreamCodec } from "@smithy/eventstream-codec";
import { type Answer, deltas } from "../../answer.ts";

/** The answer as frames of ConverseStream, one buffer a frame. */
export function encodeFrames(answer: Answer): Buffer[] {
  const frames = [frame("messageStart", { role: "assistant" })];
  for (const delta of deltas(answer)) {
    if (delta.kind !== "text") throw new Error(`no case of this wire has deltas of the kind ${delta.kind}`);
    frames.push(frame("contentBlockDelta", { contentBlockIndex: 0, delta: { text: delta.text } }, frames.length));
  }
  frames.push(frame("contentBlockStop", { contentBlockIndex: 0 }));
  frames.push(frame("messageStop", { stopReason: "end_turn" }));
  const usage = { inputTokens: 12, outputTokens: 345, totalTokens: 357 };
  frames.push(frame("metadata", { metrics: { latencyMs: 1_000 }, usage }));
  return frames;
}

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString("utf8"),
  (text) => Buffer.from(text, "utf8"),
);
const text = (value: string) => ({ type: "string", value }) as const;
const padding = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** Bedrock pads its frames to unequal lengths, so that their sizes tell nothing. */
function frame(type: string, value: object, count = 0): Buffer {
  const bytes = codec.encode({
    headers: {
      ":event-type": text(type),
      ":content-type": text("application/json"),
      ":message-type": text("event"),
    },
    body: Buffer.from(JSON.stringify({ ...value, p: padding.slice(0, 1 + ((count * 7) % padding.length)) })),
  });
  return Buffer.from(bytes);
}
