import { GatewayError } from "@waygate/core/plugin";
import type { HttpResponse, Reading } from "@waygate/http";
import { shorten } from "../failure/shorten.ts";
import { parseJson } from "../json/parse-json.ts";
import { decodeBody } from "./decode-body.ts";
import { LineFraming } from "./line-framing.ts";
import { readLimits } from "./read-limits.ts";
import { RecordDecoder, type RecordReader } from "./record-decoder.ts";

export interface NdjsonReader<Event> extends RecordReader<Event> {
  /**
   * Receives the value of each line and appends what it says to the batch, such as model events. Returns true if the answer
   * is complete: the rest of the body is not read. Throws to fail the stream.
   */
  readonly onValue: (value: unknown, batch: Event[]) => boolean | undefined;
}

/**
 * Reads a response of lines of JSON (NDJSON, JSON Lines). The result goes into `batches` of `@waygate/http`. It fails with a
 * `GatewayError` of code `protocol` if a line is not valid JSON, if the body is empty, or if it exceeds a limit; and of code
 * `connection` if the last line breaks off.
 */
export function readNdjson<Event>(response: HttpResponse, reader: NdjsonReader<Event>): Reading<readonly Event[]> {
  const { maxLength = readLimits.maxLength, gateway, onValue } = reader;
  const decoder = new RecordDecoder<unknown, Event>({
    ...reader,
    kind: "answer in lines of JSON",
    read: onValue,
    framing: (onRecord, tooLong) =>
      new LineFraming({
        maxLength,
        tooLong,
        onLine(line, last) {
          const value = parseJson(line);
          // JSON has no undefined.
          if (value === undefined) throw last ? brokenOff(gateway) : notJson(gateway, line);
          onRecord(value);
        },
      }),
  });
  return decodeBody(response, decoder);
}

function brokenOff(gateway: string): GatewayError {
  const message = `Gateway "${gateway}" broke off in the middle of its answer. Try again.`;
  return new GatewayError(message, { gateway, code: "connection" });
}

function notJson(gateway: string, line: string): GatewayError {
  const message = `Gateway "${gateway}" sent a line that is not valid JSON: ${shorten(line.slice(0, 200))}`;
  return new GatewayError(message, { gateway, code: "protocol", status: 200 });
}
