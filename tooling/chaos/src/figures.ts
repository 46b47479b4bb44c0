import type { RunOutcome } from "./play/play-run.ts";

/** Counts what became of many runs. */
export class Figures {
  #runs = 0;
  #requests = 0;
  readonly #endings = new Map<string, number>();
  readonly #faults = new Map<string, number>();
  readonly #milliseconds: number[] = [];
  /** By worker: heap in use after each round. */
  readonly #heaps = new Map<number, { readonly bytes: number; readonly runs: number }[]>();

  get runs(): number {
    return this.#runs;
  }

  add({ endings, faults, requests, milliseconds }: RunOutcome): void {
    this.#runs++;
    this.#requests += requests;
    this.#milliseconds.push(milliseconds);
    for (const ending of endings) count(this.#endings, ending);
    for (const fault of faults) count(this.#faults, fault);
  }

  addHeap(worker: number, bytes: number, runs: number): void {
    this.#heaps.set(worker, [...(this.#heaps.get(worker) ?? []), { bytes, runs }]);
  }

  /** Megabytes by which the heap of a worker has grown since it was warm; undefined with too few rounds to tell. */
  get growth(): number | undefined {
    const growths = [...this.#heaps.values()].flatMap((rounds) => {
      const [, second] = rounds;
      const last = rounds.at(-1);
      return second === undefined || last === undefined || rounds.length < 4 ? [] : [(last.bytes - second.bytes) / 1e6];
    });
    return growths.length === 0 ? undefined : Math.max(...growths);
  }

  report(): string {
    const { none = 0, ...struck } = Object.fromEntries(this.#faults);
    const failed = [...this.#endings].filter(([ending]) => ending !== "finished" && ending !== "stopped");
    const heaps = [...this.#heaps.values()].map((rounds) => rounds.map(({ bytes }) => (bytes / 1e6).toFixed(1)));
    return [
      `runs          ${this.#runs}, with ${sum(this.#endings)} conversations and ${this.#requests} requests`,
      `finished      ${this.#endings.get("finished") ?? 0}`,
      `GatewayError  ${failed.reduce((total, [, number]) => total + number, 0)}: ${listed(failed)}`,
      `stopped       ${this.#endings.get("stopped") ?? 0}, by an abort or by leaving the loop`,
      `faults        ${Object.values(struck).reduce((total, number) => total + number, 0)}, and ${none} answers without one: ${listed(Object.entries(struck))}`,
      `duration      p50 ${this.#quantile(0.5)} ms, p99 ${this.#quantile(0.99)} ms, longest ${this.#quantile(1)} ms a run`,
      `heap          ${heaps.map((megabytes) => shortened(megabytes)).join("; ")} MB after each round`,
    ].join("\n");
  }

  #quantile(part: number): number {
    const sorted = this.#milliseconds.toSorted((a, b) => a - b);
    return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0);
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, number) => total + number, 0);
}

function listed(entries: readonly (readonly [string, number])[]): string {
  const sorted = entries.toSorted(([, a], [, b]) => b - a);
  return sorted.map(([name, number]) => `${name} ${number}`).join(", ") || "none";
}

/** The first ones, the middle and the last ones of a long list. */
function shortened(items: readonly string[]): string {
  if (items.length <= 6) return items.join(" → ");
  const middle = items[Math.floor(items.length / 2)] ?? "";
  return [...items.slice(0, 2), "…", middle, "…", ...items.slice(-2)].join(" → ");
}
