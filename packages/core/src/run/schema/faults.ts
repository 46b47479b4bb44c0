/** So many are told: a model has to read them. */
const mostFaults = 8;
const longestKey = 100;
const longestText = 1000;
/** Of a path, from both its ends. */
const mostKeys = 16;

/** A place in a value, which is written out only if something is wrong there. */
export class Place {
  readonly #outer: Place | undefined;
  readonly #key: string | number;
  /** What was found wrong here, by the schemas that the value was looked at with. */
  readonly seen = new Map<object, Faults>();

  /** Without `outer`: the value as a whole. */
  constructor(outer?: Place, key: string | number = "") {
    this.#outer = outer;
    this.#key = key;
  }

  toString(): string {
    const keys: (string | number)[] = [];
    for (let place: Place = this; place.#outer !== undefined; place = place.#outer) keys.unshift(place.#key);
    if (keys.length === 0) return "the value";
    const shown = keys.length <= 2 * mostKeys ? keys : [...keys.slice(0, mostKeys), "…", ...keys.slice(-mostKeys)];
    const path = shown.reduce<string>((before, key) => {
      if (typeof key === "number") return `${before}[${key}]`;
      const name = shortened(key, longestKey);
      return before === "" ? name : `${before}.${name}`;
    }, "");
    return `"${path}"`;
  }
}

/** What is wrong with a value. All faults are counted; the first few can be put into words. */
export class Faults {
  #count = 0;
  readonly #first: Fault[] = [];

  static of(words: () => string): Faults {
    const faults = new Faults();
    faults.add(words);
    return faults;
  }

  get count(): number {
    return this.#count;
  }

  /** `words`: called when the fault is told, at most once. */
  add(words: () => string): void {
    this.#count++;
    if (this.#first.length < mostFaults) this.#first.push(new Fault(words));
  }

  addAll(others: Faults): void {
    this.#count += others.#count;
    for (const fault of others.#first) {
      if (this.#first.length === mostFaults) return;
      this.#first.push(fault);
    }
  }

  texts(): readonly string[] {
    return this.#first.map((fault) => fault.text);
  }
}

/** Its words are made once: faults of alternatives are quoted by others, which are quoted in turn. */
class Fault {
  readonly #words: () => string;
  #text: string | undefined;

  constructor(words: () => string) {
    this.#words = words;
  }

  get text(): string {
    this.#text ??= shortened(this.#words());
    return this.#text;
  }
}

/** Returns a value of a schema as JSON, shortened. */
export function shown(value: unknown): string {
  try {
    return shortened(JSON.stringify(value));
  } catch {
    // Nested too deeply to be written.
    return "what its schema says";
  }
}

/** Cuts a text that is too long to be read, between two characters. */
function shortened(text: string, length = longestText): string {
  return text.length <= length ? text : `${text.slice(0, length).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
