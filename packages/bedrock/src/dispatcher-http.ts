import { type Accept, BodyQueue, type Refuse } from "./body-queue.ts";
import type { Http, HttpRequest, HttpResponse } from "./http.ts";
import { HttpTimeout, PhaseWatch } from "./phase-watch.ts";

/** As much of an undici `Dispatcher` as is used; undici itself is not needed for it. */
export interface Dispatcher {
  dispatch(
    options: {
      readonly origin: string;
      readonly path: string;
      readonly method: string;
      readonly headers: Record<string, string>;
      readonly body: string | Uint8Array | null;
      readonly headersTimeout: number;
      readonly bodyTimeout: number;
    },
    handler: DispatchHandler,
  ): boolean;
}

interface Controller {
  pause(): void;
  resume(): void;
  abort(reason: Error): void;
}

interface DispatchHandler {
  onRequestStart(controller: Controller): void;
  onResponseStart(controller: Controller, status: number, headers: IncomingHeaders): void;
  onResponseData(controller: Controller, piece: Buffer): void;
  onResponseEnd(): void;
  onResponseError(controller: Controller, error: Error): void;
}

type IncomingHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Whether a value that a host handed in can dispatch. */
export function isDispatcher(value: object): value is Dispatcher {
  return "dispatch" in value && typeof value.dispatch === "function";
}

/** What the host reaches the network through: its proxies, its certificates. The host closes it. */
export function dispatcherHttp(dispatcher: Dispatcher): Http {
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        request.signal?.throwIfAborted();
        const { url, method, headers, body } = request;
        // The phases are watched here: undici's own deadlines go on while a slow reader holds the socket up.
        dispatcher.dispatch(
          {
            origin: url.origin,
            path: `${url.pathname}${url.search}`,
            method,
            headers: withoutHost(headers),
            body: body ?? null,
            headersTimeout: 0,
            bodyTimeout: 0,
          },
          new Exchange(request, resolve, reject),
        );
      }),
    close() {},
  };
}

/** undici sets `host` and `content-length` itself, to the same values. */
function withoutHost(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(host|content-length)$/i.test(name)));
}

/** How long a released exchange may take to reach its end, in milliseconds. */
const grace = 250;

class Exchange implements DispatchHandler, HttpResponse {
  status = 0;
  headers: Readonly<Record<string, string>> = {};
  readonly #signal: AbortSignal | undefined;
  readonly #accept: (response: HttpResponse) => void;
  readonly #refuse: (error: unknown) => void;
  readonly #watch: PhaseWatch;
  readonly #queue = new BodyQueue({ pause: () => this.#pause(), resume: () => this.#resume() });
  #controller: Controller | undefined;
  #failure: { readonly error: unknown } | undefined;
  #released = false;

  constructor(
    { signal, deadlines }: HttpRequest,
    accept: (response: HttpResponse) => void,
    refuse: (error: unknown) => void,
  ) {
    this.#signal = signal;
    this.#accept = accept;
    this.#refuse = refuse;
    this.#watch = new PhaseWatch(deadlines, (late) => this.#breakOff(late));
    this.#watch.begin("connect");
    signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  next(accept: Accept, refuse: Refuse): void {
    this.#queue.next(accept, refuse);
  }

  release(): void {
    if (this.#queue.over || this.#released) return;
    this.#released = true;
    this.#settle();
    this.#controller?.resume();
    setTimeout(() => this.cancel(), grace).unref();
  }

  cancel(): void {
    if (this.#queue.over) return;
    this.#released = true;
    this.#settle();
    this.#controller?.abort(new Error("The answer was not wanted any more."));
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#failure !== undefined) controller.abort(asError(this.#failure.error));
    else this.#watch.begin("headers");
  }

  onResponseStart(_controller: Controller, status: number, headers: IncomingHeaders): void {
    if (status < 200) return;
    this.status = status;
    this.headers = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")]),
    );
    this.#watch.begin("first-byte");
    this.#accept(this);
  }

  onResponseData(_controller: Controller, piece: Buffer): void {
    if (this.#released) return;
    this.#watch.heard();
    this.#queue.push(piece);
  }

  onResponseEnd(): void {
    this.#settle();
    this.#queue.end();
  }

  onResponseError(_controller: Controller, error: Error): void {
    this.#fail(this.#signal?.aborted === true ? this.#signal.reason : told(error));
  }

  readonly #onAbort = (): void => this.#breakOff(this.#signal?.reason);

  /** Ends the exchange at once: undici may take its time, above all where it is still connecting. */
  #breakOff(error: unknown): void {
    this.#fail(error);
    this.#controller?.abort(asError(error));
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#settle();
    this.#refuse(error);
    this.#queue.fail(error);
  }

  #settle(): void {
    this.#watch.end();
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }

  #pause(): void {
    // While the reader is slow, silence is of its own making.
    this.#watch.end();
    this.#controller?.pause();
  }

  #resume(): void {
    if (this.#released || this.#queue.over) return;
    this.#watch.begin("idle");
    this.#controller?.resume();
  }
}

/** undici takes errors only; the reason of an abort may be anything. */
function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error("aborted", { cause: reason });
}

/** The deadline of the host's dispatcher for connections, under the name that it has here. */
function told(error: Error & { readonly code?: string }): Error {
  return error.code === "UND_ERR_CONNECT_TIMEOUT" ? new HttpTimeout("connect") : error;
}
