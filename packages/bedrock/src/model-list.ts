import { isGatewayError, type Model, type ModelsOptions, type NoticeEvent } from "@waygate/core/plugin";
import type { Connection, Connections } from "./connection.ts";
import type { Discovered } from "./discovery.ts";
import { inferenceId } from "./inference-profile.ts";
import { knownModels, tableDate } from "./model-table.ts";
import { type ListedModel, modelOf, modelOfSettings } from "./models.ts";
import { serviceFailure } from "./service-error.ts";
import type { BedrockSettings } from "./settings.ts";
import { failureContext, told } from "./told.ts";

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

  /** Rejects with a `GatewayError` where there are no credentials, or AWS does not take them. */
  async get({ signal, refresh = false }: ModelsOptions): Promise<readonly Model[]> {
    const { connections, settings } = this.#options;
    const connection = await connections.get();
    const region = (await connection.client.region()).value;
    signal.throwIfAborted();
    const listing = settings.discover_models ? await this.#ask(connection, region, signal, refresh) : undefined;
    const found = listing === undefined ? this.#ofTable(region) : this.#ofListing(listing, region);
    return this.#withSettings(found);
  }

  /** What is known of a model without asking anybody. */
  model(name: string): Model | undefined {
    const listed = this.#listed.get(name);
    const settings = this.#options.settings.available_models.find((model) => model.name === name);
    return settings === undefined ? modelOf(name, listed) : modelOfSettings(settings, listed);
  }

  async #ask(
    connection: Connection,
    region: string,
    signal: AbortSignal,
    refresh: boolean,
  ): Promise<Discovered | undefined> {
    try {
      const listing = await connection.discovery.listing(signal, refresh);
      this.#listed = new Map(listing.models.map((model) => [model.id, model]));
      return listing;
    } catch (error) {
      signal.throwIfAborted();
      const failure = told(error, connection, failureContext(this.#options.gateway, connection, region));
      this.#options.connections.refused(failure);
      // Permission to call models does not imply permission to list them, and gateways need not offer lists.
      const unlisted = ["permission", "model-not-found", "invalid-request"].includes(failure.code);
      if (!unlisted || serviceFailure(error) === undefined) throw failure;
      const message = `${failure.message} The built-in table of ${tableDate} is shown in its place.`;
      this.#options.notice({ code: "listing-unavailable", message });
      return undefined;
    }
  }

  #ofTable(region: string): readonly Model[] {
    return knownModels
      .flatMap(({ id }) => (this.#callable(id, region, undefined) ? [modelOf(id)] : []))
      .filter(isModel);
  }

  #ofListing(listing: Discovered, region: string): readonly Model[] {
    return listing.models
      .filter((model) => this.#callable(model.id, region, listing))
      .map((model) => modelOf(model.id, model))
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
      this.#options.settings.available_models.map((settings) => {
        return [settings.name, modelOfSettings(settings, this.#listed.get(settings.name))] as const;
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
