const legalName = /^[a-zA-Z0-9_-]{1,64}$/;
const legalId = /^[a-zA-Z0-9_.:-]{1,64}$/;

/** Tool names as Bedrock takes them (letters, digits, `_` and `-`, up to 64), and back. Legal ones stay as they are. */
export class ToolNames {
  readonly #legal = new Map<string, string>();
  readonly #original = new Map<string, string>();

  constructor(names: Iterable<string>) {
    const all = new Set(names);
    // First those that are legal as they are, so that a made one cannot take the place of one of them.
    for (const name of all) if (legalName.test(name)) this.#put(name, name);
    for (const name of all) if (!legalName.test(name)) this.#put(name, this.#make(name));
  }

  legal(name: string): string {
    const known = this.#legal.get(name);
    if (known !== undefined) return known;
    this.#put(name, legalName.test(name) && !this.#original.has(name) ? name : this.#make(name));
    return this.#legal.get(name) ?? name;
  }

  original(name: string): string {
    return this.#original.get(name) ?? name;
  }

  #put(original: string, legal: string): void {
    this.#legal.set(original, legal);
    this.#original.set(legal, original);
  }

  #make(name: string): string {
    const base = name.replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, 60) || "tool";
    return numbered(base, (candidate) => this.#original.has(candidate));
  }
}

/**
 * Ids of tool calls as the model takes them. Bedrock takes up to 64 letters, digits and `_.:-`; Mistral's models take
 * nine letters and digits, no more and no less. No two calls get the same id, whatever they came with: models that
 * count their calls begin anew with every answer. A result gets the id of its call. Ids depend on what went before
 * them alone, so that a conversation that has grown begins with the same bytes.
 */
export class CallIds {
  readonly #nine: boolean;
  /** The latest id made of each. */
  readonly #legal = new Map<string, string>();
  readonly #used = new Set<string>();
  /** Ids of the turn's calls that have no result yet, in order. */
  readonly #open = new Map<string, string[]>();

  constructor(style: "any" | "nine") {
    this.#nine = style === "nine";
  }

  /** Has the results to come belong to the calls to come. */
  startTurn(): void {
    this.#open.clear();
  }

  ofCall(id: string): string {
    const made = this.#put(id);
    const open = this.#open.get(id);
    if (open === undefined) this.#open.set(id, [made]);
    else open.push(made);
    return made;
  }

  ofResult(id: string): string {
    return this.#open.get(id)?.shift() ?? this.#legal.get(id) ?? this.#put(id);
  }

  #put(id: string): string {
    const made = this.#make(id);
    this.#legal.set(id, made);
    this.#used.add(made);
    return made;
  }

  #make(id: string): string {
    const taken = (candidate: string) => this.#used.has(candidate);
    if (this.#nine) {
      if (/^[a-zA-Z0-9]{9}$/.test(id) && !taken(id)) return id;
      // The end of an id differs where its beginning is the same for all.
      const letters = id
        .replace(/[^a-zA-Z0-9]/g, "")
        .slice(-9)
        .padStart(9, "0");
      for (let count = 0; ; count++) {
        const candidate = count === 0 ? letters : `${letters.slice(0, 9 - String(count).length)}${count}`;
        if (!taken(candidate)) return candidate;
      }
    }
    if (legalId.test(id) && !taken(id)) return id;
    return numbered(id.replace(/[^a-zA-Z0-9_.:-]/g, "_").slice(0, 60) || "call", taken);
  }
}

function numbered(base: string, taken: (candidate: string) => boolean): string {
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? base : `${base}_${count}`;
    if (!taken(candidate)) return candidate;
  }
}
