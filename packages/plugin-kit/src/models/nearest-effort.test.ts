import { reasoningEfforts } from "@waygate/core/plugin";
import { expect, it } from "vitest";
import { effortOfBudget, nearestEffort, readEfforts } from "./nearest-effort.ts";

it.each([
  ["minimal", ["low", "medium", "high"], "low", "low"],
  ["xhigh", ["low", "medium", "high"], "high", "high"],
  ["medium", ["low", "high"], "high", "low"],
  ["medium", ["high", "low"], "high", "low"],
  ["medium", ["minimal", "low", "high"], "high", "low"],
  ["max", ["minimal"], "minimal", "minimal"],
  ["high", [], "high", "high"],
] as const)("%s among %j is %s, and %s if it is rounded down", (wanted, supported, nearest, down) => {
  expect(nearestEffort(wanted, supported)).toBe(nearest);
  expect(nearestEffort(wanted, supported, "down")).toBe(down);
});

it("leaves every effort as it is if all are supported", () => {
  for (const effort of reasoningEfforts) {
    expect(nearestEffort(effort, reasoningEfforts)).toBe(effort);
    expect(nearestEffort(effort, reasoningEfforts, "down")).toBe(effort);
  }
});

it("names the effort of a budget, and the efforts of a list, the lowest first", () => {
  expect([0, 2048, 2049, 8192, 8193].map(effortOfBudget)).toEqual(["low", "low", "medium", "medium", "high"]);
  expect(readEfforts(["high", "none", "low", "HIGH"])).toEqual(["low", "high"]);
});
