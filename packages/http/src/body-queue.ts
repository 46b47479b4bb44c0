import type { Taker } from "@waygate/core/plugin";
import { limits } from "./limits.ts";

/** Pauses and resumes the source of a queue. */
export interface Flow {
  hold(): void;
  goOn(): void;
}

/** True while a reader is called from within undici's parser of a connection. No other parser may be entered then. */
let parsing = false;

/** Runs work that may enter a parser: at once, or as soon as no parser is running. */
export function outsideParsers(work: () => void): void {
  if (parsing) queueMicrotask(work);
  else work();
}

/** An empty list that is shared, so nothing is ever added to it. */
const none: Buffer[] = [];

/**
 * Holds the pieces of a body between the socket and the reader, up to `limits.queue`. It uses callbacks instead of promises,
 * because it runs for every piece of every answer.
 */
export class BodyQueue {
  readonly #flow: Flow;
  #pieces: Buffer[] = none;
  #length = 0;
  #held = false;
  /** Of the pending read. */
  #taker: Taker<readonly Buffer[]> | undefined;
  #scheduled = false;
  #over = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(flow: Flow) {
    this.#flow = flow;
  }

  /** Whether the body has ended or failed. */
  get over(): boolean {
    return this.#over;
  }

  /** Calls one method of the taker, once; at once if there are pieces. Only one read may be pending. */
  next(taker: Taker<readonly Buffer[]>): void {
    if (this.#pieces.length > 0) taker.accept(this.#take());
    else if (this.#failure !== undefined) taker.refuse(this.#failure.error);
    else if (this.#over) taker.accept(undefined);
    else this.#taker = taker;
  }

  push(piece: Buffer): void {
    // There is nearly always one piece, and an array that grows reserves room for many.
    if (this.#pieces.length === 0) this.#pieces = [piece];
    else this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#length > limits.queue && !this.#held) {
      this.#held = true;
      this.#flow.hold();
    }
    if (this.#taker === undefined) return;
    if (!endsRead(piece)) {
      this.#schedule();
      return;
    }
    const before = parsing;
    parsing = true;
    try {
      this.#deliver();
    } finally {
      parsing = before;
    }
  }

  end(): void {
    this.#over = true;
    this.#schedule();
  }

  /** Ends the body with an error. Pieces that arrived before are read first. */
  fail(error: unknown): void {
    if (this.#over) return;
    this.#failure = { error };
    this.#over = true;
    this.#schedule();
  }

  /** Drops the pieces, which will not be read. */
  drop(): void {
    this.#pieces = none;
    this.#length = 0;
    this.#held = false;
  }

  /** Delivers in a microtask, so that all pieces of one read of the socket are handed out together. */
  #schedule(): void {
    if (this.#taker === undefined || this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(this.#onTurn);
  }

  readonly #onTurn = (): void => {
    this.#scheduled = false;
    this.#deliver();
  };

  #deliver(): void {
    const taker = this.#taker;
    if (taker === undefined) return;
    // All pieces may have been delivered meanwhile, with the last one of their read.
    if (this.#pieces.length === 0 && !this.#over) return;
    this.#taker = undefined;
    this.next(taker);
  }

  #take(): readonly Buffer[] {
    const pieces = this.#pieces;
    this.#pieces = none;
    this.#length = 0;
    if (this.#held) {
      this.#held = false;
      outsideParsers(this.#goOn);
    }
    return pieces;
  }

  readonly #goOn = (): void => {
    if (!this.#over && !this.#held) this.#flow.goOn();
  };
}

/**
 * Whether a piece is surely the last of its read of the socket. A piece is a view of the buffer that was read; after the last
 * one there is at most the line break that ends a chunk.
 */
function endsRead(piece: Buffer): boolean {
  return piece.buffer.byteLength - piece.byteOffset - piece.length <= 2;
}
