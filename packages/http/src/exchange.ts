import { defaultDeadlines, type Taker } from "@waygate/core/plugin";
import { BodyDecoder, type DecodedBody } from "./body-decoder.ts";
import { BodyQueue, type Flow, outsideParsers } from "./body-queue.ts";
import type { HttpDeadlines, HttpRequest, HttpResponse } from "./http.ts";
import { HttpTimeout } from "./http-timeout.ts";
import { limits } from "./limits.ts";
import { networkCode } from "./network-code.ts";
import { PhaseWatch } from "./phase-watch.ts";
import type { Dispatcher } from "./undici.ts";

type Controller = Dispatcher.DispatchController;
type IncomingHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Observes the connections of exchanges. */
export interface Keeper {
  /** An exchange waits for a connection. */
  connecting(): void;
  /** It has a connection, or was given up. */
  connected(): void;
  /** A complete answer was released. Its end is expected soon, and reported by `ended`. */
  released(): void;
  /** An answer has ended, and its connection becomes free. `released`: it was released before. */
  ended(released: boolean): void;
}

/**
 * One request and its response, over undici's `dispatch`: its `request` and `fetch` cost more than everything else that is
 * done with an answer.
 */
export class Exchange implements HttpResponse, Flow, DecodedBody, Dispatcher.DispatchHandler {
  status = 0;
  headers: Readonly<Record<string, string>> = {};
  readonly #keeper: Keeper;
  readonly #signal: AbortSignal | undefined;
  readonly #deadlines: HttpDeadlines;
  #begun: ((response: HttpResponse) => void) | undefined;
  #refused: ((error: unknown) => void) | undefined;
  readonly #watch = new PhaseWatch((late) => this.#breakOff(late));
  readonly #body = new BodyQueue(this);
  /** Set if the body is compressed. */
  #decoder: BodyDecoder | undefined;
  #controller: Controller | undefined;
  #failure: { readonly error: unknown } | undefined;
  #connecting = false;
  /** Whether all bytes have arrived. Those of a compressed body may still have to be decoded. */
  #arrived = false;
  /** Whether the reader has released or cancelled it. */
  #left = false;
  /** Aborts a released exchange that does not end by itself. */
  #grace: NodeJS.Timeout | undefined;

  /** Calls `begun` when the headers have arrived, or `refused` with the error that came before. */
  constructor(
    request: HttpRequest,
    keeper: Keeper,
    begun: (response: HttpResponse) => void,
    refused: (error: unknown) => void,
  ) {
    this.#keeper = keeper;
    this.#signal = request.signal;
    this.#deadlines = request.deadlines ?? defaultDeadlines;
    this.#begun = begun;
    this.#refused = refused;
  }

  start(dispatcher: Dispatcher, { url, method, headers, body }: HttpRequest): void {
    this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#connecting = true;
    this.#keeper.connecting();
    this.#watch.begin("connect", this.#deadlines.connectMs);
    try {
      dispatcher.dispatch(
        {
          origin: url.origin,
          path: `${url.pathname}${url.search}`,
          method,
          headers: outgoing(headers),
          body: body ?? null,
          // `PhaseWatch` has the deadlines: undici's own go on while a slow reader pauses the socket.
          headersTimeout: 0,
          bodyTimeout: 0,
        },
        this,
      );
    } catch (error) {
      this.#fail(error);
    }
  }

  next(taker: Taker<readonly Buffer[]>): void {
    this.#body.next(taker);
  }

  release(): void {
    if (this.#body.over || this.#left) return;
    this.#letGo();
    if (this.#arrived) {
      this.#body.end();
      return;
    }
    this.#keeper.released();
    this.#grace = setTimeout(this.#giveUp, limits.graceMs).unref();
    outsideParsers(this.#drain);
  }

  cancel(): void {
    if (this.#body.over || this.#left) return;
    this.#letGo();
    this.#giveUp();
  }

  /** A slow reader pauses the socket, so no deadline counts. */
  hold(): void {
    this.#watch.pause();
    this.#decoder?.pause();
    this.#controller?.pause();
  }

  goOn(): void {
    if (this.#left) return;
    this.#decoder?.resume();
    if (this.#arrived) return;
    this.#watch.begin("idle", this.#deadlines.idleMs);
    this.#controller?.resume();
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#failure !== undefined) {
      this.#controller = undefined;
      controller.abort(asError(this.#failure.error));
      return;
    }
    this.#connected();
    this.#watch.begin("headers", this.#deadlines.headersMs);
  }

  onResponseStart(_controller: Controller, status: number, headers: IncomingHeaders): void {
    if (status < 200 || this.#failure !== undefined) return;
    this.status = status;
    this.headers = joined(headers);
    this.#decoder = BodyDecoder.of(this.headers["content-encoding"], this);
    this.#watch.begin("first-byte", this.#deadlines.firstByteMs);
    const begun = this.#begun;
    this.#begun = undefined;
    this.#refused = undefined;
    begun?.(this);
  }

  onResponseData(_controller: Controller, piece: Buffer): void {
    if (this.#left || this.#failure !== undefined) return;
    if (this.#watch.phase === "idle") this.#watch.heard();
    else this.#watch.begin("idle", this.#deadlines.idleMs);
    if (this.#decoder === undefined) this.#body.push(piece);
    else this.#decoder.write(piece);
  }

  onResponseEnd(): void {
    if (this.#body.over) return;
    this.#settle();
    this.#arrived = true;
    if (this.#decoder === undefined || this.#left) this.#body.end();
    else this.#decoder.end();
    this.#keeper.ended(this.#grace !== undefined);
  }

  decoded(piece: Buffer): void {
    if (!this.#left && !this.#body.over) this.#body.push(piece);
  }

  decodedAll(): void {
    if (!this.#body.over) this.#body.end();
  }

  undecodable(error: Error): void {
    this.#breakOff(error);
  }

  onResponseError(_controller: Controller | null, error: Error): void {
    this.#fail(this.#signal?.aborted === true ? this.#signal.reason : told(error));
  }

  readonly #onAbort = (): void => this.#breakOff(this.#signal?.reason);

  readonly #giveUp = (): void => this.#breakOff(new Error("The answer was not wanted any more."));

  readonly #drain = (): void => this.#controller?.resume();

  /** Ends the exchange at once. undici may take its time, above all while it is connecting. */
  #breakOff(error: unknown): void {
    const controller = this.#controller;
    this.#fail(error);
    controller?.abort(asError(error));
  }

  #fail(error: unknown): void {
    if (this.#body.over) return;
    this.#failure = { error };
    const refused = this.#refused;
    this.#begun = undefined;
    this.#refused = undefined;
    this.#settle();
    this.#decoder?.destroy();
    this.#body.fail(error);
    if (this.#grace !== undefined) this.#keeper.ended(true);
    refused?.(error);
  }

  #letGo(): void {
    this.#left = true;
    this.#watch.stop();
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#decoder?.destroy();
    this.#body.drop();
  }

  /** Releases everything: the exchange is over. */
  #settle(): void {
    this.#connected();
    // The controller holds the raw headers, and with them the whole buffer that was read.
    this.#controller = undefined;
    this.#watch.stop();
    clearTimeout(this.#grace);
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }

  #connected(): void {
    if (!this.#connecting) return;
    this.#connecting = false;
    this.#keeper.connected();
  }
}

/** Returns a copy, as dispatchers may add headers. undici sets `host` and `content-length` itself. */
function outgoing(headers: Readonly<Record<string, string>>): Record<string, string> {
  const result = { ...headers };
  for (const name in result) {
    // Compare the length first: this runs for each header of each request.
    if ((name.length === 4 || name.length === 14) && /^(?:host|content-length)$/i.test(name)) delete result[name];
  }
  return result;
}

function joined(headers: IncomingHeaders): Readonly<Record<string, string>> {
  for (const name in headers) {
    if (typeof headers[name] === "string") continue;
    const entries = Object.entries(headers).filter(([, value]) => value !== undefined);
    return Object.fromEntries(
      entries.map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : `${value}`]),
    );
  }
  return headers as Readonly<Record<string, string>>;
}

/** Returns an error for undici; the reason of an abort may be any value. */
function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error("aborted", { cause: reason });
}

/** A connect timeout of the host's dispatcher becomes an `HttpTimeout`. */
function told(error: Error): Error {
  return networkCode(error) === "UND_ERR_CONNECT_TIMEOUT" ? new HttpTimeout("connect") : error;
}
