import { createHash } from "node:crypto";

/** A stream of random values that depends on nothing but what it was made of: the same words give the same values. */
export class Random {
  readonly #state: Uint32Array;

  constructor(...words: readonly (string | number)[]) {
    const digest = createHash("sha256").update(words.join("/")).digest();
    this.#state = new Uint32Array([0, 4, 8, 12].map((offset) => digest.readUInt32LE(offset)));
  }

  /** From 0 to below 1. The generator is sfc32, see https://pracrand.sourceforge.net. */
  next(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#state;
    const sum = (a + b + d) >>> 0;
    this.#state[3] = d + 1;
    this.#state[0] = b ^ (b >>> 9);
    this.#state[1] = c + (c << 3);
    this.#state[2] = ((c << 21) | (c >>> 11)) + sum;
    return sum / 2 ** 32;
  }

  /** A whole number, both bounds included. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.integer(0, items.length - 1)];
    if (item === undefined) throw new RangeError("There is nothing to pick from.");
    return item;
  }

  /** Picks an item as often, compared with the others, as its weight says. */
  weighted<Item>(items: readonly Item[], weightOf: (item: Item) => number): Item {
    let rest = this.next() * items.reduce((sum, item) => sum + weightOf(item), 0);
    for (const item of items) {
      rest -= weightOf(item);
      if (rest < 0) return item;
    }
    return this.pick(items);
  }

  /** A list of what `make` gives, of a length between the bounds. */
  list<Item>(least: number, most: number, make: (index: number) => Item): readonly Item[] {
    return Array.from({ length: this.integer(least, most) }, (_, index) => make(index));
  }

  /** Sorted places at which `length` bytes are cut, without its ends. */
  cuts(length: number, count: number): readonly number[] {
    if (length < 2) return [];
    const places = new Set(this.list(count, count, () => this.integer(1, length - 1)));
    return [...places].sort((a, b) => a - b);
  }
}
