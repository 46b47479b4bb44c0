import { GatewayError, type ModelsOptions, type NoticeEvent } from "@waygate/core/plugin";
import { ModelMemory } from "@waygate/plugin-kit";
import { type ModelFacts, readModels } from "./model-facts.ts";

export interface CatalogueOptions {
  /** The gateway's id, for errors. */
  readonly gateway: string;
  readonly getList: (signal: AbortSignal) => Promise<unknown>;
  /** Returns `undefined` if there is none: the list is also there without. */
  readonly key: () => Promise<string | undefined>;
  readonly notice: (notice: Omit<NoticeEvent, "type">) => void;
  /** Aborted when the gateway closes. */
  readonly signal: AbortSignal;
}

/** The models that the gateway lists. */
export class Catalogue {
  readonly #memory: ModelMemory<ReadonlyMap<string, ModelFacts>>;

  constructor({ getList, ...options }: CatalogueOptions) {
    const { gateway } = options;
    this.#memory = new ModelMemory({
      ...options,
      async fetch(signal) {
        const models = readModels(await getList(signal));
        if (models !== undefined) return new Map(models.map((facts) => [facts.id, facts]));
        const words = `Gateway "${gateway}" sent a list of models that cannot be read.`;
        throw new GatewayError(words, { gateway, code: "protocol" });
      },
    });
  }

  /** Returns a model as far as it is known without a request. */
  get(id: string): ModelFacts | undefined {
    return this.#memory.last?.get(id);
  }

  /**
   * Returns all models in the list's order. If no list could be fetched yet: none, with a notice, if the settings have
   * models, else the promise rejects.
   */
  async models(options: ModelsOptions, hasOthers: boolean): Promise<readonly ModelFacts[]> {
    return [...((await this.#memory.getOrLast(options, hasOthers))?.values() ?? [])];
  }

  /** Fetches the list now, whatever is remembered. Rejects if it cannot be fetched. */
  async ask(signal: AbortSignal): Promise<readonly ModelFacts[]> {
    return [...(await this.#memory.get({ signal, refresh: true })).values()];
  }
}
