import type { Deadlines, Phase } from "@waygate/core/plugin";
import type { Dispatcher } from "undici";
import { limits } from "./limits.ts";
import { PhaseClock } from "./phase-clock.ts";

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly deadlines: Deadlines;
  readonly signal: AbortSignal;
}

/** A phase of the exchange took longer than it may. */
export class DeadlineExceeded extends Error {
  readonly phase: Phase;
  readonly milliseconds: number;

  constructor(phase: Phase, milliseconds: number) {
    super(`The phase "${phase}" took longer than ${milliseconds} ms.`);
    this.phase = phase;
    this.milliseconds = milliseconds;
  }
}

/** One exchange, from the moment when its headers are there. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Headers;
  /** What has come since the last time; undefined at the end. Rejects where the connection breaks or is cancelled. */
  read(): Promise<readonly Buffer[] | undefined>;
  /**
   * Lets go of an exchange that has said all. Resolves when its connection is free for the next request, or when that
   * takes too long to be waited for; an end that comes even later still frees it.
   */
  release(): Promise<void>;
  /** Breaks the exchange off, if it has not ended. */
  cancel(): void;
}

/** Sends a request. Redirects are not followed: a key must not travel to an address that nobody chose. */
export function send(dispatcher: Dispatcher, request: HttpRequest): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const { url, method, headers, body, signal, deadlines } = request;
    const exchange = new Exchange(signal, deadlines, resolve, reject);
    const path = `${url.pathname}${url.search}`;
    // The phases have deadlines of their own here, which stop while a slow reader holds the socket up.
    const own = { headersTimeout: 0, bodyTimeout: 0 };
    dispatcher.dispatch(
      { origin: url.origin, path, method, headers: { ...headers }, body: body ?? null, ...own },
      exchange,
    );
  });
}

/** How long the end of a released exchange is waited for, in milliseconds: less than a new connection takes. */
const patience = 10;
/** How long it may take beyond that before its connection is given up, in milliseconds. */
const grace = 250;

/** undici's own event interface: its `request` and `fetch` cost more than all of the decoding. */
class Exchange implements Dispatcher.DispatchHandler, HttpResponse {
  status = 0;
  headers: Headers = {};
  readonly #signal: AbortSignal;
  readonly #deadlines: Deadlines;
  readonly #accept: (response: HttpResponse) => void;
  readonly #refuse: (error: unknown) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #queue: Buffer[] = [];
  #queued = 0;
  #wake: (() => void) | undefined;
  #over = false;
  #error: unknown;
  #released = false;
  readonly #clock = new PhaseClock((phase, milliseconds) => this.#fail(new DeadlineExceeded(phase, milliseconds)));

  constructor(
    signal: AbortSignal,
    deadlines: Deadlines,
    accept: (response: HttpResponse) => void,
    refuse: (error: unknown) => void,
  ) {
    this.#signal = signal;
    this.#deadlines = deadlines;
    this.#accept = accept;
    this.#refuse = refuse;
    signal.addEventListener("abort", this.#onAbort, { once: true });
    this.#clock.expect("connect", deadlines.connectMs);
  }

  async read(): Promise<readonly Buffer[] | undefined> {
    while (this.#queue.length === 0) {
      if (this.#error !== undefined) throw this.#error;
      if (this.#over) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const pieces = this.#queue;
    this.#queue = [];
    this.#queued = 0;
    if (this.#controller?.paused === true) {
      this.#controller.resume();
      if (!this.#over) this.#clock.expect("idle", this.#deadlines.idleMs);
    }
    return pieces;
  }

  async release(): Promise<void> {
    if (!this.#over && !this.#released) {
      this.#letGo();
      if (this.#controller?.paused === true) this.#controller.resume();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, patience).unref();
      });
      if (!this.#over) setTimeout(() => this.cancel(), grace).unref();
    }
    // undici hands the connection on in a turn of the event loop of its own.
    if (this.#over) await new Promise((resolve) => setImmediate(resolve));
  }

  cancel(): void {
    if (this.#over) return;
    this.#letGo();
    this.#controller?.abort(new Error("The answer was not wanted any more."));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#signal.aborted) this.#onAbort();
    else if (this.#error !== undefined) controller.abort(asError(this.#error));
    else this.#clock.expect("headers", this.#deadlines.headersMs);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    if (status < 200) return;
    this.status = status;
    this.headers = headers;
    this.#clock.expect("first-byte", this.#deadlines.firstByteMs);
    this.#accept(this);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#released) return;
    this.#queue.push(chunk);
    this.#queued += chunk.length;
    if (this.#queued > limits.queue) {
      controller.pause();
      this.#clock.pause();
    } else {
      this.#clock.expect("idle", this.#deadlines.idleMs);
    }
    this.#notify();
  }

  onResponseEnd(): void {
    this.#end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#error ??= this.#signal.aborted ? this.#signal.reason : error;
    this.#refuse(this.#error);
    this.#end();
  }

  readonly #onAbort = (): void => this.#fail(this.#signal.reason);

  /** Ends the exchange with an error of ours, at once: undici may take its time. */
  #fail(error: unknown): void {
    this.#error = error;
    this.#refuse(error);
    this.#controller?.abort(asError(error));
    this.#clock.stop();
    this.#notify();
  }

  #letGo(): void {
    this.#released = true;
    this.#clock.stop();
    this.#signal.removeEventListener("abort", this.#onAbort);
  }

  #end(): void {
    this.#over = true;
    // It holds the headers as they came, and with them the network's whole buffer.
    this.#controller = undefined;
    this.#clock.stop();
    this.#signal.removeEventListener("abort", this.#onAbort);
    this.#notify();
  }

  /** The reader wakes after all chunks of one read of the socket have been queued, and takes them together. */
  #notify(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}

/** undici takes errors only; the reason of an abort may be anything. */
function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error("aborted", { cause: reason });
}
