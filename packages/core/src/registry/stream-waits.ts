import { GatewayError } from "../contract/error.ts";
import type { NoticeEvent } from "../contract/event.ts";

/** A request as messages name it. */
interface Asked {
  readonly gateway: string;
  readonly model: string;
}

/** Says that a request waits for its turn. `ahead`: how many wait before it. `limit`: how many streams may be open. */
export function queuedNotice({ gateway, model }: Asked, ahead: number, limit: number): NoticeEvent {
  const open = limit === 1 ? "1 stream is" : `${limit} streams are`;
  const before = ahead === 0 ? "none waits" : ahead === 1 ? "1 waits" : `${ahead} wait`;
  const message =
    `The request to model "${model}" of gateway "${gateway}" waits for its turn: ${open} open, which is the limit ` +
    `(maxOpenStreams), and ${before} before it.`;
  return { type: "notice", code: "stream-queued", message };
}

/** The request did not have its turn in time. Not retryable: it has waited as long as the program wanted already. */
export function queueTimeout({ gateway, model }: Asked, milliseconds: number, limit: number): GatewayError {
  const message =
    `The request to model "${model}" of gateway "${gateway}" waited longer than ${milliseconds / 1000} s for its turn ` +
    `(queue). Read or leave the streams that are open, or increase maxOpenStreams (${limit}) or deadlines.queueMs.`;
  return new GatewayError(message, { gateway, code: "timeout", phase: "queue", retryable: false });
}

/** A stream that keeps no deadlines of its own gave no event for too long. */
export function eventTimeout(
  { gateway, model }: Asked,
  milliseconds: number,
  phase: "first-byte" | "idle",
): GatewayError {
  const [what, option] = phase === "idle" ? ["no further event", "idleMs"] : ["no event", "firstByteMs"];
  const message =
    `Gateway "${gateway}" has sent ${what} of the answer of model "${model}" for ${milliseconds / 1000} s (${phase}). ` +
    `Increase deadlines.${option}.`;
  return new GatewayError(message, { gateway, code: "timeout", phase });
}

/** The service gave signs of life for too long, and nothing else. */
export function contentTimeout({ gateway, model }: Asked, milliseconds: number): GatewayError {
  const message =
    `Gateway "${gateway}" has sent nothing of the answer of model "${model}" for ${milliseconds / 1000} s, only signs of ` +
    "life (content). Increase deadlines.contentMs if the model may be silent for so long.";
  return new GatewayError(message, { gateway, code: "timeout", phase: "content" });
}
