import { abortable, GatewayError, isGatewayError, type ModelsOptions, type NoticeEvent } from "@waygate/core/plugin";
import { type ModelFacts, readModels } from "./model-facts.ts";

/** How old a list may get before it is asked for again, in milliseconds. */
const maxAge = 10 * 60_000;
/** How long a list may take, in milliseconds. */
const patience = 15_000;

export interface CatalogueOptions {
  /** The gateway's id, for errors. */
  readonly gateway: string;
  readonly getList: (signal: AbortSignal) => Promise<unknown>;
  /** Undefined where there is none: the list can be had without. */
  readonly key: () => Promise<string | undefined>;
  readonly notice: (notice: Omit<NoticeEvent, "type">) => void;
  /** Aborted when the gateway is closed. */
  readonly signal: AbortSignal;
}

interface List {
  readonly models: ReadonlyMap<string, ModelFacts>;
  /** By `performance.now()`. */
  readonly at: number;
  readonly key: string | undefined;
}

/** The models that the gateway lists, kept in memory for ten minutes, and for as long as the key stays the same. */
export class Catalogue {
  readonly #options: CatalogueOptions;
  #list: List | undefined;
  #loading: { readonly key: string | undefined; readonly list: Promise<List> } | undefined;

  constructor(options: CatalogueOptions) {
    this.#options = options;
  }

  /** A model as far as it is known without asking anybody. */
  get(id: string): ModelFacts | undefined {
    return this.#list?.models.get(id);
  }

  /**
   * All models, in the list's order. Where no new list can be had, those of the one before it, with a notice; where
   * there is none before it, it is `withoutList` that decides: true gives none, with a notice, false rejects with the
   * `GatewayError`. Rejects with the signal's reason, too.
   */
  async models(options: ModelsOptions, withoutList: boolean): Promise<readonly ModelFacts[]> {
    try {
      return [...(await this.#current(options)).models.values()];
    } catch (error) {
      options.signal.throwIfAborted();
      if (!isGatewayError(error) || (this.#list === undefined && !withoutList)) throw error;
      const kept =
        this.#list === undefined ? "Only the models of the settings are known." : "The list before it stays.";
      this.#options.notice({ code: "model-list-failed", message: `${error.message} ${kept}` });
      return [...(this.#list?.models.values() ?? [])];
    }
  }

  /** Asks now, whatever is cached. Rejects where no list can be had; the one before it stays. */
  async ask(signal: AbortSignal): Promise<readonly ModelFacts[]> {
    return [...(await this.#current({ signal, refresh: true })).models.values()];
  }

  async #current({ signal, refresh = false }: ModelsOptions): Promise<List> {
    signal.throwIfAborted();
    const key = await this.#options.key();
    const list = this.#list;
    // Another key may have been saved since.
    const fresh = list !== undefined && list.key === key && performance.now() - list.at < maxAge;
    if (fresh && !refresh) return list;
    if (this.#loading === undefined || this.#loading.key !== key) {
      const loading = { key, list: this.#load(key) };
      const settle = () => {
        if (this.#loading === loading) this.#loading = undefined;
      };
      loading.list.then(settle, settle);
      this.#loading = loading;
    }
    return await abortable(this.#loading.list, signal);
  }

  async #load(key: string | undefined): Promise<List> {
    const { gateway, getList, signal } = this.#options;
    const timeout = AbortSignal.timeout(patience);
    try {
      const models = readModels(await getList(AbortSignal.any([signal, timeout])));
      if (models === undefined) throw this.#error("sent a list of models that cannot be read", "protocol");
      this.#list = { models: new Map(models.map((facts) => [facts.id, facts])), at: performance.now(), key };
      return this.#list;
    } catch (error) {
      if (!timeout.aborted) throw error;
      throw new GatewayError(
        `Gateway "${gateway}" did not send its list of models within ${patience / 1000} seconds.`,
        {
          gateway,
          code: "timeout",
          cause: error,
        },
      );
    }
  }

  #error(what: string, code: "protocol"): GatewayError {
    const { gateway } = this.#options;
    return new GatewayError(`Gateway "${gateway}" ${what}.`, { gateway, code });
  }
}
