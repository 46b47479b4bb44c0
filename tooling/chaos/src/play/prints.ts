import { currentRun, type Leftovers } from "./leftovers.ts";

/** What is printed in this process, by the run that it is printed in. */
export class Prints {
  readonly #lines = new WeakMap<Leftovers, string[]>();
  /** Outside of any run. */
  readonly others: string[] = [];

  /** Takes over the output of the process. */
  watch(): void {
    for (const stream of [process.stdout, process.stderr]) {
      stream.write = (text: unknown, ...rest: unknown[]) => {
        this.#add(String(text));
        const done = rest.at(-1);
        if (typeof done === "function") done();
        return true;
      };
    }
  }

  of(run: Leftovers): readonly string[] {
    return this.#lines.get(run) ?? [];
  }

  #add(text: string): void {
    const run = currentRun();
    if (run === undefined) {
      this.others.push(text);
      return;
    }
    const lines = this.#lines.get(run) ?? [];
    this.#lines.set(run, lines);
    lines.push(text);
  }
}
