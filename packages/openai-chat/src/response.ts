import { GatewayError, isObject, type ModelEvent } from "@waygate/core/plugin";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { shorten } from "./failure.ts";
import type { HttpResponse } from "./http.ts";
import { limits } from "./limits.ts";
import { type AnswerContext, AnswerReader } from "./stream.ts";
import { Utf8Decoder } from "./text-decoder.ts";

/**
 * Reads the body of a 200 into batches of events. Whether it is a stream or a whole answer is told by its first
 * character, as services mistake the content type: a `{` begins JSON, a `<` a page, anything else a stream.
 */
export async function* readAnswer(
  response: HttpResponse,
  context: AnswerContext,
): AsyncGenerator<readonly ModelEvent[], void, void> {
  const decoder = new Utf8Decoder();
  let head = "";
  for (;;) {
    const bytes = await response.read();
    if (bytes === undefined) throw unreadable(context, "an empty answer");
    head += decoder.decode(bytes);
    const first = head.match(/\S/)?.[0];
    if (first === "{" || first === "[") return yield* readWhole(response, decoder, head, context);
    if (first === "<") throw unreadable(context, `a page of HTML: ${shorten(head.slice(0, 200))}`);
    if (first !== undefined) return yield* readStream(response, decoder, head, context);
    if (head.length > 1024) head = "";
  }
}

async function* readStream(
  response: HttpResponse,
  decoder: Utf8Decoder,
  head: string,
  context: AnswerContext,
): AsyncGenerator<readonly ModelEvent[], void, void> {
  const reader = new AnswerReader(context);
  let batch: ModelEvent[] = [];
  let events = 0;
  const parser = createParser({
    maxBufferSize: limits.event,
    onEvent: (event: EventSourceMessage) => {
      events++;
      reader.data(event.data, event.event, batch);
    },
    onError: (error) => {
      // Lines that are no field, which some proxies send, say nothing; an endless line is the end.
      if (error.type === "max-buffer-size-exceeded")
        throw unreadable(context, `a piece of over ${limits.event} characters`);
    },
  });
  for (let text = head; ; ) {
    try {
      parser.feed(text);
    } catch (error) {
      // What came before the failure was said all the same.
      if (batch.length > 0) yield batch;
      throw error;
    }
    if (reader.done) break;
    if (batch.length > 0) {
      yield batch;
      batch = [];
    }
    const bytes = await response.read();
    if (bytes === undefined) {
      // The last event may lack its empty line.
      reader.closing();
      parser.feed(`${decoder.end()}\n\n`);
      break;
    }
    text = decoder.decode(bytes);
  }
  if (events === 0) throw unreadable(context, `no stream: ${shorten(head.slice(0, 200))}`);
  reader.end(batch);
  yield batch;
}

/** A service that ignores `stream` answers in one piece of JSON; so do errors under a status of 200. */
async function* readWhole(
  response: HttpResponse,
  decoder: Utf8Decoder,
  head: string,
  context: AnswerContext,
): AsyncGenerator<readonly ModelEvent[], void, void> {
  const pieces = [head];
  let length = head.length;
  for (let bytes = await response.read(); bytes !== undefined; bytes = await response.read()) {
    length += bytes.length;
    if (length > limits.body) throw unreadable(context, `an answer of over ${limits.body} bytes`);
    pieces.push(decoder.decode(bytes));
  }
  pieces.push(decoder.end());
  const text = pieces.join("");
  let answer: unknown;
  try {
    const parsed: unknown = JSON.parse(text);
    // Google reports errors as a list of one.
    answer = Array.isArray(parsed) ? parsed[0] : parsed;
  } catch {
    throw unreadable(context, `JSON that is cut off or broken: ${shorten(text.slice(0, 200))}`);
  }
  const events: ModelEvent[] = [];
  const reader = new AnswerReader(context);
  reader.whole(answer, events);
  if (!isObject(answer) || !Array.isArray(answer.choices) || answer.choices.length === 0) {
    throw unreadable(context, `JSON that is no answer of a model: ${shorten(text.slice(0, 200))}`);
  }
  reader.end(events);
  yield events;
}

function unreadable(context: AnswerContext, what: string): GatewayError {
  const words = `Gateway "${context.gateway}" sent ${shorten(what)} Check the address in its settings.`;
  return new GatewayError(words, { gateway: context.gateway, code: "protocol", status: 200 });
}
