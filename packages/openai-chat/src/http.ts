import type { Dispatcher } from "undici";
import { limits } from "./limits.ts";

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal: AbortSignal;
}

/** One exchange, from the moment when its headers are there. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Headers;
  /** What has come since the last time; undefined at the end. Rejects where the connection breaks or is cancelled. */
  read(): Promise<Buffer | undefined>;
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
    const exchange = new Exchange(request.signal, resolve, reject);
    const { url, method, headers, body } = request;
    dispatcher.dispatch(
      { origin: url.origin, path: `${url.pathname}${url.search}`, method, headers: { ...headers }, body: body ?? null },
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
  readonly #accept: (response: HttpResponse) => void;
  readonly #refuse: (error: unknown) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #queue: Buffer[] = [];
  #queued = 0;
  #wake: (() => void) | undefined;
  #over = false;
  #error: unknown;
  #released = false;

  constructor(signal: AbortSignal, accept: (response: HttpResponse) => void, refuse: (error: unknown) => void) {
    this.#signal = signal;
    this.#accept = accept;
    this.#refuse = refuse;
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  async read(): Promise<Buffer | undefined> {
    while (this.#queue.length === 0) {
      if (this.#error !== undefined) throw this.#error;
      if (this.#over) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const [first] = this.#queue;
    const bytes = this.#queue.length === 1 ? first : Buffer.concat(this.#queue, this.#queued);
    this.#queue = [];
    this.#queued = 0;
    if (this.#controller?.paused === true) this.#controller.resume();
    return bytes;
  }

  async release(): Promise<void> {
    if (!this.#over && !this.#released) {
      this.#released = true;
      this.#signal.removeEventListener("abort", this.#onAbort);
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
    this.#released = true;
    this.#signal.removeEventListener("abort", this.#onAbort);
    this.#controller?.abort(new Error("The answer was not wanted any more."));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#signal.aborted) this.#onAbort();
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    if (status < 200) return;
    this.status = status;
    this.headers = headers;
    this.#accept(this);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#released) return;
    this.#queue.push(chunk);
    this.#queued += chunk.length;
    if (this.#queued > limits.queue) controller.pause();
    this.#notify();
  }

  onResponseEnd(): void {
    this.#end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    // undici wraps what `abort` was given only where it is no Error; the signal's own reason is the one to throw.
    this.#error = this.#signal.aborted ? this.#signal.reason : error;
    this.#refuse(this.#error);
    this.#end();
  }

  readonly #onAbort = (): void => {
    const reason: unknown = this.#signal.reason;
    this.#refuse(reason);
    this.#controller?.abort(reason instanceof Error ? reason : new Error("aborted", { cause: reason }));
  };

  #end(): void {
    this.#over = true;
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
