import { resolve } from "node:path";
import type { SettingsIssue, Transport } from "@waygate/core";
import { type Environment, expandHome } from "../locations.ts";
import { CertificateFault, readCertificates } from "./certificates.ts";
import { ProxyFault, ProxyRules, readProxy } from "./proxy-rules.ts";
import { RoutedDispatcher } from "./routed-dispatcher.ts";
import { fetchThrough } from "./routed-fetch.ts";

/** What the settings say about the network, for all gateways or for one. */
export interface NetworkSettings {
  readonly proxy: string | undefined;
  readonly caFiles: readonly string[];
}

export interface NetworkOptions {
  readonly environment: Environment;
  /** The folder that relative paths of certificate files begin at. */
  readonly folder: string;
  /** Handed to all plugins in place of anything made here. */
  readonly transport: Transport | undefined;
}

/** Makes the transports that plugins are handed: through proxies, and trusting what the settings say. */
export class Network {
  readonly #options: NetworkOptions;
  #common: NetworkSettings;
  #dispatchers = new Map<string, RoutedDispatcher>();
  readonly #retired = new Set<Promise<void>>();

  constructor(options: NetworkOptions, common: NetworkSettings) {
    this.#options = options;
    this.#common = common;
  }

  /** Takes new settings for all gateways. True where they differ: gateways have to be opened anew then. */
  update(common: NetworkSettings): boolean {
    if (JSON.stringify(common) === JSON.stringify(this.#common)) return false;
    this.#common = common;
    const before = [...this.#dispatchers.values()];
    this.#dispatchers = new Map();
    for (const dispatcher of before) this.#retire(dispatcher);
    return true;
  }

  /** What is wrong with the settings for one gateway, its own and those for all; paths are those of its own. */
  issues(own: NetworkSettings): readonly SettingsIssue[] {
    const issues: SettingsIssue[] = [];
    const check = (key: string, common: boolean, work: () => void) => {
      try {
        work();
      } catch (error) {
        if (!(error instanceof ProxyFault || error instanceof CertificateFault)) throw error;
        const where = common ? `the settings' "${key}" for all gateways ` : "";
        issues.push({ path: common ? [] : [key], message: `${where}${error.message}` });
      }
    };
    const proxy = own.proxy ?? this.#common.proxy;
    if (proxy !== undefined && proxy !== "none") check("proxy", own.proxy === undefined, () => void readProxy(proxy));
    check("ca_file", own.caFiles.length === 0, () => void this.#certificates(own));
    return issues;
  }

  /** How a gateway reaches the network. Empty where there is nothing that plugins would not do by themselves. */
  transport(own: NetworkSettings): Transport {
    if (this.#options.transport !== undefined) return this.#options.transport;
    const rules = new ProxyRules({ gateway: own.proxy, common: this.#common.proxy }, this.#options.environment);
    const certificates = this.#certificates(own);
    if (!rules.any && certificates.length === 0) return {};
    // Gateways of the same settings share their connections.
    const name = JSON.stringify([own.proxy ?? null, certificates]);
    let dispatcher = this.#dispatchers.get(name);
    if (dispatcher === undefined) {
      dispatcher = new RoutedDispatcher({ rules, certificates });
      this.#dispatchers.set(name, dispatcher);
    }
    return { dispatcher, fetch: fetchThrough(dispatcher) };
  }

  async close(): Promise<void> {
    for (const dispatcher of this.#dispatchers.values()) this.#retire(dispatcher);
    this.#dispatchers = new Map();
    await Promise.all(this.#retired);
  }

  #certificates(own: NetworkSettings): readonly string[] {
    const { folder, environment } = this.#options;
    const files = own.caFiles.length > 0 ? own.caFiles : this.#common.caFiles;
    return readCertificates(files.map((file) => resolve(folder, expandHome(file, environment))));
  }

  #retire(dispatcher: RoutedDispatcher): void {
    const closing = dispatcher.close().catch(() => undefined);
    this.#retired.add(closing);
    closing.then(() => this.#retired.delete(closing));
  }
}
