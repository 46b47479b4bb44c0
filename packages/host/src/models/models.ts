import type { Capabilities, Capability, GatewayEntry, GatewayError, Model, Registry } from "@waygate/core";
import { isGatewayError } from "@waygate/core";
import type { ModelName } from "../settings/agent.ts";
import type { DiskCache } from "./disk-cache.ts";
import type { ModelLister } from "./model-lister.ts";
import { type FoundModel, searchModels } from "./search.ts";

/** A gateway's models, and how old that knowledge is. */
export interface ModelListing {
  readonly gateway: string;
  /** Empty where there is no list at all. */
  readonly models: readonly Model[];
  /** When the gateway gave the list, in milliseconds since 1970; undefined where it is made of the settings alone. */
  readonly fetchedAt: number | undefined;
  /** Why the list could not be had, or not be renewed: `models` is the old one then, if there is one. */
  readonly error: GatewayError | undefined;
}

export interface ListOptions {
  /** Only this gateway's, or these gateways'. Default: those of all usable ones. */
  readonly gateway?: string | readonly string[] | undefined;
  /** Ask the gateways, whatever is remembered. Default: false. */
  readonly refresh?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface SearchOptions extends ListOptions {
  /** What a model must be able to do (or, with false, not do). */
  readonly capabilities?: Partial<Capabilities> | undefined;
}

/** What a search found, and how the lists stand that it looked through. */
export interface ModelSearch {
  readonly found: readonly FoundModel[];
  /** Of each gateway that was asked, with its age and with what went wrong: what is missing may be missing for that. */
  readonly lists: readonly ModelListing[];
}

export interface ModelsServices {
  readonly registry: Registry;
  readonly cache: DiskCache;
  readonly listers: ReadonlyMap<string, ModelLister>;
  /** The gateways as they are now, each with its plugin loaded. */
  readonly gateways: () => Promise<readonly GatewayEntry[]>;
  readonly isFavorite: (model: ModelName) => boolean;
}

/** The models of all gateways: remembered on disk, asked for again when they are old, searchable. */
export class Models {
  readonly #services: ModelsServices;

  constructor(services: ModelsServices) {
    this.#services = services;
  }

  /** The lists, each with its age and with what went wrong. Rejects only where `signal` aborts. */
  async list(options: ListOptions = {}): Promise<readonly ModelListing[]> {
    const entries = await this.#services.gateways();
    const usable = entries.filter(({ state }) => state === "ready").map(({ id }) => id);
    const wanted = options.gateway === undefined ? usable : [options.gateway].flat();
    return Promise.all(wanted.map((id) => this.#listing(id, options)));
  }

  /** Finds models by words of their id or name and by what they can do; favourites first. */
  async search(query: string, options: SearchOptions = {}): Promise<ModelSearch> {
    const { gateways, isFavorite } = this.#services;
    const [entries, lists] = await Promise.all([gateways(), this.list(options)]);
    const all = lists.flatMap(({ gateway, models }) => {
      const general = entries.find(({ id }) => id === gateway)?.capabilities;
      return models.map((model): FoundModel => {
        const capabilities = { ...none, ...general, ...model.capabilities };
        return { gateway, model, capabilities, favorite: isFavorite({ provider: gateway, model: model.id }) };
      });
    });
    return { found: searchModels(all, query, options.capabilities), lists };
  }

  /** Lets the next one who asks for a gateway's models have a new list: its key has changed. */
  async expire(gateway: string): Promise<void> {
    this.#services.listers.get(gateway)?.expire();
    await this.#services.cache.expire(gateway);
  }

  /** Forgets all lists on disk. */
  clear(): Promise<void> {
    return this.#services.cache.clear();
  }

  async #listing(gateway: string, { refresh, signal }: ListOptions): Promise<ModelListing> {
    const { registry, listers } = this.#services;
    try {
      const options = { refresh, signal: signal ?? new AbortController().signal };
      const models = await registry.gateway(gateway).models(options);
      const state = listers.get(gateway)?.state;
      return { gateway, models, fetchedAt: state?.fetchedAt, error: state?.error };
    } catch (error) {
      if (!isGatewayError(error)) throw error;
      return { gateway, models: [], fetchedAt: undefined, error };
    }
  }
}

const none: Readonly<Record<Capability, false>> = {
  tools: false,
  toolChoice: false,
  freeformTools: false,
  images: false,
  files: false,
  reasoning: false,
  structuredOutput: false,
  billedCost: false,
};
