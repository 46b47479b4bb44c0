import {
  GatewayError,
  isGatewayError,
  type Model,
  type ModelsOptions,
  type OpenContext,
  reworded,
} from "@waygate/core/plugin";
import { ModelMemory } from "@waygate/plugin-kit";
import { fetchList } from "./fetch-list.ts";
import type { ListedModel } from "./listed-model.ts";
import { mergeModel, mergeModels } from "./merge-model.ts";
import type { Service } from "./service.ts";
import type { ServiceSettings } from "./settings.ts";

/** The models of one gateway: those of its settings, and those that the service lists, if it is to be asked. */
export class Catalog {
  readonly #context: OpenContext<ServiceSettings>;
  readonly #service: Service;
  readonly #memory: ModelMemory<readonly ListedModel[]>;
  /** Whether `models` asks the service for its list. */
  readonly #discovers: boolean;

  constructor(context: OpenContext<ServiceSettings>, service: Service) {
    const { id, settings, notice, signal } = context;
    const { lists } = service.dialect;
    this.#context = context;
    this.#service = service;
    this.#discovers = settings.discover ?? (settings.available_models === undefined && lists.length > 0);
    const places = {
      gateway: id,
      // If the list of a service is wanted that has no useful one, it is the usual one.
      paths: lists.length > 0 ? lists : ["/models"],
      getJson: (path: string, aborted: AbortSignal) => service.list.getJson(path, aborted),
    };
    this.#memory = new ModelMemory({
      gateway: id,
      notice,
      signal,
      key: () => context.credential("api_key"),
      fetch: (aborted) =>
        fetchList(places, aborted).catch((error: unknown) => {
          throw aborted.aborted || !isGatewayError(error) ? error : this.#unlisted(error);
        }),
    });
  }

  /** Returns what is known of a model without a request. */
  model(id: string): Model | undefined {
    const settings = this.#service.models.get(id);
    const listed = this.#memory.last?.find((model) => model.id === id);
    return settings === undefined && listed === undefined ? undefined : mergeModel(id, settings, listed);
  }

  /**
   * Returns all models. If the list fails: those that are known without it, with a notice; the promise rejects with a
   * `GatewayError` only if there are none.
   */
  async models(options: ModelsOptions): Promise<readonly Model[]> {
    if (!this.#discovers) return this.#withoutAsking();
    return this.#merged(await this.#memory.getOrLast(options, this.#service.models.size > 0));
  }

  /** Fetches the list now, also if `models` does not ask for it. Returns the number of its models. */
  async check(signal: AbortSignal): Promise<number> {
    return (await this.#memory.get({ signal, refresh: true })).length;
  }

  #merged(listed: readonly ListedModel[] = []): readonly Model[] {
    return mergeModels([...this.#service.models.values()], listed);
  }

  #withoutAsking(): readonly Model[] {
    const models = this.#merged();
    if (models.length > 0 || this.#context.settings.available_models !== undefined) return models;
    const { id, settings } = this.#context;
    const why =
      settings.discover === false ? '"discover" is false' : `the dialect "${settings.dialect}" has no list to ask for`;
    throw new GatewayError(`Gateway "${id}" has no models: ${why}. Name them in "available_models" of its settings.`, {
      gateway: id,
      code: "settings",
    });
  }

  /** The failure of a list, in words about a list. */
  #unlisted(error: GatewayError): GatewayError {
    const { id } = this.#context;
    // Only for a service that answers, but has no list, it helps to name the models.
    if (error.code !== "model-not-found" && error.code !== "invalid-request" && error.code !== "protocol") return error;
    const failed =
      error.status === undefined ? error.message : `Gateway "${id}" answered ${error.status} for its models.`;
    const words = `${failed} If it has no list, name the models in "available_models" of its settings.`;
    return reworded(error, words, error.code === "model-not-found" ? { code: "invalid-request" } : {});
  }
}
