import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { type Accept, BodyQueue, type Refuse } from "./body-queue.ts";
import type { Http, HttpRequest, HttpResponse } from "./http.ts";
import { limits } from "./limits.ts";
import { PhaseWatch } from "./phase-watch.ts";

/** How long a released exchange may take to reach its end, in milliseconds. */
const grace = 250;

/** Node's own HTTP/1.1 client, with connections that are kept and used again. */
export function nodeHttp(): Http {
  // No bound on the number of connections: streams stay open, and waiting for a free one would look like a stall.
  const options = { keepAlive: true, timeout: limits.keepAliveMs };
  const agents = { "http:": new HttpAgent(options), "https:": new HttpsAgent(options) };
  const attempt = (request: HttpRequest) =>
    new Promise<HttpResponse>((resolve, reject) => {
      new Exchange(request, agents, resolve, reject).start();
    });
  return {
    async send(request) {
      request.signal?.throwIfAborted();
      try {
        return await attempt(request);
      } catch (error) {
        // The service closed a kept connection in the moment when it was used again.
        if (!(error instanceof StaleConnection) || request.signal?.aborted === true) throw error;
        return await attempt({ ...request, headers: { ...request.headers, connection: "close" } });
      }
    },
    close() {
      agents["http:"].destroy();
      agents["https:"].destroy();
    },
  };
}

/** A kept connection was gone. What the service has seen of the request is not known: only a question is put again. */
class StaleConnection extends Error {}

type Agents = { readonly "http:": HttpAgent; readonly "https:": HttpsAgent };

class Exchange implements HttpResponse {
  status = 0;
  headers: Readonly<Record<string, string>> = {};
  readonly #request: HttpRequest;
  readonly #agents: Agents;
  readonly #accept: (response: HttpResponse) => void;
  readonly #refuse: (error: unknown) => void;
  readonly #queue = new BodyQueue({ pause: () => this.#pause(), resume: () => this.#resume() });
  readonly #watch: PhaseWatch;
  #outgoing: ClientRequest | undefined;
  #incoming: IncomingMessage | undefined;
  #released = false;

  constructor(
    request: HttpRequest,
    agents: Agents,
    accept: (response: HttpResponse) => void,
    refuse: (error: unknown) => void,
  ) {
    this.#request = request;
    this.#agents = agents;
    this.#accept = accept;
    this.#refuse = refuse;
    this.#watch = new PhaseWatch(request.deadlines, (late) => {
      this.#fail(late);
      this.#outgoing?.destroy();
    });
  }

  start(): void {
    const { url, method, headers, body, signal } = this.#request;
    const secure = url.protocol === "https:";
    const agent = secure ? this.#agents["https:"] : this.#agents["http:"];
    const outgoing = (secure ? httpsRequest : httpRequest)(url, { method, headers: { ...headers }, agent });
    this.#outgoing = outgoing;
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#watch.begin("connect");
    outgoing.once("socket", (socket) => {
      if (!socket.connecting) this.#watch.begin("headers");
      else socket.once(secure ? "secureConnect" : "connect", () => this.#watch.begin("headers"));
    });
    outgoing.once("response", (incoming) => this.#begin(incoming));
    outgoing.on("error", (error) => this.#fail(this.#told(error)));
    outgoing.end(body);
  }

  next(accept: Accept, refuse: Refuse): void {
    this.#queue.next(accept, refuse);
  }

  release(): void {
    if (this.#queue.over || this.#released) return;
    this.#released = true;
    this.#settle();
    this.#incoming?.resume();
    setTimeout(() => this.cancel(), grace).unref();
  }

  cancel(): void {
    if (this.#queue.over) return;
    this.#released = true;
    this.#settle();
    this.#outgoing?.destroy();
  }

  #begin(incoming: IncomingMessage): void {
    this.#incoming = incoming;
    this.status = incoming.statusCode ?? 0;
    this.headers = joined(incoming.headers);
    this.#watch.begin("first-byte");
    incoming.on("data", (piece: Buffer) => {
      if (this.#released) return;
      this.#watch.heard();
      this.#queue.push(piece);
    });
    incoming.once("end", () => {
      this.#settle();
      this.#queue.end();
    });
    // A body that ends before its time: `end` never comes.
    incoming.on("error", (error) => this.#fail(this.#told(error)));
    this.#accept(this);
  }

  /** An error in the words of whoever caused it: the abort, a deadline, a kept connection that was gone. */
  #told(error: Error & { readonly code?: string }): unknown {
    if (this.#request.signal?.aborted === true) return this.#request.signal.reason;
    const reset = error.code === "ECONNRESET" || error.code === "EPIPE";
    const unused = this.#incoming === undefined && this.#outgoing?.reusedSocket === true;
    // A model's answer may cost something: repeating it is the run's to decide, and to tell.
    return reset && unused && this.#request.method === "GET"
      ? new StaleConnection(error.message, { cause: error })
      : error;
  }

  #fail(error: unknown): void {
    this.#settle();
    this.#refuse(error);
    this.#queue.fail(error);
  }

  readonly #onAbort = (): void => {
    this.#fail(this.#request.signal?.reason);
    this.#outgoing?.destroy();
  };

  #settle(): void {
    this.#watch.end();
    this.#request.signal?.removeEventListener("abort", this.#onAbort);
  }

  #pause(): void {
    // While the reader is slow, silence is of its own making.
    this.#watch.end();
    this.#incoming?.pause();
  }

  #resume(): void {
    if (this.#released || this.#queue.over) return;
    this.#watch.begin("idle");
    this.#incoming?.resume();
  }
}

function joined(headers: IncomingMessage["headers"]): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return result;
}
