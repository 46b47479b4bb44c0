import type { Endured, Sample } from "./trial.ts";

/** What the trials found, as a head and rows. */
export function enduranceTable(endured: readonly Endured[]): readonly [string[], string[][]] {
  const head = [
    "",
    "heap at 20 %, MB",
    "at 100 %",
    "peak RSS",
    "wall ms a step, first fifth",
    "last",
    "CPU, first",
    "last",
  ];
  const rows = endured.map(({ trial, samples, peakBytes }) => {
    const [first] = samples;
    const last = samples.at(-1);
    if (first === undefined || last === undefined) return [trial.title];
    const fifth = last.steps / samples.length;
    const perStep = (sample: Sample, figure: "wallMs" | "cpuMs") => (sample[figure] / fifth).toFixed(2);
    return [
      `${trial.id}: ${trial.title}`,
      megabytes(first.heapBytes),
      megabytes(last.heapBytes),
      megabytes(peakBytes),
      perStep(first, "wallMs"),
      perStep(last, "wallMs"),
      perStep(first, "cpuMs"),
      perStep(last, "cpuMs"),
    ];
  });
  return [head, rows];
}

/** What the whole history weighs, and what to write it down once costs. */
export function historyLine(endured: readonly Endured[]): string {
  const whole = endured.find(({ trial }) => trial.id === "whole-history");
  if (whole === undefined) return "";
  return `The whole history comes to ${(whole.historyBytes / 1000).toFixed(0)} KB of JSON; JSON.stringify takes ${whole.stringifyMs.toFixed(2)} ms for it.`;
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
