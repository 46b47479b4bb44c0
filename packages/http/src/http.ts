import type { Deadlines, Taker } from "@waygate/core/plugin";

/** The phases that an exchange has. */
export type HttpDeadlines = Pick<Deadlines, "connectMs" | "headersMs" | "firstByteMs" | "idleMs">;

export interface HttpOptions {
  /**
   * An undici `Dispatcher` to send through, such as the one that a host hands to plugins in `context.transport`: its
   * proxies, its certificates. Whoever made it closes it. Default: an agent of one's own, made with the first request.
   */
  readonly dispatcher?: object | undefined;
}

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  /** `host` and `content-length` follow from the address and the body, and are passed over here. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  /** Ends the exchange at once, whatever it waits for. */
  readonly signal?: AbortSignal | undefined;
  /** How long each phase may take. Default: `defaultDeadlines` of `@waygate/core/plugin`. */
  readonly deadlines?: HttpDeadlines | undefined;
}

/** One exchange, from the moment when its headers are there. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. What came several times is joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Asks for what has come since the last time: all pieces of a read of the socket together, undefined at the end, or the
   * error that broke the exchange, once what came before it was taken. Calls one of the taker's methods, once, possibly
   * at once; they must not throw. To be asked again only after that. As long as nobody asks, some 256 KB are kept, and then the service is held up.
   */
  next(taker: Taker<readonly Buffer[]>): void;
  /**
   * Lets go of an answer that has said all. It is given a moment to reach its end, which keeps its connection for the
   * next request; nothing of it is handed out any more.
   */
  release(): void;
  /** Breaks the exchange off, if it has not ended, and with it its connection. */
  cancel(): void;
}

/** What requests are sent through. */
export interface Http {
  /**
   * Sends a request, and resolves when the headers of its answer are there, whatever its status. Redirects are not
   * followed: a key or a signature must not travel to an address that nobody chose. A GET that meets a kept connection
   * which the service has closed is sent once more; nothing else is ever repeated.
   *
   * Rejects with the signal's reason, an `HttpTimeout`, or whatever broke the connection: see `networkCode`.
   */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Ends all connections of the own agent, and what still runs on them. */
  close(): Promise<void>;
}
