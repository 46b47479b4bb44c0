import { GatewayError, isObject, type ModelEvent } from "@waygate/core/plugin";
import { SseFraming, shorten, Utf8Decoder, type WireDecoder } from "@waygate/plugin-kit";
import { type AnswerContext, AnswerReader } from "./answer-reader.ts";
import { limits } from "./limits.ts";

/** The kind of a body, once it is known. */
type Kind = "unknown" | "stream" | "whole";

/**
 * Decodes the body of a 200. Whether it is a stream or a whole answer is decided by its first character, as services
 * declare the wrong content type: `{` begins JSON, `<` a page, anything else a stream.
 */
export class AnswerDecoder implements WireDecoder<ModelEvent> {
  readonly #context: AnswerContext;
  readonly #utf8 = new Utf8Decoder();
  readonly #reader: AnswerReader;
  readonly #framing: SseFraming;
  #kind: Kind = "unknown";
  #batch: ModelEvent[] = [];
  /** The beginning of the body, and all pieces of a whole answer. */
  #pieces: string[] = [];
  #length = 0;
  #events = 0;
  #complete = false;

  constructor(context: AnswerContext) {
    this.#context = context;
    this.#reader = new AnswerReader(context);
    this.#framing = new SseFraming({
      maxLength: limits.event,
      onEvent: ({ data, event }) => {
        if (this.#events++ === 0) this.#pieces = [];
        this.#reader.data(data, event, this.#batch);
      },
      tooLong: () => this.#unreadable(`a piece of over ${limits.event} characters`),
    });
  }

  get complete(): boolean {
    return this.#complete;
  }

  decode(piece: Buffer, batch: ModelEvent[]): void {
    this.#batch = batch;
    const text = this.#utf8.decode(piece);
    if (this.#kind === "stream") {
      // Enough is kept to quote it if it turns out not to be a stream.
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
    if (this.#kind === "stream") for (const kept of this.#pieces) this.#feed(kept);
  }

  end(batch: ModelEvent[]): void {
    this.#batch = batch;
    if (this.#kind === "unknown") throw this.#unreadable("an empty answer", true);
    const rest = this.#utf8.end();
    if (this.#kind === "whole") {
      this.#pieces.push(rest);
      this.#readWhole(this.#pieces.join(""));
      return;
    }
    this.#reader.closing();
    this.#framing.end(rest);
    this.#finish();
  }

  #keep(text: string): void {
    this.#length += text.length;
    if (this.#length > limits.body) throw this.#unreadable(`an answer of over ${limits.body} bytes`);
    this.#pieces.push(text);
  }

  #feed(text: string): void {
    this.#framing.feed(text);
    if (this.#reader.done) this.#finish();
  }

  #finish(): void {
    this.#complete = true;
    if (this.#events === 0) throw this.#unreadable(`what is not an event stream: ${this.#head()}`);
    this.#reader.end(this.#batch);
  }

  /** Reads an answer in one piece: of a service that ignores `stream`, or an error with status 200. */
  #readWhole(text: string): void {
    this.#complete = true;
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
      throw this.#unreadable(`JSON that is not an answer of a model: ${shorten(text.slice(0, 200))}`);
    }
    this.#reader.end(events);
    this.#batch.push(...events);
  }

  #head(): string {
    return shorten(this.#pieces.join("").slice(0, 200));
  }

  /** `retryable`: nothing suggests that the next answer would be no better. */
  #unreadable(what: string, retryable = false): GatewayError {
    const { gateway } = this.#context;
    const words = `Gateway "${gateway}" sent ${shorten(what)} Check the address in its settings.`;
    return new GatewayError(words, { gateway, code: "protocol", status: 200, retryable });
  }
}
