import { type Context, createContext, Script } from "node:vm";
import { isObject } from "@waygate/core/plugin";

/** All files of one search together. */
const maxMilliseconds = 2000;

const script = new Script(
  "lines.flatMap((text, index) => text.includes(plain) || expression?.test(text) ? [{ line: index + 1, text }] : [])",
);

export interface LineMatch {
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
}

/**
 * Finds the lines that match a pattern which a model wrote, as an expression or as it stands. Some expressions take longer than the age of the universe
 * on a short line, and only `vm` can stop one, so matching happens there.
 */
export class LineMatcher {
  readonly #context: Context;
  #remaining = maxMilliseconds;

  constructor(pattern: string) {
    this.#context = createContext({ plain: pattern, expression: expressionOf(pattern), lines: [] });
  }

  /** Throws where the pattern has taken too long, this time and before taken together. */
  matches(text: string): readonly LineMatch[] {
    if (text === "") return [];
    this.#context.lines = text.split("\n");
    const start = performance.now();
    try {
      return script.runInContext(this.#context, { timeout: Math.max(1, Math.ceil(this.#remaining)) });
    } catch (error) {
      if (!isTimeout(error)) throw error;
      throw new Error("Matching this pattern takes too long. Use a simpler one, or plain text.");
    } finally {
      this.#remaining -= performance.now() - start;
    }
  }
}

function expressionOf(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern);
  } catch {
    return undefined;
  }
}

function isTimeout(error: unknown): boolean {
  return isObject(error) && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}
