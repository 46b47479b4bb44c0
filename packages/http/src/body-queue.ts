import type { Taker } from "@waygate/core/plugin";
import { limits } from "./limits.ts";

/** How the queue holds its source up, and lets it go on. */
export interface Flow {
  hold(): void;
  goOn(): void;
}

/** True while a reader is called from within the parser of a connection, which no other may be entered from. */
let parsing = false;

/** Does what may enter the parser of a connection: at once, or as soon as no parser is at work. */
export function outsideParsers(work: () => void): void {
  if (parsing) queueMicrotask(work);
  else work();
}

/** Never added to. */
const none: Buffer[] = [];

/**
 * The pieces of a body between the socket that brings them and the reader that asks for them. Bounded: see `limits`.
 * Callbacks and no promises: this is done for every piece of every answer.
 */
export class BodyQueue {
  readonly #flow: Flow;
  #pieces: Buffer[] = none;
  #length = 0;
  #held = false;
  /** Whoever waits. */
  #taker: Taker<readonly Buffer[]> | undefined;
  #scheduled = false;
  #over = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(flow: Flow) {
    this.#flow = flow;
  }

  /** Whether nothing more will come. */
  get over(): boolean {
    return this.#over;
  }

  /** Calls one of the taker's methods, once: at once where something is there. Asked by one reader at a time. */
  next(taker: Taker<readonly Buffer[]>): void {
    if (this.#pieces.length > 0) taker.accept(this.#take());
    else if (this.#failure !== undefined) taker.refuse(this.#failure.error);
    else if (this.#over) taker.accept(undefined);
    else this.#taker = taker;
  }

  push(piece: Buffer): void {
    // An array that grows makes room for many more, and nearly always there is but one.
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

  /** Ends the body. What came before the failure is read first. */
  fail(error: unknown): void {
    if (this.#over) return;
    this.#failure = { error };
    this.#over = true;
    this.#schedule();
  }

  /** Lets go of what nobody will read. */
  drop(): void {
    this.#pieces = none;
    this.#length = 0;
    this.#held = false;
  }

  /** The reader is told after all pieces of one read of the socket have been queued, and takes them together. */
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
    // All may have been delivered in the meantime, with the last piece of its read.
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
 * Whether no other piece of the same read of the socket can follow: a piece is a view of what was read, and after it there is
 * at most the line break that ends a chunk. Where this cannot be told, it is false.
 */
function endsRead(piece: Buffer): boolean {
  return piece.buffer.byteLength - piece.byteOffset - piece.length <= 2;
}
