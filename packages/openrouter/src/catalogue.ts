import { GatewayError, isGatewayError, type ModelsOptions, type NoticeEvent } from "@waygate/core/plugin";
import { ModelMemory } from "@waygate/plugin-kit";
import { type ModelFacts, readModels } from "./model-facts.ts";
import { baseOf } from "./model-id.ts";

export interface CatalogueOptions {
  readonly gateway: string;
  readonly getJson: (path: string, signal: AbortSignal) => Promise<unknown>;
  /** Returns `undefined` if there is none: the list is also there without. Another key may have access to other models. */
  readonly key: () => Promise<string | undefined>;
  readonly notice: (notice: Omit<NoticeEvent, "type">) => void;
  /** Aborted when the gateway closes. */
  readonly signal: AbortSignal;
}

/** The models that OpenRouter lists. */
export class Catalogue {
  readonly #options: CatalogueOptions;
  readonly #memory: ModelMemory<ReadonlyMap<string, ModelFacts>>;

  constructor(options: CatalogueOptions) {
    this.#options = options;
    this.#memory = new ModelMemory({ ...options, fetch: (signal, key) => this.#fetch(signal, key) });
  }

  /** Returns a model as far as it is known without a request; of a variant, the model that it is one of. */
  get(id: string): ModelFacts | undefined {
    return this.#memory.last?.get(id) ?? this.#memory.last?.get(baseOf(id));
  }

  /** Returns the id of a model, which answers may name by its permanent name instead. */
  idOf(name: string): string {
    for (const facts of this.#memory.last?.values() ?? []) if (facts.canonicalId === name) return facts.id;
    return name;
  }

  /** Returns all models in the list's order. Empty, with a notice, if no list could be fetched yet: there is a router. */
  async models(options: ModelsOptions): Promise<readonly ModelFacts[]> {
    return [...((await this.#memory.getOrLast(options, true))?.values() ?? [])];
  }

  /** With a key, what the account's privacy settings and guardrails leave of the models; without, all of them. */
  async #fetch(signal: AbortSignal, key: string | undefined): Promise<ReadonlyMap<string, ModelFacts>> {
    const { gateway, getJson } = this.#options;
    const models = readModels(key === undefined ? await getJson("/models", signal) : await this.#ofAccount(signal));
    if (models !== undefined) return new Map(models.map((facts) => [facts.id, facts]));
    const words = `Gateway "${gateway}" sent a list of models that cannot be read.`;
    throw new GatewayError(words, { gateway, code: "protocol" });
  }

  /** Gateways in front of OpenRouter may know the plain list only. */
  async #ofAccount(signal: AbortSignal): Promise<unknown> {
    const { getJson } = this.#options;
    try {
      return await getJson("/models/user", signal);
    } catch (error) {
      if (!isGatewayError(error) || (error.status !== 404 && error.status !== 405)) throw error;
      return await getJson("/models", signal);
    }
  }
}
