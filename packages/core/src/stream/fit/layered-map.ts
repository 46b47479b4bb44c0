/** A map on top of another one that it reads and never writes. */
export class LayeredMap<Key, Value> {
  readonly #below: LayeredMap<Key, Value> | undefined;
  /** Created with the first entry. */
  #entries: Map<Key, Value> | undefined;

  constructor(below?: LayeredMap<Key, Value>) {
    this.#below = below;
  }

  get isEmpty(): boolean {
    return this.#entries === undefined && this.#below?.isEmpty !== false;
  }

  get(key: Key): Value | undefined {
    return this.#entries?.get(key) ?? this.#below?.get(key);
  }

  has(key: Key): boolean {
    return this.#entries?.has(key) === true || this.#below?.has(key) === true;
  }

  set(key: Key, value: Value): void {
    this.#entries ??= new Map();
    this.#entries.set(key, value);
  }
}
