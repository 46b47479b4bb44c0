import type { Deadlines, Taker } from "@waygate/core/plugin";

/** The phases that an exchange has. */
export type HttpDeadlines = Pick<Deadlines, "connectMs" | "headersMs" | "firstByteMs" | "idleMs">;

export interface HttpOptions {
  /**
   * An undici `Dispatcher` to send through, such as the one that a host passes to plugins in `context.transport` for its
   * proxies and certificates. Its creator closes it. Default: an own agent, created with the first request.
   */
  readonly dispatcher?: object | undefined;
}

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  /** `host` and `content-length` follow from the address and the body, and are ignored here. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  /** Aborts the exchange at once, in any phase. */
  readonly signal?: AbortSignal | undefined;
  /** The deadline of each phase. Default: `defaultDeadlines` of `@waygate/core/plugin`. */
  readonly deadlines?: HttpDeadlines | undefined;
}

/** A response, from the moment when its headers have arrived. */
export interface HttpResponse {
  readonly status: number;
  /** By names in lower case. Repeated headers are joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Reads what has arrived since the last read: all pieces of one read of the socket together. At the end the taker receives
   * `undefined`, or the error of the exchange after everything that came before it. One method of the taker is called, once,
   * possibly before `next` returns; it must not throw. Only one read may be pending. Without a pending read about 256 KB are
   * kept, then the socket is paused.
   */
  next(taker: Taker<readonly Buffer[]>): void;
  /**
   * Stops reading a complete answer. It has a moment to reach its end, which keeps its connection for the next request.
   * Nothing more is handed out.
   */
  release(): void;
  /** Aborts the exchange if it has not ended, and closes its connection. */
  cancel(): void;
}

/** Sends requests. */
export interface Http {
  /**
   * Sends a request. Resolves when the headers of the response have arrived, whatever its status. Redirects are not
   * followed: a key or a signature must not travel to an address that was not configured. A GET is sent once more if the
   * service has closed the kept connection; nothing else is ever repeated.
   *
   * Rejects with the signal's reason, an `HttpTimeout`, or the error of the connection: see `networkCode`.
   */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Closes all connections of the own agent, and aborts the requests on them. */
  close(): Promise<void>;
}
