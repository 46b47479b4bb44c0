import { GatewayError, isGatewayError } from "@waygate/core/plugin";
import { type ListedModel, readList } from "./listed-model.ts";
import { SharedAnswer } from "./shared-answer.ts";

export interface ModelListOptions {
  /** The gateway's id, for errors. */
  readonly gateway: string;
  /** Where to ask, in this order: the first list that can be read is used. */
  readonly paths: readonly string[];
  readonly getJson: (path: string, signal: AbortSignal) => Promise<unknown>;
  /** Aborted when the gateway is closed. */
  readonly lifetime: AbortSignal;
  /** How long a list is believed, in milliseconds. */
  readonly maxAgeMs?: number;
  /** How long a list may take, in milliseconds, over all paths. */
  readonly timeoutMs?: number;
}

export interface AskOptions {
  readonly signal: AbortSignal;
  readonly refresh?: boolean | undefined;
}

/** A service's own list of models, kept in memory for ten minutes. Calls at the same time ask once. */
export class ModelList {
  readonly #options: ModelListOptions;
  readonly #maxAgeMs: number;
  readonly #timeoutMs: number;
  #known: readonly ListedModel[] = [];
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking: SharedAnswer<readonly ListedModel[]> | undefined;

  constructor(options: ModelListOptions) {
    this.#options = options;
    this.#maxAgeMs = options.maxAgeMs ?? 10 * 60_000;
    this.#timeoutMs = options.timeoutMs ?? 15_000;
  }

  /** The models of the last list that could be had, however old. Empty before the first. */
  get known(): readonly ListedModel[] {
    return this.#known;
  }

  /** Rejects with a `GatewayError` where no list can be had; what is known stays known. */
  async ask({ signal, refresh = false }: AskOptions): Promise<readonly ListedModel[]> {
    signal.throwIfAborted();
    if (!refresh && performance.now() - this.#askedAt < this.#maxAgeMs) return this.#known;
    if (this.#asking === undefined || this.#asking.abandoned) {
      const asking: SharedAnswer<readonly ListedModel[]> = new SharedAnswer(
        (shared) => this.#fetch(shared),
        () => {
          if (this.#asking === asking) this.#asking = undefined;
        },
      );
      this.#asking = asking;
    }
    return this.#asking.wait(signal);
  }

  async #fetch(shared: AbortSignal): Promise<readonly ListedModel[]> {
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    const signal = AbortSignal.any([shared, this.#options.lifetime, timeout]);
    try {
      const models = await this.#first(signal);
      this.#known = models;
      this.#askedAt = performance.now();
      return models;
    } catch (error) {
      throw timeout.aborted ? this.#late() : error;
    }
  }

  /** The first list that can be read, of all the places where there may be one. */
  async #first(signal: AbortSignal): Promise<readonly ListedModel[]> {
    const { paths, getJson } = this.#options;
    let failure: unknown;
    for (const path of paths) {
      try {
        const models = readList(await getJson(path, signal));
        if (models !== undefined) return models;
        failure = this.#unreadable(path);
      } catch (error) {
        if (signal.aborted || !isGatewayError(error) || !isAboutThePlace(error)) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  #unreadable(path: string): GatewayError {
    const { gateway } = this.#options;
    const words = `Gateway "${gateway}" answered ${path} with something that is no list of models.`;
    return new GatewayError(words, { gateway, code: "protocol" });
  }

  #late(): GatewayError {
    const { gateway } = this.#options;
    const words = `Gateway "${gateway}" did not send its list of models within ${this.#timeoutMs / 1000} seconds.`;
    return new GatewayError(words, { gateway, code: "timeout" });
  }
}

/** Whether a failure says that the list is not at this place, so that it may be at another. */
function isAboutThePlace({ code, status }: GatewayError): boolean {
  if (code === "protocol") return true;
  return status !== undefined && status !== 401 && status !== 429;
}
