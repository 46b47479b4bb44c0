import type { Answer } from "../../answer.ts";
import type { Wire } from "../../wire.ts";
import { encodeEvents } from "./chat-completions.ts";
import { encodeFrames } from "./converse.ts";

export interface Encoding {
  readonly contentType: string;
  /** The events of an answer, a buffer each. `callSuffix` keeps the ids of calls in one conversation apart. */
  readonly encode: (answer: Answer, callSuffix?: string) => Buffer[];
}

export const encodings: Readonly<Record<Wire, Encoding>> = {
  "chat-completions": { contentType: "text/event-stream; charset=utf-8", encode: encodeEvents },
  converse: { contentType: "application/vnd.amazon.eventstream", encode: encodeFrames },
};
