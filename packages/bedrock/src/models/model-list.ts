import { isGatewayError, type Model, type ModelsOptions, type NoticeEvent } from "@waygate/core/plugin";
import type { Connection, Connections } from "../aws/connection.ts";
import { failureContext, told } from "../failure/told.ts";
import type { BedrockSettings } from "../settings.ts";
import type { Discovered } from "./discovered.ts";
import { inferenceId } from "./inference-id.ts";
import { knownModels } from "./known-models.ts";
import { type ListedModel, modelOf } from "./listed-model.ts";
import { isOfCredentials, shownInstead } from "./listing-notice.ts";

export interface ModelListOptions {
  readonly gateway: string;
  readonly settings: BedrockSettings;
  readonly connections: Connections;
  readonly notice: (notice: Omit<NoticeEvent, "type">) => void;
}

/** The models that can be asked: those that AWS lists for the region, or the table's, and those of the settings. */
export class ModelList {
  readonly #options: ModelListOptions;
  #listed: ReadonlyMap<string, ListedModel> = new Map();

  constructor(options: ModelListOptions) {
    this.#options = options;
  }

  /** Rejects with a `GatewayError` where there are no credentials, or AWS does not take them. Other failures are notices. */
  async get(options: ModelsOptions): Promise<readonly Model[]> {
    const { connections, settings } = this.#options;
    const connection = await connections.get();
    const region = (await connection.client.region()).value;
    options.signal.throwIfAborted();
    const listing = settings.discover_models ? await this.#ask(connection, region, options) : undefined;
    const listed = listing === undefined ? [] : this.#ofListing(listing, region);
    // What AWS does not say, the table does.
    const isWhole = listing?.profiles !== undefined && listing.onDemand !== undefined;
    const there = new Set(listed.map(({ id }) => id));
    const more = isWhole ? [] : this.#ofTable(region, listing).filter(({ id }) => !there.has(id));
    return this.#withSettings([...listed, ...more]);
  }

  /** What is known of a model without asking anybody. */
  model(name: string): Model | undefined {
    const listed = this.#listed.get(name);
    const settings = this.#options.settings.available_models.find((model) => model.name === name);
    return modelOf(name, { settings, listed });
  }

  async #ask(
    connection: Connection,
    region: string,
    { signal, refresh = false }: ModelsOptions,
  ): Promise<Discovered | undefined> {
    try {
      const listing = await connection.discovery.listing(signal, refresh);
      this.#listed = new Map(listing.models.map((model) => [model.id, model]));
      if (listing.failure !== undefined) {
        const failure = told(listing.failure, connection, failureContext(this.#options.gateway, connection, region));
        this.#options.notice(shownInstead(listing.failure, failure, true));
      }
      return listing;
    } catch (error) {
      signal.throwIfAborted();
      const failure = told(error, connection, failureContext(this.#options.gateway, connection, region));
      this.#options.connections.refused(failure, connection);
      // Where there is nobody to ask, a host has its own list of the day before, which is better than the table.
      if (isOfCredentials(failure) || failure.code === "connection") throw failure;
      // Permission to call models does not imply permission to list them, and gateways need not offer lists.
      this.#options.notice(shownInstead(error, failure, false));
      return undefined;
    }
  }

  #ofTable(region: string, listing: Discovered | undefined): readonly Model[] {
    return knownModels
      .flatMap(({ id }) => (this.#callable(id, region, listing) ? [modelOf(id, {})] : []))
      .filter(isModel);
  }

  #ofListing(listing: Discovered, region: string): readonly Model[] {
    return listing.models
      .filter((model) => this.#callable(model.id, region, listing))
      .map((model) => modelOf(model.id, { listed: model }))
      .filter(isModel);
  }

  #callable(model: string, region: string, listing: Discovered | undefined): boolean {
    const { gateway, settings } = this.#options;
    try {
      inferenceId({ gateway, model, region, allowGlobal: settings.allow_global, listing });
      return true;
    } catch (error) {
      if (isGatewayError(error)) return false;
      throw error;
    }
  }

  #withSettings(found: readonly Model[]): readonly Model[] {
    const own = new Map(
      this.#options.settings.available_models.flatMap((settings) => {
        const model = modelOf(settings.name, { settings, listed: this.#listed.get(settings.name) });
        return model === undefined ? [] : [[settings.name, model] as const];
      }),
    );
    const merged = found.map((model) => own.get(model.id) ?? model);
    const there = new Set(found.map((model) => model.id));
    return [...merged, ...[...own.values()].filter((model) => !there.has(model.id))];
  }
}

function isModel(model: Model | undefined): model is Model {
  return model !== undefined;
}
