import { GatewayError, isGatewayError, type ModelsOptions, type NoticeEvent } from "@waygate/core/plugin";
import { SharedAnswer } from "./shared-answer.ts";

export interface ModelMemoryOptions<List> {
  /** The id of the gateway, for errors. */
  readonly gateway: string;
  /**
   * Asks the service for its list, with what `key` returned. The signal is aborted by `timeoutMs`, when the gateway closes,
   * and when no caller waits any more.
   */
  readonly fetch: (signal: AbortSignal, key: string | undefined) => Promise<List>;
  /** Returns what the list depends on, such as the API key. If it has changed, the list is fetched again. Default: nothing. */
  readonly key?: (() => Promise<string | undefined>) | undefined;
  /** Receives a notice of code `model-list-failed` if an older list, or none, has to serve. */
  readonly notice: (notice: Omit<NoticeEvent, "type">) => void;
  /** Aborted when the gateway closes. */
  readonly signal: AbortSignal;
  /**
   * Milliseconds for which a list counts as current.
   * @defaultValue 600,000
   */
  readonly maxAgeMs?: number | undefined;
  /**
   * Milliseconds that a list may take.
   * @defaultValue 15,000
   */
  readonly timeoutMs?: number | undefined;
}

interface Remembered<List> {
  readonly list: List;
  readonly key: string | undefined;
  /** By `performance.now()`, which does not jump when the clock is set. */
  readonly at: number;
}

/**
 * Remembers the list of a service's models. Callers at the same time share one request, a caller that aborts does not end
 * it for the others, and the last list that could be fetched is kept.
 */
export class ModelMemory<List> {
  readonly #options: ModelMemoryOptions<List>;
  readonly #maxAgeMs: number;
  readonly #timeoutMs: number;
  #remembered: Remembered<List> | undefined;
  /** How many requests have begun. */
  #requests = 0;
  #asking: { readonly key: string | undefined; readonly answer: SharedAnswer<List> } | undefined;

  constructor(options: ModelMemoryOptions<List>) {
    this.#options = options;
    this.#maxAgeMs = options.maxAgeMs ?? 600_000;
    this.#timeoutMs = options.timeoutMs ?? 15_000;
  }

  /** The last list that could be fetched, however old. `undefined` before the first. */
  get last(): List | undefined {
    return this.#remembered?.list;
  }

  /** Returns a current list. Rejects if it cannot be fetched, and with the signal's reason; the last list is kept. */
  async get({ signal, refresh = false }: ModelsOptions): Promise<List> {
    signal.throwIfAborted();
    const key = await this.#options.key?.();
    signal.throwIfAborted();
    const known = this.#remembered;
    if (!refresh && known !== undefined && known.key === key && performance.now() - known.at < this.#maxAgeMs) {
      return known.list;
    }
    return this.#ask(key).wait(signal);
  }

  /**
   * Returns a current list, or else the last one, with a notice. If there is none, it depends on whether the gateway has
   * models without a list, such as those of its settings: then the result is `undefined`, with a notice; otherwise the
   * promise rejects.
   */
  async getOrLast(options: ModelsOptions, hasOthers: boolean): Promise<List | undefined> {
    try {
      return await this.get(options);
    } catch (error) {
      const { signal, notice } = this.#options;
      if (options.signal.aborted || signal.aborted || !isGatewayError(error)) throw error;
      const known = this.#remembered;
      if (known === undefined && !hasOthers) throw error;
      const instead = known === undefined ? "only the models of the settings are known" : "the last list is used";
      const message = `The list of models could not be fetched. ${error.message} Until it can be, ${instead}.`;
      notice({ code: "model-list-failed", message });
      return known?.list;
    }
  }

  /** Joins the request under way for this key, or begins one. */
  #ask(key: string | undefined): SharedAnswer<List> {
    const pending = this.#asking;
    if (pending !== undefined && pending.key === key && !pending.answer.abandoned) return pending.answer;
    const answer: SharedAnswer<List> = new SharedAnswer(
      (shared) => this.#fetch(shared, key),
      () => {
        if (this.#asking?.answer === answer) this.#asking = undefined;
      },
    );
    this.#asking = { key, answer };
    return answer;
  }

  async #fetch(shared: AbortSignal, key: string | undefined): Promise<List> {
    const request = ++this.#requests;
    const timeout = new AbortController();
    // Not AbortSignal.timeout(), whose timer would outlive the request.
    const timer = setTimeout(() => timeout.abort(), this.#timeoutMs);
    try {
      const list = await this.#options.fetch(AbortSignal.any([shared, this.#options.signal, timeout.signal]), key);
      // A list for a key that has been replaced meanwhile must not take the place of the new one.
      if (request === this.#requests) this.#remembered = { list, key, at: performance.now() };
      return list;
    } catch (error) {
      throw timeout.signal.aborted ? this.#late() : error;
    } finally {
      clearTimeout(timer);
    }
  }

  #late(): GatewayError {
    const { gateway } = this.#options;
    const words = `Gateway "${gateway}": the list of models timed out after ${this.#timeoutMs / 1000} s. Try again.`;
    return new GatewayError(words, { gateway, code: "timeout" });
  }
}
