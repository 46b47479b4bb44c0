import { abortable, GatewayError, isGatewayError, type ModelsOptions } from "@waygate/core/plugin";
import { type ModelFacts, readModels } from "./model-facts.ts";
import { baseOf } from "./model-id.ts";

/** How old a list may get before it is asked for again, in milliseconds. */
const maxAge = 15 * 60_000;

export interface CatalogueOptions {
  readonly gateway: string;
  readonly getJson: (path: string, signal: AbortSignal) => Promise<unknown>;
  /** Undefined where there is none. */
  readonly key: () => Promise<string | undefined>;
  readonly notice: (notice: { readonly code: string; readonly message: string }) => void;
  /** Aborted when the gateway is closed. */
  readonly signal: AbortSignal;
}

interface List {
  readonly models: ReadonlyMap<string, ModelFacts>;
  readonly at: number;
  /** The key that it was made for: another one may use other models. */
  readonly key: string | undefined;
}

/**
 * The models that OpenRouter lists, kept for a quarter of an hour. A list that cannot be had is said in a notice, and the
 * one before it stays.
 */
export class Catalogue {
  readonly #options: CatalogueOptions;
  #list: List | undefined;
  #loading: Promise<void> | undefined;

  constructor(options: CatalogueOptions) {
    this.#options = options;
  }

  /** A model as far as it is known without asking anybody; of a variant, the model that it is one of. */
  get(id: string): ModelFacts | undefined {
    return this.#list?.models.get(id) ?? this.#list?.models.get(baseOf(id));
  }

  /** The id of a model, which answers may name by its permanent name instead. */
  idOf(name: string): string {
    for (const facts of this.#list?.models.values() ?? []) if (facts.canonicalId === name) return facts.id;
    return name;
  }

  /** All models, in the list's order; empty where no list could be had yet. Rejects only with the signal's reason. */
  async models({ signal, refresh = false }: ModelsOptions): Promise<readonly ModelFacts[]> {
    signal.throwIfAborted();
    const key = await this.#options.key();
    const list = this.#list;
    const current = list !== undefined && list.key === key && Date.now() - list.at < maxAge;
    if (!current || refresh) {
      this.#loading ??= this.#load(key).finally(() => {
        this.#loading = undefined;
      });
      await abortable(this.#loading, signal);
    }
    return [...(this.#list?.models.values() ?? [])];
  }

  async #load(key: string | undefined): Promise<void> {
    const { notice, signal } = this.#options;
    try {
      const models = await this.#fetch(key);
      this.#list = { models: new Map(models.map((facts) => [facts.id, facts])), at: Date.now(), key };
    } catch (error) {
      if (signal.aborted) return;
      const words = error instanceof Error ? error.message : String(error);
      const kept =
        this.#list === undefined ? "Only the models of the settings are known." : "The list before it is used.";
      notice({ code: "model-list-failed", message: `The list of models could not be had. ${kept} ${words}` });
    }
  }

  /** With a key, what the account's privacy settings and guardrails leave of the models; all of them without. */
  async #fetch(key: string | undefined): Promise<readonly ModelFacts[]> {
    const { gateway, getJson, signal } = this.#options;
    const answer = key === undefined ? await getJson("/models", signal) : await this.#ofAccount();
    const models = readModels(answer);
    if (models !== undefined) return models;
    throw new GatewayError(`Gateway "${gateway}" sent a list of models that cannot be read.`, {
      gateway,
      code: "protocol",
    });
  }

  /** Gateways in front of OpenRouter may know the plain list only. */
  async #ofAccount(): Promise<unknown> {
    const { getJson, signal } = this.#options;
    try {
      return await getJson("/models/user", signal);
    } catch (error) {
      if (!isGatewayError(error) || (error.status !== 404 && error.status !== 405)) throw error;
      return await getJson("/models", signal);
    }
  }
}
