/**
 * Something that goes wrong on purpose. A chunk is one event of a stream (the first carries the role), or 64 bytes of
 * an answer that is not streamed. Where an answer has fewer chunks than `afterChunks` says, the fault comes in place of
 * its end. `times` is how many completion requests it meets, default 1, `Infinity` for all that follow.
 */
export type Fault = { readonly times?: number } & (
  | DelayFault
  | StallFault
  | CutFault
  | StatusFault
  | ErrorFault
  | GarbageFault
  | DripFault
);

/** Silence where the answer would come, in milliseconds; each default 0. */
export interface DelayFault {
  readonly kind: "delay";
  readonly beforeHeadersMs?: number;
  readonly beforeBodyMs?: number;
  readonly betweenChunksMs?: number;
}

/** The socket stays open and nothing more comes, until the client leaves or the simulator is closed. */
export interface StallFault {
  readonly kind: "stall";
  /** 0: after the headers. */
  readonly afterChunks: number | "before-headers";
}

/** The answer is cut off. */
export interface CutFault {
  readonly kind: "cut";
  /** 0: after the headers. */
  readonly afterChunks: number | "before-headers";
  /**
   * `reset` (default): the connection is reset. `end`: the body ends as a complete one does, but without its rest;
   * before the headers, the connection is closed in the orderly way.
   */
  readonly how?: "reset" | "end";
}

/** An error response in place of the answer. */
export interface StatusFault {
  readonly kind: "status";
  /** 400 to 599. */
  readonly status: number;
  /** A string is sent as plain text, anything else as JSON. Default: the wire's usual error for the status. */
  readonly body?: unknown;
  /** Such as `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error object in the stream, which then ends. An answer that is not streamed is replaced by it, status 200. */
export interface ErrorFault {
  readonly kind: "error";
  readonly afterChunks: number;
  /** The object, whole. Default: an error of the wire's usual shape. */
  readonly body?: unknown;
}

/** An event that is no JSON; the rest of the stream follows. An answer that is not streamed is replaced by it. */
export interface GarbageFault {
  readonly kind: "garbage";
  readonly afterChunks: number;
}

/** The body in network writes of a few bytes each, cut without regard to lines and characters. */
export interface DripFault {
  readonly kind: "drip";
  readonly bytes: number;
  readonly everyMs: number;
}

/** Faults that wait for requests, first in, first out. */
export class FaultQueue {
  #waiting: { readonly fault: Fault; left: number }[] = [];

  /** Throws a `TypeError` for a fault that could not be acted out. */
  add(fault: Fault): void {
    checkFault(fault);
    this.#waiting.push({ fault, left: fault.times ?? 1 });
  }

  take(): Fault | undefined {
    const next = this.#waiting[0];
    if (next === undefined) return undefined;
    next.left -= 1;
    if (next.left <= 0) this.#waiting.shift();
    return next.fault;
  }

  clear(): void {
    this.#waiting = [];
  }
}

function checkFault(fault: Fault): void {
  const { times = 1 } = fault;
  if (times !== Number.POSITIVE_INFINITY) checkCount("times", times, 1);
  switch (fault.kind) {
    case "delay":
      for (const key of ["beforeHeadersMs", "beforeBodyMs", "betweenChunksMs"] as const)
        checkTime(key, fault[key] ?? 0);
      return;
    case "stall":
    case "cut":
      if (fault.afterChunks !== "before-headers") checkCount("afterChunks", fault.afterChunks, 0);
      return;
    case "error":
    case "garbage":
      checkCount("afterChunks", fault.afterChunks, 0);
      return;
    case "drip":
      checkCount("bytes", fault.bytes, 1);
      checkTime("everyMs", fault.everyMs);
      return;
    case "status":
      checkCount("status", fault.status, 400);
      if (fault.status > 599) throw new TypeError(`A fault's status is 400 to 599, not ${fault.status}.`);
      return;
    default:
      throw new TypeError(`No fault is of the kind ${JSON.stringify((fault as { kind: unknown }).kind)}.`);
  }
}

function checkCount(key: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new TypeError(`A fault's ${key} is a whole number of at least ${least}, not ${value}.`);
}

function checkTime(key: string, value: number): void {
  if (Number.isFinite(value) && value >= 0) return;
  throw new TypeError(`A fault's ${key} is a number of milliseconds, 0 or more, not ${value}.`);
}
