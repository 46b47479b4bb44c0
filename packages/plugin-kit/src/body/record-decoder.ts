import { GatewayError } from "@waygate/core/plugin";
import { shorten } from "../failure/shorten.ts";
import type { WireDecoder } from "./decode-body.ts";
import { type ReadLimits, readLimits } from "./read-limits.ts";
import { Utf8Decoder } from "./utf8-decoder.ts";

/** Splits text into records. Errors of the function that receives them come out of `feed` and `end`. */
export interface Framing {
  feed(text: string): void;
  /** Feeds the last text. */
  end(text: string): void;
}

/** What `readSse` and `readNdjson` have in common. */
export interface RecordReader<Event> extends ReadLimits {
  /** The id of the gateway, for errors. */
  readonly gateway: string;
  /**
   * Called at the end of the body, unless the answer was complete before. Appends the last events to the batch. Throws if
   * the answer is not complete, such as with a `GatewayError` of code `connection`. Default: the body ends when it ends.
   */
  readonly onEnd?: ((batch: Event[]) => void) | undefined;
}

export interface RecordDecoderOptions<Record, Event> extends RecordReader<Event> {
  /** What the body should have been, for errors, such as `event stream`. */
  readonly kind: string;
  /** Reads a record. Returns true if the answer is complete. */
  readonly read: (record: Record, batch: Event[]) => boolean | undefined;
  readonly framing: (onRecord: (record: Record) => void, tooLong: () => GatewayError) => Framing;
}

/** Characters from the beginning of a body that an error quotes. */
const headLength = 200;

/** Decodes a body of text that consists of records. A body without any is an error: a page, or nothing at all. */
export class RecordDecoder<Record, Event> implements WireDecoder<Event> {
  complete = false;
  readonly #options: RecordDecoderOptions<Record, Event>;
  readonly #maxBytes: number;
  readonly #framing: Framing;
  readonly #utf8 = new Utf8Decoder();
  #batch: Event[] = [];
  #bytes = 0;
  #any = false;
  /** How the body begins, until there is a record. */
  #head = "";

  constructor(options: RecordDecoderOptions<Record, Event>) {
    const { maxLength = readLimits.maxLength, maxBytes = readLimits.maxBytes, kind, framing, read } = options;
    this.#options = options;
    this.#maxBytes = maxBytes;
    const onRecord = (record: Record) => {
      if (this.complete) return;
      this.#any = true;
      this.#head = "";
      if (read(record, this.#batch) === true) this.complete = true;
    };
    this.#framing = framing(onRecord, () => this.#error(`an ${kind} with a part of over ${maxLength} characters.`));
  }

  decode(piece: Buffer, batch: Event[]): void {
    this.#bytes += piece.length;
    if (this.#bytes > this.#maxBytes) throw this.#error(`an answer of over ${this.#maxBytes} bytes.`);
    const text = this.#utf8.decode(piece);
    if (!this.#any && this.#head.length < headLength) this.#head += text.slice(0, headLength);
    this.#batch = batch;
    this.#framing.feed(text);
  }

  end(batch: Event[]): void {
    this.#batch = batch;
    this.#framing.end(this.#utf8.end());
    if (!this.#any) throw this.#nothing();
    if (!this.complete) this.#options.onEnd?.(batch);
    this.complete = true;
  }

  /** Nothing suggests that the next answer is empty as well; what is another format stays one. */
  #nothing(): GatewayError {
    if (this.#bytes === 0) return this.#error("an empty answer. Try again.", true);
    return this.#error(
      `what is not an ${this.#options.kind}: ${shorten(this.#head)} Check the address in its settings.`,
    );
  }

  #error(words: string, retryable = false): GatewayError {
    const { gateway } = this.#options;
    return new GatewayError(`Gateway "${gateway}" sent ${words}`, {
      gateway,
      code: "protocol",
      status: 200,
      retryable,
    });
  }
}
