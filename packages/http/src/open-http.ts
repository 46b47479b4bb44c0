import { Exchange, type Keeper } from "./exchange.ts";
import { Handover } from "./handover.ts";
import type { Http, HttpOptions, HttpRequest, HttpResponse } from "./http.ts";
import { networkCode } from "./network-code.ts";
import { OwnAgent } from "./own-agent.ts";
import { type Dispatcher, loadUndici } from "./undici.ts";

/**
 * Returns a sender of requests over HTTP/1.1 that keeps and reuses connections. Their number is not limited: streams stay
 * open, and waiting for a free connection would look like a stall. undici is loaded with the first request. Throws a
 * `TypeError` if `dispatcher` is not a dispatcher.
 */
export function openHttp({ dispatcher }: HttpOptions = {}): Http {
  if (dispatcher === undefined) return new Sender(undefined);
  if (!isDispatcher(dispatcher)) {
    throw new TypeError(
      'openHttp: "dispatcher" has no method "dispatch". Pass a Dispatcher of undici, or leave it out.',
    );
  }
  return new Sender(dispatcher);
}

function isDispatcher(value: object): value is Dispatcher {
  return "dispatch" in value && typeof value.dispatch === "function";
}

class Sender implements Http, Keeper {
  readonly #given: Dispatcher | undefined;
  #own: Promise<OwnAgent> | undefined;
  /** The own agent, once it is created. */
  #agent: OwnAgent | undefined;
  readonly #handover = new Handover();
  /** Number of exchanges that wait for a connection. */
  #connecting = 0;
  /** Whether an answer has ended, so that kept connections may exist. */
  #used = false;

  constructor(given: Dispatcher | undefined) {
    this.#given = given;
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    const { signal, method } = request;
    signal?.throwIfAborted();
    // Always in a later turn: a reader may send from within a parser, which must not be entered.
    const dispatcher = await (this.#given ?? this.#agent?.dispatcher ?? this.#makeAgent());
    await this.#handover.wait();
    signal?.throwIfAborted();
    if (method !== "GET") return this.#exchange(dispatcher, request);
    const kept = this.#used;
    try {
      return await this.#exchange(dispatcher, request);
    } catch (error) {
      // The service closed a kept connection just when it was used again. Whether it has seen the request is not known, so
      // only a GET is repeated.
      if (!kept || !isReset(error) || signal?.aborted === true) throw error;
      return this.#exchange(dispatcher, request);
    }
  }

  async close(): Promise<void> {
    await (await this.#own)?.close();
  }

  connecting(): void {
    this.#connecting++;
  }

  connected(): void {
    this.#connecting--;
    if (this.#connecting === 0) this.#agent?.stopConnecting();
  }

  released(): void {
    this.#handover.released();
  }

  ended(released: boolean): void {
    this.#used = true;
    this.#handover.ended(released);
  }

  #exchange(dispatcher: Dispatcher, request: HttpRequest): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      new Exchange(request, this, resolve, reject).start(dispatcher, request);
    });
  }

  async #makeAgent(): Promise<Dispatcher> {
    this.#own ??= loadUndici().then((undici) => {
      this.#agent = new OwnAgent(undici);
      return this.#agent;
    });
    return (await this.#own).dispatcher;
  }
}

function isReset(error: unknown): boolean {
  const code = networkCode(error);
  return code === "ECONNRESET" || code === "EPIPE" || code === "UND_ERR_SOCKET";
}
