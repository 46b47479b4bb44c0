import type { LineMatch } from "../matching/match-job.ts";
import { MatchThread, MatchTimeout } from "../matching/match-thread.ts";

/** For all texts of one search together. */
const maxMilliseconds = 2000;

/** Finds the lines that match a pattern which a model wrote, as an expression or as plain text. */
export class LineMatcher implements Disposable {
  readonly #pattern: string;
  readonly #signal: AbortSignal;
  readonly #thread = new MatchThread();
  #remaining = maxMilliseconds;

  constructor(pattern: string, signal: AbortSignal) {
    this.#pattern = pattern;
    this.#signal = signal;
  }

  /**
   * The first lines of a text that match, at most `limit`. Rejects if the pattern has taken too long, with the texts
   * before taken together.
   */
  async matches(text: string, limit: number): Promise<readonly LineMatch[]> {
    const job = { type: "find-lines", pattern: this.#pattern, text, limit } as const;
    try {
      const { value, milliseconds } = await this.#thread.run(job, Math.max(1, this.#remaining), this.#signal);
      this.#remaining -= milliseconds;
      return value;
    } catch (error) {
      if (!(error instanceof MatchTimeout)) throw error;
      throw new Error(
        `Matching this pattern takes too long: it was stopped after ${maxMilliseconds / 1000} s. Use a simpler one, or plain text.`,
        { cause: error },
      );
    }
  }

  [Symbol.dispose](): void {
    this.#thread[Symbol.dispose]();
  }
}
