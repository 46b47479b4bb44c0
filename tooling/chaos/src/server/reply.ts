import type { Random } from "../random.ts";

/** What a server does with a connection, in order. */
export type Op =
  | { readonly type: "write"; readonly bytes: Buffer }
  /** Waits; for 0 one turn of the event loop, so that what comes next is another packet. */
  | { readonly type: "pause"; readonly milliseconds: number }
  /** Writes what looks like an answer to a request that was never made. */
  | { readonly type: "unasked"; readonly bytes: Buffer }
  /** Ends the connection by RST. */
  | { readonly type: "reset" }
  /** Ends this side of the connection by FIN. */
  | { readonly type: "end" }
  /** Does nothing more, and leaves the connection open until the other side ends it. */
  | { readonly type: "hold" }
  /** Reads nothing more from the connection. */
  | { readonly type: "deaf" }
  /** Writes the same again and again, until the other side ends the connection. */
  | { readonly type: "flood"; readonly bytes: Buffer; readonly everyMs: number };

/** A piece of a response. */
export interface Segment {
  readonly bytes: Buffer;
  /** Whether it is part of the body, rather than of what frames it. */
  readonly body: boolean;
}

/** What is done in place of an answer, or to deliver it. */
export class Reply {
  readonly ops: Op[] = [];
  /**
   * Whether the answer was delivered to the point from which it is known to be whole. Undefined if that depends on how
   * damage to HTTP itself is understood.
   */
  whole: boolean | undefined = false;
  /** Whether the answer may say something else than it was made to, and nothing shows that. */
  altered = false;

  /** Writes segments in packets of random sizes. */
  send(random: Random, segments: readonly Segment[]): this {
    const bytes = Buffer.concat(segments.map((segment) => segment.bytes));
    const count = random.weighted([0, 3, Math.min(40, Math.ceil(bytes.length / 8))], (cuts) => (cuts > 3 ? 1 : 2));
    const places = [0, ...random.cuts(bytes.length, count), bytes.length];
    for (const [index, end] of places.slice(1).entries()) {
      if (index > 0) this.pause(random.chance(0.1) ? 1 : 0);
      this.write(bytes.subarray(places[index], end));
    }
    return this;
  }

  write(bytes: Buffer | string): this {
    this.ops.push({ type: "write", bytes: Buffer.from(bytes) });
    return this;
  }

  pause(milliseconds: number): this {
    this.ops.push({ type: "pause", milliseconds });
    return this;
  }

  unasked(bytes: Buffer): this {
    return this.#add({ type: "unasked", bytes });
  }

  reset(): this {
    return this.#add({ type: "reset" });
  }

  end(): this {
    return this.#add({ type: "end" });
  }

  hold(): this {
    return this.#add({ type: "hold" });
  }

  deaf(): this {
    return this.#add({ type: "deaf" });
  }

  flood(bytes: Buffer, everyMs: number): this {
    return this.#add({ type: "flood", bytes, everyMs });
  }

  #add(op: Op): this {
    this.ops.push(op);
    return this;
  }
}
