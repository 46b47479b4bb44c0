import {
  GatewayError,
  isGatewayError,
  type Model,
  type ModelsOptions,
  type OpenContext,
  reworded,
} from "@waygate/core/plugin";
import { mergeModel, mergeModels } from "./merge-model.ts";
import { ModelList } from "./model-list.ts";
import type { Service } from "./service.ts";
import type { ServiceSettings } from "./settings.ts";

/** The models of one gateway: those of its settings, and those that the service lists, where it is to be asked. */
export class Catalog {
  readonly #context: OpenContext<ServiceSettings>;
  readonly #service: Service;
  readonly #list: ModelList;
  /** Whether the service is asked for its list when models are wanted. */
  readonly #discovers: boolean;

  constructor(context: OpenContext<ServiceSettings>, service: Service) {
    const { available_models, discover } = context.settings;
    const { lists } = service.dialect;
    this.#context = context;
    this.#service = service;
    this.#discovers = discover ?? (available_models === undefined && lists.length > 0);
    this.#list = new ModelList({
      gateway: context.id,
      // Who wants the list of a service that has none of use gets the usual one.
      paths: lists.length > 0 ? lists : ["/models"],
      getJson: (path, signal) => service.list.getJson(path, signal),
      lifetime: context.signal,
    });
  }

  /** What is known of a model without asking anybody. */
  model(id: string): Model | undefined {
    const settings = this.#service.models.get(id);
    const listed = this.#list.known.find((model) => model.id === id);
    return settings === undefined && listed === undefined ? undefined : mergeModel(id, settings, listed);
  }

  /**
   * Where the list fails, the models that are known without it, with a notice. Rejects with a `GatewayError` only where
   * there are none.
   */
  async models({ signal, refresh }: ModelsOptions): Promise<readonly Model[]> {
    if (!this.#discovers) return this.#withoutAsking();
    try {
      return this.#merged(await this.#list.ask({ signal, refresh }));
    } catch (error) {
      if (signal.aborted || !isGatewayError(error)) throw error;
      const known = this.#merged(this.#list.known);
      const failure = this.#unlisted(error);
      if (known.length === 0) throw failure;
      const rest = this.#list.known.length > 0 ? "the older one holds" : "there are only the models of the settings";
      this.#context.notice({
        code: "model-list-failed",
        message: `${failure.message} Until there is a list, ${rest}.`,
      });
      return known;
    }
  }

  /** Asks for the list now, whether or not it is wanted otherwise. */
  async check(signal: AbortSignal): Promise<number> {
    try {
      return (await this.#list.ask({ signal, refresh: true })).length;
    } catch (error) {
      throw signal.aborted || !isGatewayError(error) ? error : this.#unlisted(error);
    }
  }

  #merged(listed: ModelList["known"]): readonly Model[] {
    return mergeModels([...this.#service.models.values()], listed);
  }

  #withoutAsking(): readonly Model[] {
    const models = this.#merged([]);
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
    // Only a service that answers, but has no list, is helped by naming the models.
    if (error.code !== "model-not-found" && error.code !== "invalid-request" && error.code !== "protocol") return error;
    const failed =
      error.status === undefined ? error.message : `Gateway "${id}" answered ${error.status} for its models.`;
    const words = `${failed} If it has no list, name the models in "available_models" of its settings.`;
    return reworded(error, words, error.code === "model-not-found" ? { code: "invalid-request" } : {});
  }
}
