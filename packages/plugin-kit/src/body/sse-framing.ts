import { createParser, type EventSourceMessage, type EventSourceParser } from "eventsource-parser";

/** One server-sent event. Its comments and retry times are left out. */
export type ServerSentEvent = EventSourceMessage;

export interface SseFramingOptions {
  /** Characters of an event that are kept until the rest of it comes. */
  readonly maxLength: number;
  /** Receives each event, also while another one is being fed. Errors that it throws come out of `feed`. */
  readonly onEvent: (event: ServerSentEvent) => void;
  /** Returns the error of an event that exceeds `maxLength`. */
  readonly tooLong: () => Error;
}

/** Splits text that is cut anywhere into server-sent events. The parsing itself is left to `eventsource-parser`. */
export class SseFraming {
  readonly #parser: EventSourceParser;
  /** The line that the last piece broke off in. */
  #line = "";

  constructor({ maxLength, onEvent, tooLong }: SseFramingOptions) {
    this.#parser = createParser({
      maxBufferSize: maxLength,
      onEvent,
      onError(error) {
        // Lines without a field, which some proxies send, say nothing.
        if (error.type === "max-buffer-size-exceeded") throw tooLong();
      },
    });
  }

  /** Hands the parser whole lines: of a piece that begins within a line, it copies everything. */
  feed(text: string): void {
    const end = text.lastIndexOf("\n") + 1;
    if (end === 0) {
      // All of it is within a line, or lines end with \r alone: the parser can tell.
      this.#parser.feed(this.#line + text);
      this.#line = "";
      return;
    }
    const begin = this.#line === "" ? 0 : text.indexOf("\n") + 1;
    if (begin > 0) this.#parser.feed(this.#line + text.slice(0, begin));
    if (end > begin) this.#parser.feed(text.slice(begin, end));
    this.#line = text.slice(end);
  }

  /** Feeds the last text. The last event may lack its empty line. */
  end(text: string): void {
    this.#parser.feed(`${this.#line}${text}\n\n`);
    this.#line = "";
  }
}
