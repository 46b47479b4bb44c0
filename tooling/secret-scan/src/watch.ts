import { KnownKeys } from "./known-keys.ts";
import { textOf } from "./text-of.ts";

/** A key that showed. */
export interface Finding {
  /** Where: `standard output`, `an error`, `a run's event`. */
  readonly what: string;
  /** The key, mostly masked: this goes into the output of the tests itself. */
  readonly key: string;
  /** What stands around it. */
  readonly excerpt: string;
}

const around = 60;

/** What is watched in one process of tests. Errors are kept, and looked at when they have all that they will have. */
export class Watch {
  readonly keys = new KnownKeys();
  #findings: Finding[] = [];
  #errors: unknown[] = [];

  /** Looks for keys in something that came out. Returns it. */
  scan<Value>(what: string, value: Value): Value {
    const text = textOf(value);
    const found = this.keys.find(text);
    if (found.length > 0) this.#report(what, text, found);
    return value;
  }

  keep(error: unknown): void {
    this.#errors.push(error);
  }

  /** All that was found since it was last asked. */
  take(): readonly Finding[] {
    const errors = this.#errors;
    this.#errors = [];
    for (const error of errors) this.scan("an error", error);
    const findings = this.#findings;
    this.#findings = [];
    return findings;
  }

  #report(what: string, text: string, found: readonly string[]): void {
    for (const key of new Set(found)) {
      const at = text.indexOf(key);
      const excerpt = text.slice(Math.max(0, at - around), at + key.length + around);
      this.#findings.push({ what, key: masked(key), excerpt: this.#maskAll(excerpt) });
    }
  }

  #maskAll(text: string): string {
    return this.keys.find(text).reduce((rest, key) => rest.replaceAll(key, masked(key)), text);
  }
}

function masked(key: string): string {
  return `${key.slice(0, 4)}…(${key.length} characters)`;
}

// The modules of a test may be loaded twice, and are to share what they found.
const place = Symbol.for("waygate.secret-scan");
const shared = globalThis as { [place]?: Watch };

/** The one of this process. */
export const watch: Watch = shared[place] ?? new Watch();
shared[place] = watch;
