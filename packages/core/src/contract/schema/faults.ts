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

  /** The keys and list positions that lead here from the value as a whole. */
  get path(): readonly (string | number)[] {
    const keys: (string | number)[] = [];
    for (let place: Place = this; place.#outer !== undefined; place = place.#outer) keys.push(place.#key);
    return keys.reverse();
  }

  toString(): string {
    const keys = this.path;
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

/** One fault: its place, and what must be there in words that follow it. */
export interface SchemaIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What is wrong with a value. All faults are counted; the first few can be put into words. */
export class Faults {
  #count = 0;
  readonly #first: Fault[] = [];

  static of(place: Place, words: () => string): Faults {
    const faults = new Faults();
    faults.add(place, words);
    return faults;
  }

  get count(): number {
    return this.#count;
  }

  /** `words`: called when the fault is reported. They follow the place. */
  add(place: Place, words: () => string): void {
    this.#count++;
    if (this.#first.length < mostFaults) this.#first.push(new PlacedFault(place, words));
  }

  addAll(others: Faults): void {
    this.#count += others.#count;
    for (const fault of others.#first) {
      if (this.#first.length === mostFaults) return;
      this.#first.push(fault);
    }
  }

  /** Of several alternatives, none of which fits, adds the faults of the one that comes nearest. They count as one. */
  addClosest(alternatives: readonly Faults[]): void {
    this.#count++;
    const [best] = alternatives.toSorted((a, b) => a.count - b.count);
    if (this.#first.length < mostFaults) this.#first.push(new AlternativeFault(best));
  }

  texts(): readonly string[] {
    return this.#first.map((fault) => fault.text);
  }

  /** The first few faults. Each of them has at least one issue, so that nested alternatives are not all looked through. */
  issues(): readonly SchemaIssue[] {
    const issues: SchemaIssue[] = [];
    for (const fault of this.#first) {
      issues.push(...fault.issues());
      if (issues.length >= mostFaults) break;
    }
    return issues.slice(0, mostFaults);
  }
}

interface Fault {
  readonly text: string;
  issues(): readonly SchemaIssue[];
}

class PlacedFault implements Fault {
  readonly #place: Place;
  readonly #words: () => string;
  /** Made once: faults of alternatives are quoted by others, which are quoted in turn. */
  #text: string | undefined;

  constructor(place: Place, words: () => string) {
    this.#place = place;
    this.#words = words;
  }

  get text(): string {
    this.#text ??= shortened(`${this.#place} ${this.#words()}`);
    return this.#text;
  }

  issues(): readonly SchemaIssue[] {
    return [{ path: this.#place.path, message: shortened(this.#words()) }];
  }
}

class AlternativeFault implements Fault {
  readonly #best: Faults | undefined;
  /** Made once, as above. */
  #text: string | undefined;

  /** `best`: undefined if there are no alternatives. */
  constructor(best: Faults | undefined) {
    this.#best = best;
  }

  get text(): string {
    this.#text ??= shortened(this.#best?.texts().join(", ") ?? noAlternative);
    return this.#text;
  }

  issues(): readonly SchemaIssue[] {
    return this.#best?.issues() ?? [{ path: [], message: noAlternative }];
  }
}

const noAlternative = "no alternative is allowed";

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
