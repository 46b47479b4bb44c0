import { type Gateway, GatewayError, isGatewayError, type Model, type ModelsOptions } from "@waygate/core";
import { type CachedList, type DiskCache, fingerprint } from "./disk-cache.ts";
import { SharedCall } from "./shared-call.ts";

export interface ModelListerOptions {
  readonly gateway: Gateway;
  readonly id: string;
  readonly address: string | undefined;
  /** The gateway's raw settings: a list made with others is asked for again. */
  readonly settings: unknown;
  readonly cache: DiskCache;
  /** How long a list is good, in milliseconds. */
  readonly maxAgeMs: number;
  readonly now: () => number;
  /** Told when a list could not be had and an old one is used. */
  readonly stale: (message: string) => void;
}

/** What is known of a gateway's list. */
export interface ListState {
  /** When the gateway gave the list, in milliseconds since 1970; undefined where it is made of the settings alone. */
  readonly fetchedAt: number | undefined;
  /** Why the last attempt to get the list failed; undefined where it did not. */
  readonly error: GatewayError | undefined;
}

/** A gateway's list of models with a memory: on disk, for as long as it is good, and for longer where there is no other. */
export class ModelLister {
  readonly #options: ModelListerOptions;
  readonly #settings: string;
  readonly #call = new SharedCall<readonly Model[]>();
  #known: CachedList | undefined;
  #read = false;
  #expired = false;
  #error: GatewayError | undefined;

  constructor(options: ModelListerOptions) {
    this.#options = options;
    this.#settings = fingerprint(options.settings);
  }

  get state(): ListState {
    return { fetchedAt: this.#known?.fetchedAt || undefined, error: this.#error };
  }

  /** The list: what is remembered if that is good, else the gateway's; what is remembered also where that fails. */
  async models({ signal, refresh }: ModelsOptions): Promise<readonly Model[]> {
    const known = this.#remembered();
    if (refresh !== true && known !== undefined && this.#isGood(known)) return known.models;
    try {
      return await this.#call.join(signal, (shared) => this.#ask(shared, refresh === true || this.#expired));
    } catch (error) {
      if (signal.aborted || known === undefined || !isGatewayError(error)) throw error;
      this.#options.stale(`${error.message} The list of models is that of ${dateOf(known)}.`);
      return known.models;
    }
  }

  /** A model as far as it is known without asking anybody. */
  model(id: string): Model | undefined {
    return this.#options.gateway.model?.(id) ?? this.#remembered()?.models.find((model) => model.id === id);
  }

  /** The next who asks is given a new list. */
  expire(): void {
    this.#expired = true;
  }

  async #ask(signal: AbortSignal, refresh: boolean): Promise<readonly Model[]> {
    const { gateway, id, address, cache, now } = this.#options;
    const known = this.#remembered();
    try {
      const models = await gateway.models({ signal, refresh });
      // A list that holds the settings' own models alone was not fetched: there is nothing to remember.
      const fetched = models.some(({ origin }) => Object.values(origin).includes("gateway"));
      if (!fetched && known?.settings === this.#settings && known.models.length > 0) throw degraded(id);
      this.#error = undefined;
      this.#expired = false;
      this.#known = fetched ? { models, fetchedAt: now(), settings: this.#settings } : undefined;
      if (this.#known !== undefined) await cache.write(id, address, this.#known);
      return models;
    } catch (error) {
      if (!signal.aborted) this.#error = isGatewayError(error) ? error : failed(id, error);
      throw signal.aborted || this.#error === undefined ? error : this.#error;
    }
  }

  #isGood({ fetchedAt, settings }: CachedList): boolean {
    const age = this.#options.now() - fetchedAt;
    return !this.#expired && settings === this.#settings && age >= 0 && age <= this.#options.maxAgeMs;
  }

  #remembered(): CachedList | undefined {
    if (!this.#read) {
      this.#read = true;
      this.#known = this.#options.cache.read(this.#options.id, this.#options.address);
    }
    return this.#known;
  }
}

function dateOf({ fetchedAt }: CachedList): string {
  return fetchedAt === 0 ? "an earlier time" : new Date(fetchedAt).toISOString();
}

function degraded(gateway: string): GatewayError {
  const message = `Gateway "${gateway}" gave no list of its models.`;
  return new GatewayError(message, { gateway, code: "server-error" });
}

function failed(gateway: string, error: unknown): GatewayError {
  const words = error instanceof Error ? error.message : String(error);
  const message = `The plugin of gateway "${gateway}" could not list its models: ${words}.`;
  return new GatewayError(message, { gateway, code: "protocol", cause: error });
}
