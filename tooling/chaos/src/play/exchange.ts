import type { Answer } from "../plan/script.ts";

/** One request that asked for an answer, and what it got. */
export interface Exchange {
  readonly conversation: number;
  /** The number of the gateway: 0 for the first, 1 for the fallback. */
  readonly gateway: number;
  /** How many requests the conversation had sent to this gateway before. */
  readonly request: number;
  readonly fault: string;
  readonly answer: Answer;
  /** See `Reply`. */
  readonly whole: boolean | undefined;
  readonly altered: boolean;
}
