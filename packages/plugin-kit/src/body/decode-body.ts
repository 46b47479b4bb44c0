import type { Taker } from "@waygate/core/plugin";
import type { HttpResponse, Reading } from "@waygate/http";

/** Decodes the body of a response into events. Every method is synchronous, and may throw to fail the stream. */
export interface WireDecoder<Event> {
  /** Decodes a piece of the body, cut anywhere, and appends its events to the batch. */
  decode(piece: Buffer, batch: Event[]): void;
  /** The body has ended. Appends the last events; throws if the answer is not complete. Not called after `complete`. */
  end(batch: Event[]): void;
  /** Whether the answer is complete although the body goes on. What follows is not decoded. */
  readonly complete: boolean;
  /** Whether an error of the connection only takes away what the answer can do without. Default: never. */
  endsWith?(error: unknown): boolean;
}

/**
 * Reads a response through a decoder: a batch for each time that the network delivers, and only batches that are not empty.
 * What was decoded before a failure is handed out first. There is no generator and no promise in between: each layer of
 * them costs more than the decoding of an event.
 *
 * @param first Pieces of the body that were read already.
 */
export function decodeBody<Event>(
  response: HttpResponse,
  decoder: WireDecoder<Event>,
  first?: readonly Buffer[],
): Reading<readonly Event[]> {
  return new DecodedReading(response, decoder, first);
}

class DecodedReading<Event> implements Reading<readonly Event[]>, Taker<readonly Buffer[]> {
  readonly #response: HttpResponse;
  readonly #decoder: WireDecoder<Event>;
  #first: readonly Buffer[] | undefined;
  #batch: Event[] = [];
  #over = false;
  #failure: { readonly error: unknown } | undefined;
  /** Of the pending read. */
  #taker: Taker<readonly Event[]> | undefined;

  constructor(response: HttpResponse, decoder: WireDecoder<Event>, first: readonly Buffer[] | undefined) {
    this.#response = response;
    this.#decoder = decoder;
    this.#first = first;
  }

  next(taker: Taker<readonly Event[]>): void {
    if (this.#failure !== undefined) taker.refuse(this.#failure.error);
    else if (this.#over) taker.accept(undefined);
    else {
      this.#taker = taker;
      const first = this.#first;
      if (first === undefined) {
        this.#response.next(this);
        return;
      }
      this.#first = undefined;
      this.accept(first);
    }
  }

  cancel(): void {
    this.#response.cancel();
  }

  /** Called by the response, as is `refuse`. */
  accept(pieces: readonly Buffer[] | undefined): void {
    const decoder = this.#decoder;
    try {
      if (pieces === undefined) decoder.end(this.#batch);
      else for (const piece of pieces) if (!decoder.complete) decoder.decode(piece, this.#batch);
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (pieces === undefined || decoder.complete) {
      this.#over = true;
      // The connection is left to reach its end, and is used again.
      this.#response.release();
    }
    if (this.#batch.length > 0) this.#handOver();
    else if (this.#over) this.#taker?.accept(undefined);
    else this.#response.next(this);
  }

  refuse(error: unknown): void {
    if (this.#decoder.endsWith?.(error) === true) this.accept(undefined);
    else this.#fail(error);
  }

  #fail(error: unknown): void {
    this.#failure = { error };
    this.#response.cancel();
    if (this.#batch.length > 0) this.#handOver();
    else this.#taker?.refuse(error);
  }

  /** A batch is kept no longer than this: with many streams open, what each still holds is most of the memory. */
  #handOver(): void {
    const batch = this.#batch;
    this.#batch = [];
    this.#taker?.accept(batch);
  }
}
