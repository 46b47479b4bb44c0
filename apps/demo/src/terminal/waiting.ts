import type { Output } from "./output.ts";

const patienceMilliseconds = 600;

/** A line that says what is being waited for, and how long already. It comes after a while and goes without a trace. */
export class Waiting {
  readonly #output: Output;
  #timer: NodeJS.Timeout | undefined;
  #shown = false;

  /** Nothing is ever shown where `output` does not end at a terminal. */
  constructor(output: Output) {
    this.#output = output;
  }

  start(label: string): void {
    this.stop();
    if (!this.#output.terminal) return;
    const since = performance.now();
    this.#timer = setTimeout(() => {
      this.#show(label, since);
      this.#timer = setInterval(() => this.#show(label, since), 1000).unref();
    }, patienceMilliseconds).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#shown) return;
    this.#shown = false;
    this.#output.writeUncounted("\r\u001b[2K");
  }

  #show(label: string, since: number): void {
    // In the middle of a line it would wipe out what stands there.
    if (!this.#output.atLineStart) return;
    this.#shown = true;
    const seconds = Math.round((performance.now() - since) / 1000);
    const text = seconds === 0 ? label : `${label} ${seconds} s`;
    this.#output.writeUncounted(`\r\u001b[2K  ${this.#output.style("dim", text)}`);
  }
}
