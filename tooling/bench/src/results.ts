import { cpus } from "node:os";
import type { Scale } from "./cases.ts";
import type { Endured } from "./endurance/trial.ts";
import type { Pause, Round } from "./measure/job.ts";
import type { Rounds } from "./measure/rounds.ts";
import type { Wire } from "./wire.ts";

/** Everything that was measured, as `--json` writes it. Times are milliseconds, memory is bytes. */
export interface Results {
  readonly environment: {
    readonly node: string;
    readonly cpu: string;
    readonly cores: number;
    readonly system: string;
  };
  readonly scale: Scale;
  readonly rounds: number;
  readonly wires: readonly WireResults[];
  /** Of Waygate alone, through chat completions. */
  readonly endurance: readonly Endured[] | undefined;
}

export interface WireResults {
  readonly wire: Wire;
  /** In the order of the columns. */
  readonly contestants: { readonly id: string; readonly title: string; readonly versions: string }[];
  readonly timed: TimedCase[];
  memory: Record<string, readonly Round[]> | undefined;
  slowConsumer: Record<string, Pause> | undefined;
  imports: readonly { readonly title: string; readonly times: readonly number[] }[] | undefined;
}

export interface TimedCase {
  readonly id: string;
  readonly group: string;
  readonly title: string;
  readonly kilobytes: number;
  readonly rounds: Rounds;
}

export function environment(): Results["environment"] {
  const cores = cpus();
  return {
    node: process.version,
    cpu: cores[0]?.model ?? "unknown",
    cores: cores.length,
    system: `${process.platform} ${process.arch}`,
  };
}

/** Between which two values the middle half lies. */
export function middleHalf(values: readonly number[]): readonly [number, number] {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN;
  return [at(0.25), at(0.75)];
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper;
}
