import { LayeredMap } from "./layered-map.ts";
import type { TokenMaker } from "./token.ts";

/**
 * The names of tools as one request sends them, and back. A name that a service rejects always becomes the same legal
 * one, unless another name of the request has that one already.
 */
export class SentNames {
  readonly #maker: TokenMaker;
  /** By the names of the program, then by those that are sent. Only names that had to change are in them. */
  readonly #sent: LayeredMap<string, string>;
  readonly #originals: LayeredMap<string, string>;
  /** The offered names that are sent as they are. */
  readonly #legal: ReadonlySet<string>;

  /** Equal for equal offered tools. */
  readonly key: string;

  private constructor(maker: TokenMaker, legal: ReadonlySet<string>, key: string, below?: SentNames) {
    this.#maker = maker;
    this.key = key;
    this.#legal = legal;
    this.#sent = new LayeredMap(below === undefined ? undefined : below.#sent);
    this.#originals = new LayeredMap(below === undefined ? undefined : below.#originals);
  }

  /** The names of the offered tools, each once. */
  static ofTools(maker: TokenMaker, offered: readonly string[]): SentNames {
    const names = new SentNames(maker, new Set(offered.filter((name) => maker.isLegal(name))), offered.join("\n"));
    for (const name of offered) names.sent(name);
    return names;
  }

  /** Returns names that know these, and add nothing to them. */
  fork(): SentNames {
    return new SentNames(this.#maker, this.#legal, this.key, this);
  }

  /** Whether every name so far is sent as it is. */
  get unchanged(): boolean {
    return this.#sent.isEmpty;
  }

  /** The name that is sent for one of the program or of the history. */
  sent(name: string): string {
    if (this.#maker.isLegal(name)) return name;
    const known = this.#sent.get(name);
    if (known !== undefined) return known;
    for (let attempt = 0; ; attempt++) {
      const sent = this.#maker.make(name, attempt);
      if (this.#legal.has(sent) || this.#originals.has(sent)) continue;
      this.#sent.set(name, sent);
      this.#originals.set(sent, name);
      return sent;
    }
  }

  /** The name of the program behind one that a model calls. */
  original(sent: string): string {
    return this.#originals.get(sent) ?? sent;
  }
}
