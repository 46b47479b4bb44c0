import { LayeredMap } from "./layered-map.ts";
import type { TokenMaker } from "./token.ts";

/**
 * The ids of a conversation's calls as they are sent. An id depends on the calls before it and nothing else, so that a
 * conversation that has grown begins with the same bytes.
 */
export class SentIds {
  readonly #maker: TokenMaker;
  readonly #mayRepeat: boolean;
  /** The ids of the history by the ids that are sent. */
  readonly #sent: LayeredMap<string, string>;
  /** How many ids were tried for an id, if more than one. */
  readonly #attempts: LayeredMap<string, number>;

  constructor(maker: TokenMaker, mayRepeat: boolean, below?: SentIds) {
    this.#maker = maker;
    this.#mayRepeat = mayRepeat;
    this.#sent = new LayeredMap(below === undefined ? undefined : below.#sent);
    this.#attempts = new LayeredMap(below === undefined ? undefined : below.#attempts);
  }

  /** Returns ids that know these, and add nothing to them. */
  fork(): SentIds {
    return new SentIds(this.#maker, this.#mayRepeat, this);
  }

  /** Returns an id that no earlier call has. `made`: the legal form of the id. */
  next(id: string, made: string): string {
    const taken = this.#sent.get(made);
    if (taken === undefined || (this.#mayRepeat && taken === id)) {
      this.#sent.set(made, id);
      return made;
    }
    for (let attempt = (this.#attempts.get(id) ?? 0) + 1; ; attempt++) {
      const sent = this.#maker.make(id, attempt);
      if (this.#sent.has(sent)) continue;
      this.#attempts.set(id, attempt);
      this.#sent.set(sent, id);
      return sent;
    }
  }
}
