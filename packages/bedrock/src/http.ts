import type { Deadlines } from "@waygate/core/plugin";
import type { Accept, Refuse } from "./body-queue.ts";

/** A request, signed and ready to go. */
export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
  readonly signal: AbortSignal | undefined;
  readonly deadlines: Deadlines;
}

/** One exchange, from the moment when its headers are there. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * What has come since the last time, in its pieces; undefined at the end; an error where the connection breaks. Calls
   * one of the two back, once, possibly at once.
   */
  next(accept: Accept, refuse: Refuse): void;
  /** Lets go of an exchange that has said all: it is given a moment to reach its end, which keeps its connection. */
  release(): void;
  /** Breaks the exchange off, if it has not ended. */
  cancel(): void;
}

/** The one thing that talks to the network. */
export interface Http {
  /**
   * Sends a request. Redirects are not followed: a signature must not travel to an address that nobody chose. Rejects
   * with the signal's reason, an `HttpTimeout`, or whatever broke the connection.
   */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Ends the connections that nobody uses; those in use end with their exchange. */
  close(): void;
}

/** Loaded with the first request: `node:http` takes longer than all the rest of the package together. */
export function lazyHttp(load: () => Promise<Http>): Http {
  let http: Promise<Http> | undefined;
  return {
    async send(request) {
      http ??= load();
      return (await http).send(request);
    },
    close() {
      void http?.then((loaded) => loaded.close());
    },
  };
}

/** Reads a body, as far as the limit goes. */
export async function readAll(response: HttpResponse, limit: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  while (length < limit) {
    const more = await new Promise<readonly Buffer[] | undefined>((accept, refuse) => response.next(accept, refuse));
    if (more === undefined) break;
    for (const piece of more) {
      pieces.push(piece);
      length += piece.length;
    }
  }
  return Buffer.concat(pieces, Math.min(length, limit));
}
