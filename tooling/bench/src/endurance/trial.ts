import type { Answer } from "../answer.ts";
import type { Scale } from "../cases.ts";

/** The path's second segment under which the server answers every request with another tool call. */
export const enduranceId = "endurance";
export const enduranceAnswer: Answer = { text: 5, calls: 1, pieces: 8 };

/** Work that goes on for long, and is to need no more memory at its end than after its first fifth. */
export interface Trial {
  readonly id: "long-run" | "whole-history" | "many-runs";
  readonly title: string;
  /** Runs at the same time. */
  readonly runs: number;
  /** How often they are begun anew, all together. */
  readonly waves: number;
  /** Of each run, each with a tool call. */
  readonly steps: number;
  /** To how many messages `prepareStep` shortens the history; undefined: it grows. */
  readonly kept: number | undefined;
}

export function trialsOf(scale: Scale): readonly Trial[] {
  const pick = (full: number, quick: number) => (scale === "full" ? full : quick);
  const [long, growing, many] = [pick(10_000, 2_000), pick(1_000, 200), pick(1_000, 100)];
  const kept = 41;
  const count = (n: number) => n.toLocaleString("en-US");
  return [
    {
      id: "long-run",
      title: `a run of ${count(long)} steps, ${kept} messages kept`,
      runs: 1,
      waves: 1,
      steps: long,
      kept,
    },
    {
      id: "whole-history",
      title: `a run of ${count(growing)} steps, the whole history kept`,
      runs: 1,
      waves: 1,
      steps: growing,
      kept: undefined,
    },
    {
      id: "many-runs",
      title: `${count(many)} runs of 5 steps at once, five times`,
      runs: many,
      waves: 5,
      steps: 5,
      kept: undefined,
    },
  ];
}

/** Where a trial stands after a fifth of its work, or another one. Times are of that fifth alone. */
export interface Sample {
  /** Steps of all runs so far. */
  readonly steps: number;
  readonly wallMs: number;
  /** Of the client process, all its threads. */
  readonly cpuMs: number;
  /** After the garbage was collected. */
  readonly heapBytes: number;
}

export interface Endured {
  readonly trial: Trial;
  /** Five. */
  readonly samples: readonly Sample[];
  readonly startBytes: number;
  readonly peakBytes: number;
  /** The history at the end, as JSON; of one run. */
  readonly historyBytes: number;
  /** What it takes to turn that history into JSON: the least that sending it costs. */
  readonly stringifyMs: number;
}

/** Noise of a heap that holds nothing more than before: caches, compiled code, buffers of the network. */
const noiseBytes = 4_000_000;
/** A leak of a step would be its message at least. */
const leakBytesPerStep = 250;

/** What the heap has grown by since the first fifth, beyond what is noise; undefined where nothing, or where it is meant to. */
export function leakOf({ trial, samples }: Endured): string | undefined {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined || (trial.kept === undefined && trial.runs === 1)) return undefined;
  const grown = last.heapBytes - first.heapBytes;
  if (grown <= noiseBytes + leakBytesPerStep * (last.steps - first.steps)) return undefined;
  const megabytes = (bytes: number) => (bytes / 1_000_000).toFixed(1);
  return (
    `${trial.id}: the heap grew from ${megabytes(first.heapBytes)} to ${megabytes(last.heapBytes)} MB ` +
    `between ${first.steps} and ${last.steps} steps.`
  );
}
