import { expect, test } from "vitest";
import { type Endured, leakOf, trialsOf } from "../src/endurance/trial.ts";

const endured = (id: string, heaps: readonly number[]): Endured => {
  const trial = trialsOf("full").find((one) => one.id === id);
  if (trial === undefined) throw new Error(`There is no trial "${id}".`);
  const fifth = (trial.runs * trial.waves * trial.steps) / 5;
  const samples = heaps.map((megabytes, at) => ({
    steps: (at + 1) * fifth,
    wallMs: 1,
    cpuMs: 1,
    heapBytes: megabytes * 1_000_000,
  }));
  return { trial, samples, startBytes: 0, peakBytes: 0, historyBytes: 0, stringifyMs: 0 };
};

test("a heap that grows with the steps is a leak", () => {
  expect(leakOf(endured("long-run", [20, 25, 30, 35, 40]))).toBe(
    "long-run: the heap grew from 20.0 to 40.0 MB between 2000 and 10000 steps.",
  );
  expect(leakOf(endured("many-runs", [30, 40, 50, 60, 70]))).toContain("many-runs");
});

test("a heap that wavers is none, and a history that is kept whole may grow", () => {
  expect(leakOf(endured("long-run", [20, 24, 19, 22, 21]))).toBeUndefined();
  expect(leakOf(endured("whole-history", [20, 40, 60, 80, 100]))).toBeUndefined();
});

test("every trial takes its samples at whole steps", () => {
  for (const scale of ["full", "quick"] as const) {
    for (const { runs, waves, steps } of trialsOf(scale)) expect((runs * waves * steps) % 5).toBe(0);
  }
});
