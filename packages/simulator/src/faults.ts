import type { AnswerPart } from "./answer.ts";

/**
 * Something that goes wrong on purpose. A chunk is one event of a stream (the first carries the role), or 64 bytes of
 * an answer that is not streamed. Where an answer has fewer chunks than `afterChunks` says, or no part of the kind that
 * `within` names, the fault comes in place of its end.
 */
export type Fault = FaultManner &
  (DelayFault | StallFault | CutFault | StatusFault | ErrorFault | GarbageFault | DripFault);

export interface FaultManner {
  /** How many completion requests it meets. Default 1; `Infinity` for all that follow. */
  readonly times?: number;
  /**
   * Called each time it is about to strike, with all before it sent; waited for, so that a test can act in just this
   * moment. What lasts (silence between chunks, a drip) strikes when the body begins.
   */
  readonly onStrike?: () => void | Promise<void>;
}

/** Where in a stream a fault strikes. */
export type FaultPlace =
  | {
      /** 0: after the headers. */
      readonly afterChunks: number;
      readonly within?: undefined;
    }
  | {
      /** In the middle of the first part of this kind. */
      readonly within: AnswerPart["type"];
      readonly afterChunks?: undefined;
    };

interface BeforeHeaders {
  readonly afterChunks: "before-headers";
  readonly within?: undefined;
}

/** Silence where the answer would come, in milliseconds; each default 0. */
export type DelayFault = {
  readonly kind: "delay";
  readonly beforeHeadersMs?: number;
  readonly beforeBodyMs?: number;
  readonly betweenChunksMs?: number;
  /** Once, at the place; without one, as `beforeBodyMs`. */
  readonly pauseMs?: number;
} & (FaultPlace | { readonly afterChunks?: undefined; readonly within?: undefined });

/** The socket stays open and nothing more comes, until the client leaves or the simulator is closed. */
export type StallFault = { readonly kind: "stall" } & (FaultPlace | BeforeHeaders);

/** The answer is cut off. */
export type CutFault = {
  readonly kind: "cut";
  /**
   * `reset` (default): the connection is reset. `end`: the body ends as a complete one does, but without its rest;
   * before the headers, the connection is closed in the orderly way.
   */
  readonly how?: "reset" | "end";
} & (FaultPlace | BeforeHeaders);

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

/** An error object in the stream, in place of its rest. An answer that is not streamed is replaced by it, status 200. */
export type ErrorFault = {
  readonly kind: "error";
  /** The object, whole. Default: an error of the wire's usual shape. */
  readonly body?: unknown;
  /** What follows: the end (default), or nothing at all, with the socket open. */
  readonly followedBy?: "end" | "silence";
} & FaultPlace;

/** An event that is no JSON; the rest of the stream follows. An answer that is not streamed is replaced by it. */
export type GarbageFault = { readonly kind: "garbage" } & FaultPlace;

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
      for (const key of ["beforeHeadersMs", "beforeBodyMs", "betweenChunksMs", "pauseMs"] as const)
        checkTime(key, fault[key] ?? 0);
      if (fault.afterChunks !== undefined || fault.within !== undefined) checkPlace(fault);
      return;
    case "stall":
    case "cut":
      if (fault.afterChunks !== "before-headers") checkPlace(fault);
      return;
    case "error":
    case "garbage":
      checkPlace(fault);
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

interface UncheckedPlace {
  readonly kind: string;
  readonly within?: unknown;
  readonly afterChunks?: number | undefined;
}

function checkPlace({ kind, within, afterChunks }: UncheckedPlace): void {
  if (within === undefined && afterChunks === undefined) {
    throw new TypeError(
      `A fault of the kind "${kind}" says where it strikes: afterChunks, a whole number of at least 0, or within.`,
    );
  }
  if (within === undefined) checkCount("afterChunks", afterChunks ?? 0, 0);
  else if (afterChunks !== undefined || !(within === "text" || within === "reasoning" || within === "tool-call")) {
    const words = `A fault's within is "text", "reasoning" or "tool-call", in place of afterChunks`;
    throw new TypeError(`${words}, not ${JSON.stringify(within)}.`);
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
