import { GatewayError, isObject, type ModelEvent, type Taker } from "@waygate/core/plugin";
import type { HttpResponse, Reading } from "@waygate/http";
import { createParser, type EventSourceParser } from "eventsource-parser";
import { type AnswerContext, AnswerReader } from "./answer-reader.ts";
import { shorten } from "./failure.ts";
import { limits } from "./limits.ts";
import { Utf8Decoder } from "./utf8-decoder.ts";

/** What a body turned out to be. */
type Kind = "unknown" | "stream" | "whole";

/**
 * Reads the body of a 200, a batch of events for what the network delivered at a time. Whether it is a stream or a whole
 * answer is told by its first character, as services mistake the content type: a `{` begins JSON, a `<` a page, anything
 * else a stream. No generator and no promise: each layer of them costs more than the decoding of an event.
 */
export class AnswerBody implements Reading<readonly ModelEvent[]>, Taker<readonly Buffer[]> {
  readonly #response: HttpResponse;
  readonly #context: AnswerContext;
  readonly #decoder = new Utf8Decoder();
  readonly #reader: AnswerReader;
  readonly #parser: EventSourceParser;
  #kind: Kind = "unknown";
  #batch: ModelEvent[] = [];
  /** How the body begins; of a whole answer, all its pieces. */
  #pieces: string[] = [];
  #length = 0;
  /** The line that the last piece of the stream broke off in. */
  #line = "";
  #events = 0;
  #over = false;
  #failure: { readonly error: unknown } | undefined;
  /** Of the read that waits. */
  #taker: Taker<readonly ModelEvent[]> | undefined;

  constructor(response: HttpResponse, context: AnswerContext) {
    this.#response = response;
    this.#context = context;
    this.#reader = new AnswerReader(context);
    this.#parser = createParser({
      maxBufferSize: limits.event,
      onEvent: ({ data, event }) => {
        if (this.#events++ === 0) this.#pieces = [];
        this.#reader.data(data, event, this.#batch);
      },
      onError: (error) => {
        // Lines that are no field, which some proxies send, say nothing; an endless line is the end.
        if (error.type === "max-buffer-size-exceeded")
          throw this.#unreadable(`a piece of over ${limits.event} characters`);
      },
    });
  }

  /** The next batch, never empty; undefined when the answer has ended as it should. */
  next(taker: Taker<readonly ModelEvent[]>): void {
    if (this.#failure !== undefined) taker.refuse(this.#failure.error);
    else if (this.#over) taker.accept(undefined);
    else {
      this.#taker = taker;
      this.#response.next(this);
    }
  }

  cancel(): void {
    this.#response.cancel();
  }

  /** Called by the response, as is `refuse`. */
  accept(pieces: readonly Buffer[] | undefined): void {
    try {
      if (pieces === undefined) this.#end();
      else for (const bytes of pieces) if (!this.#over) this.#take(this.#decoder.decode(bytes));
    } catch (error) {
      this.refuse(error);
      return;
    }
    // All has been said: the connection is left to reach its end, and is used again.
    if (this.#over) this.#response.release();
    if (this.#batch.length > 0) this.#handOver();
    else if (this.#over) this.#taker?.accept(undefined);
    else this.#response.next(this);
  }

  refuse(error: unknown): void {
    this.#failure = { error };
    this.#response.cancel();
    // What came before the failure was said all the same.
    if (this.#batch.length > 0) this.#handOver();
    else this.#taker?.refuse(error);
  }

  /** Kept no longer than it takes: with many streams open, what each still holds is most of what there is. */
  #handOver(): void {
    const batch = this.#batch;
    this.#batch = [];
    this.#taker?.accept(batch);
  }

  #take(text: string): void {
    if (this.#kind === "stream") {
      // Enough is kept to show what it was, should it turn out to be no stream.
      if (this.#events === 0 && this.#length < 200) this.#keep(text);
      this.#feed(text);
      return;
    }
    this.#keep(text);
    if (this.#kind === "whole") return;
    const first = text.match(/\S/)?.[0];
    if (first === "<") throw this.#unreadable(`a page of HTML: ${this.#head()}`);
    if (first === undefined) return;
    this.#kind = first === "{" || first === "[" ? "whole" : "stream";
    if (this.#kind === "stream") for (const piece of this.#pieces) this.#feed(piece);
  }

  #keep(text: string): void {
    this.#length += text.length;
    if (this.#length > limits.body) throw this.#unreadable(`an answer of over ${limits.body} bytes`);
    this.#pieces.push(text);
  }

  /** Hands the parser whole lines: a piece that begins within a line it copies as a whole. */
  #feed(text: string): void {
    const end = text.lastIndexOf("\n") + 1;
    if (end === 0) {
      // All of it is within a line, or its lines end otherwise: the parser can tell.
      this.#parser.feed(this.#line + text);
      this.#line = "";
    } else {
      const begin = this.#line === "" ? 0 : text.indexOf("\n") + 1;
      if (begin > 0) this.#parser.feed(this.#line + text.slice(0, begin));
      if (end > begin) this.#parser.feed(text.slice(begin, end));
      this.#line = text.slice(end);
    }
    if (this.#reader.done) this.#finish();
  }

  /** The connection has ended. */
  #end(): void {
    if (this.#kind === "unknown") throw this.#unreadable("an empty answer", true);
    const rest = this.#decoder.end();
    if (this.#kind === "whole") {
      this.#pieces.push(rest);
      this.#readWhole(this.#pieces.join(""));
      return;
    }
    // The last event may lack its empty line.
    this.#reader.closing();
    this.#parser.feed(`${this.#line}${rest}\n\n`);
    this.#finish();
  }

  #finish(): void {
    this.#over = true;
    if (this.#events === 0) throw this.#unreadable(`no stream: ${this.#head()}`);
    this.#reader.end(this.#batch);
  }

  /** A service that ignores `stream` answers in one piece of JSON; so do errors under a status of 200. */
  #readWhole(text: string): void {
    this.#over = true;
    let answer: unknown;
    try {
      const parsed: unknown = JSON.parse(text);
      // Google reports errors as a list of one.
      answer = Array.isArray(parsed) ? parsed[0] : parsed;
    } catch {
      throw this.#unreadable(`JSON that is cut off or broken: ${shorten(text.slice(0, 200))}`);
    }
    const events: ModelEvent[] = [];
    this.#reader.whole(answer, events);
    if (!isObject(answer) || !Array.isArray(answer.choices) || answer.choices.length === 0) {
      throw this.#unreadable(`JSON that is no answer of a model: ${shorten(text.slice(0, 200))}`);
    }
    this.#reader.end(events);
    this.#batch = events;
  }

  #head(): string {
    return shorten(this.#pieces.join("").slice(0, 200));
  }

  /** `retryable`: nothing says that the next answer would be no better. */
  #unreadable(what: string, retryable = false): GatewayError {
    const { gateway } = this.#context;
    const words = `Gateway "${gateway}" sent ${shorten(what)} Check the address in its settings.`;
    return new GatewayError(words, { gateway, code: "protocol", status: 200, retryable });
  }
}
