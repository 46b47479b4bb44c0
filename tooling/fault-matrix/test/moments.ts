import type { RunEvent } from "@waygate/core";
import type { Place } from "./faults.ts";

/**
 * A moment of a step. The fault strikes in the exchange of that step, or, where no exchange is under way, the one that
 * comes next.
 */
export interface Moment {
  readonly name: string;
  /** The steps that have this moment. */
  readonly steps: readonly number[];
  /** Where in its exchange the fault strikes. */
  readonly place: Place;
  /** Whether that is the exchange of the next step. */
  readonly next: boolean;
  /** What the outcome depends on: how much was said when the fault strikes. */
  readonly column: Column;
  /**
   * The event that shows the consumer that the moment is there. `strike`: there is none, the simulator says it.
   * `in a tool`, `in approval`: the step's tool `write` is at work, or waits to be allowed, and its other one is done.
   */
  readonly shown: RunEvent["type"] | "strike" | "in a tool" | "in approval";
}

export type Column = "before headers" | "after headers" | "in the answer";

const exchange = { next: false, column: "in the answer" } as const;
const between = { place: "before-headers", next: true, column: "before headers", steps: [1, 2] } as const;

export const moments: readonly Moment[] = [
  {
    ...exchange,
    name: "before headers",
    place: "before-headers",
    column: "before headers",
    steps: [1, 2, 3],
    shown: "strike",
  },
  {
    ...exchange,
    name: "after headers",
    place: { afterChunks: 0 },
    column: "after headers",
    steps: [1, 2, 3],
    shown: "strike",
  },
  { ...exchange, name: "in reasoning", place: { within: "reasoning" }, steps: [1, 2, 3], shown: "reasoning-delta" },
  { ...exchange, name: "in text", place: { within: "text" }, steps: [1, 2, 3], shown: "text-delta" },
  { ...exchange, name: "in a tool call", place: { within: "tool-call" }, steps: [1, 2], shown: "tool-call-delta" },
  // Only where there is one, and only to be left or aborted: otherwise it is no moment of its own.
  {
    ...exchange,
    name: "before a retry",
    place: "before-headers",
    column: "before headers",
    steps: [2],
    shown: "retry",
  },
  { ...between, name: "in approval", shown: "in approval" },
  { ...between, name: "in a tool", shown: "in a tool" },
  { ...between, name: "between steps", shown: "step-end" },
];
