import { getCACertificates } from "node:tls";
import { type Dispatcher, loadUndici, type Undici } from "@waygate/http";
import type { ProxyRules } from "./proxy-rules.ts";

export interface RouteOptions {
  readonly rules: ProxyRules;
  /** Certificates (PEM) to trust beside the usual ones. */
  readonly certificates: readonly string[];
}

/**
 * Sends requests the way that the rules say: through a proxy or not, trusting the certificates. An undici dispatcher as
 * far as plugins use one; undici itself is loaded with the first request.
 */
export class RoutedDispatcher {
  readonly #options: RouteOptions;
  readonly #agents = new Map<string, Dispatcher>();
  #undici: Undici | undefined;
  #closed = false;

  constructor(options: RouteOptions) {
    this.#options = options;
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const undici = this.#undici;
    if (undici !== undefined) return this.#dispatch(undici, options, handler);
    loadUndici().then(
      (loaded) => {
        this.#undici = loaded;
        this.#dispatch(loaded, options, handler);
      },
      (error: unknown) => fail(handler, error),
    );
    return true;
  }

  /** Ends the connections when what runs on them has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#agents.values()].map((agent) => agent.close()));
  }

  async destroy(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#agents.values()].map((agent) => agent.destroy()));
  }

  #dispatch(undici: Undici, options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    try {
      if (this.#closed) throw new undici.errors.ClientClosedError();
      const proxy = this.#options.rules.proxyFor(new URL(String(options.origin)));
      return this.#agent(undici, proxy).dispatch(options, handler);
    } catch (error) {
      fail(handler, error);
      return true;
    }
  }

  #agent(undici: Undici, proxy: URL | undefined): Dispatcher {
    const name = proxy?.href ?? "";
    const existing = this.#agents.get(name);
    if (existing !== undefined) return existing;
    const { certificates } = this.#options;
    const trust = certificates.length === 0 ? undefined : { ca: [...getCACertificates("default"), ...certificates] };
    const common = { allowH2: false, keepAliveTimeout: 30_000 };
    const agent =
      proxy === undefined
        ? new undici.Agent({ ...common, ...(trust && { connect: trust }) })
        : new undici.ProxyAgent({
            ...common,
            uri: proxy.href,
            // Plain http is handed to the proxy as it is: many of them tunnel to port 443 only.
            proxyTunnel: false,
            ...(trust && { requestTls: trust, proxyTls: trust }),
          });
    this.#agents.set(name, agent);
    return agent;
  }
}

/** Reports a failure that came before there was a connection, as undici would. */
function fail(handler: Dispatcher.DispatchHandler, error: unknown): void {
  const reason = error instanceof Error ? error : new Error(String(error));
  const nothing = () => undefined;
  const controller = {
    aborted: true,
    paused: false,
    reason,
    rawHeaders: null,
    rawTrailers: null,
    abort: nothing,
    pause: nothing,
    resume: nothing,
  };
  queueMicrotask(() => handler.onResponseError?.(controller, reason));
}
