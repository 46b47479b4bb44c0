import type { Environment } from "../locations.ts";
import { type NoProxy, readNoProxy } from "./no-proxy.ts";

/** What of the settings decides about a proxy. */
export interface ProxySettings {
  /** The gateway's own `proxy`: it is taken at its word, for every address. */
  readonly gateway: string | undefined;
  /** `proxy` for all gateways: not for this machine itself, nor for what `NO_PROXY` names. */
  readonly common: string | undefined;
}

/** Why a text is no proxy's address, in words that complete "… ". */
export class ProxyFault extends Error {}

const schemes = ["http:", "https:", "socks5:", "socks:"];

/** Reads the address of a proxy. Without a scheme it is `http://`. Throws a `ProxyFault`, which does not quote it. */
export function readProxy(text: string): URL {
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.parse(whole.replace(/^socks5h:/i, "socks5:"));
  if (url === null || url.hostname === "") throw new ProxyFault("is no address of a proxy, such as http://host:8080");
  if (!schemes.includes(url.protocol)) {
    throw new ProxyFault(`begins with ${url.protocol}//, which is no kind of proxy that is known here`);
  }
  return url;
}

/** Decides for each address whether a proxy stands before it. */
export class ProxyRules {
  readonly #gateway: string | undefined;
  readonly #common: string | undefined;
  readonly #environment: Environment;
  readonly #noProxy: NoProxy;

  constructor(settings: ProxySettings, environment: Environment) {
    this.#gateway = settings.gateway;
    this.#common = settings.common;
    this.#environment = environment;
    this.#noProxy = readNoProxy(variable(environment, "no_proxy") ?? "");
  }

  /** Whether there is a proxy for any address at all. */
  get any(): boolean {
    if (this.#gateway !== undefined) return this.#gateway !== "none";
    if (this.#common !== undefined) return this.#common !== "none";
    return ["https_proxy", "http_proxy", "all_proxy"].some((name) => variable(this.#environment, name) !== undefined);
  }

  /** The proxy for an address; undefined for none. Throws a `ProxyFault` that names the variable where one is wrong. */
  proxyFor(target: URL): URL | undefined {
    if (this.#gateway !== undefined) return this.#gateway === "none" ? undefined : readProxy(this.#gateway);
    if (this.#common === "none") return undefined;
    const host = target.hostname.replace(/^\[(.*)\]$/, "$1");
    const port = Number(target.port) || (target.protocol === "https:" ? 443 : 80);
    if (isLoopback(host) || this.#noProxy.matches(host, port)) return undefined;
    if (this.#common !== undefined) return readProxy(this.#common);
    const scheme = target.protocol === "https:" ? "https_proxy" : "http_proxy";
    for (const name of [scheme, "all_proxy"]) {
      const text = variable(this.#environment, name);
      if (text === undefined) continue;
      try {
        return readProxy(text);
      } catch (error) {
        if (!(error instanceof ProxyFault)) throw error;
        throw new ProxyFault(`The environment variable ${name.toUpperCase()} ${error.message}`, { cause: error });
      }
    }
    return undefined;
  }
}

/** Lower case wins, as in curl. */
function variable(environment: Environment, name: string): string | undefined {
  const value = (environment[name] || environment[name.toUpperCase()])?.trim();
  return value === "" ? undefined : value;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || host === "::1" || /^127\./.test(host);
}
