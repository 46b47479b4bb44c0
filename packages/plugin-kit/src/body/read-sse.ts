import type { HttpResponse, Reading } from "@waygate/http";
import { decodeBody } from "./decode-body.ts";
import { readLimits } from "./read-limits.ts";
import { RecordDecoder, type RecordReader } from "./record-decoder.ts";
import { type ServerSentEvent, SseFraming } from "./sse-framing.ts";

export interface SseReader<Event> extends RecordReader<Event> {
  /**
   * Receives each server-sent event and appends what it says to the batch, such as model events. Returns true if the answer
   * is complete, as after `[DONE]`: the rest of the body is not read. Throws to fail the stream.
   */
  readonly onEvent: (event: ServerSentEvent, batch: Event[]) => boolean | undefined;
}

/**
 * Reads a response of server-sent events. The result goes into `batches` of `@waygate/http`. It fails with a `GatewayError`
 * of code `protocol` if the body is empty, is not a stream of events, or exceeds a limit.
 */
export function readSse<Event>(response: HttpResponse, reader: SseReader<Event>): Reading<readonly Event[]> {
  const { maxLength = readLimits.maxLength, onEvent } = reader;
  const decoder = new RecordDecoder<ServerSentEvent, Event>({
    ...reader,
    kind: "event stream",
    read: onEvent,
    framing: (onRecord, tooLong) =>
      new SseFraming({
        maxLength,
        tooLong,
        onEvent(event) {
          // The framing limits what it keeps, not what comes in one piece.
          if (event.data.length > maxLength) throw tooLong();
          onRecord(event);
        },
      }),
  });
  return decodeBody(response, decoder);
}
