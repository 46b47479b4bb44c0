/**
 * The shape of a test's key: `sk-` or `vck_` and something after it, as real ones have it. What a service has masked
 * (`sk-or-v1-au7...890`) and what only says how keys begin (`sk-or-`) is none.
 */
const shape = /(?<![\w-])(?:sk-|vck_)[\w-]*[A-Za-z0-9](?![\w-]|\.\.\.|…)/g;

/** Shorter than this, a key that has no such shape would be found in words that are none. */
const shortest = 8;

/** The keys that are looked for: all that have the shape, and those that were seen in use. */
export class KnownKeys {
  readonly #seen = new Set<string>();
  #pattern: RegExp | undefined;

  /** A key that something was given to use, whatever it looks like. Each line of it, as a text may be wrapped. */
  learn(key: string): void {
    const text = key.trim();
    if (text.length < shortest || this.#seen.has(text)) return;
    this.#seen.add(text);
    this.#pattern = undefined;
  }

  /** The keys within a text. */
  find(text: string): readonly string[] {
    this.#pattern ??= new RegExp([shape.source, ...[...this.#seen].map(escaped)].join("|"), "g");
    return text.match(this.#pattern) ?? [];
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
