import { Exchange, type Keeper } from "./exchange.ts";
import { Handover } from "./handover.ts";
import type { Http, HttpOptions, HttpRequest, HttpResponse } from "./http.ts";
import { networkCode } from "./network-code.ts";
import { OwnAgent } from "./own-agent.ts";
import { type Dispatcher, loadUndici } from "./undici.ts";

/**
 * Opens a way to send requests over HTTP/1.1, with connections that are kept and used again, and no bound on their number:
 * streams stay open, and waiting for a free one would look like a stall. Nothing is sent, and undici not loaded, before
 * the first request. Throws a `TypeError` where what was handed in is no dispatcher.
 */
export function openHttp({ dispatcher }: HttpOptions = {}): Http {
  if (dispatcher === undefined) return new Sender(undefined);
  if (!isDispatcher(dispatcher)) {
    throw new TypeError('openHttp: "dispatcher" has no "dispatch": it must be a Dispatcher of undici, or be left out.');
  }
  return new Sender(dispatcher);
}

function isDispatcher(value: object): value is Dispatcher {
  return "dispatch" in value && typeof value.dispatch === "function";
}

class Sender implements Http, Keeper {
  readonly #given: Dispatcher | undefined;
  #own: Promise<OwnAgent> | undefined;
  /** The own agent, when it is there. */
  #agent: OwnAgent | undefined;
  readonly #handover = new Handover();
  /** How many exchanges wait for a connection. */
  #connecting = 0;
  /** Whether an answer has ended, so that there may be kept connections. */
  #used = false;

  constructor(given: Dispatcher | undefined) {
    this.#given = given;
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    const { signal, method } = request;
    signal?.throwIfAborted();
    // Always a turn later: a reader may ask from within the parser of a connection, which this must not enter.
    const dispatcher = await (this.#given ?? this.#agent?.dispatcher ?? this.#makeAgent());
    await this.#handover.wait();
    signal?.throwIfAborted();
    if (method !== "GET") return this.#exchange(dispatcher, request);
    const kept = this.#used;
    try {
      return await this.#exchange(dispatcher, request);
    } catch (error) {
      // The service closed a kept connection in the moment when it was used again. What it has seen of the request is not
      // known: only a question is put again.
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
