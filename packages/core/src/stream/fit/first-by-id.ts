/**
 * Items that are taken by their ids, each once: the first of several with one id comes first. They mostly stand in the
 * order in which they are taken. To search a list for each would take a time that grows with its square.
 */
export class FirstById<Item> {
  readonly #items: readonly Item[];
  readonly #idOf: (item: Item) => string;
  /** Before it, all are taken. */
  #next = 0;
  /** The rest by id, once one is out of order. */
  #byId: Map<string, Item[]> | undefined;
  #left: number;

  constructor(items: readonly Item[], idOf: (item: Item) => string) {
    this.#items = items;
    this.#idOf = idOf;
    this.#left = items.length;
  }

  /** How many were not taken. */
  get left(): number {
    return this.#left;
  }

  take(id: string): Item | undefined {
    const next = this.#items[this.#next];
    if (this.#byId === undefined && next !== undefined && this.#idOf(next) === id) {
      this.#next++;
      this.#left--;
      return next;
    }
    this.#byId ??= this.#index();
    const item = this.#byId.get(id)?.pop();
    if (item !== undefined) this.#left--;
    return item;
  }

  /** In reverse, so that the first is the last of its list. */
  #index(): Map<string, Item[]> {
    const byId = new Map<string, Item[]>();
    for (const item of this.#items.slice(this.#next).reverse()) {
      const id = this.#idOf(item);
      const same = byId.get(id);
      if (same === undefined) byId.set(id, [item]);
      else same.push(item);
    }
    return byId;
  }
}
