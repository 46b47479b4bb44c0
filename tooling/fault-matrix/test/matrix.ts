import { isGatewayError, type RunEvent } from "@waygate/core";
import { expectValidHistory } from "@waygate/valid-history";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Cell,
  carryOut,
  maxAttempts,
  reason,
  type Seen,
  spareSerial,
  struckStep,
  usesAnswer,
  type Way,
  ways,
} from "./cell.ts";
import { type FaultName, faults } from "./faults.ts";
import { eventually, keptAlive } from "./leftovers.ts";
import { type Moment, moments } from "./moments.ts";
import { type Outcome, outcomesOf } from "./outcomes.ts";
import { lastStep, tell, toldOf, toldUntil, usageOf } from "./scenario.ts";
import type { WireName } from "./wires.ts";

const faultNames = Object.keys(faults) as readonly FaultName[];

/** Every fault at every moment on one wire. */
export function describeMatrix(wire: WireName): void {
  let before: ReturnType<typeof keptAlive>;
  beforeAll(() => {
    before = keptAlive();
  });
  afterAll(() => eventually(keptAlive, before));

  // At the same time: each mostly waits.
  describe.concurrent.each(moments)("$name", (moment) => {
    describe.each(moment.steps)("of step %i", (step) => {
      const existing = faultNames.filter((fault) => {
        const outcomes = outcomesOf(wire, fault, moment.column);
        return outcomes !== undefined && (moment.shown !== "retry" || outcomes[0].startsWith("retried"));
      });
      describe.each(existing)("%s", (fault) => {
        for (const way of waysOf(moment, step, fault)) {
          const cell: Cell = { wire, moment, step, fault, way };
          const outcome = declaredFor(cell);
          it(`${way}: ${outcome}`, { timeout: 30_000 }, () => expectOutcome(cell, outcome));
        }
      });
    });
  });
}

/** All ways in the middle step, which has one before it and one after it; in the others what differs by where they are. */
function waysOf({ shown }: Moment, step: number, fault: FaultName): readonly Way[] {
  if (shown === "retry") return ["aborted", "left"];
  if (step === 2) return ways;
  // Not to wait for a deadline everywhere.
  if (fault === "a stall") return ["aborted"];
  return fault === "nothing" ? ["once", "aborted", "left"] : ["once"];
}

type Expected = Outcome | "aborted" | "left";

function declaredFor({ wire, fault, moment, way }: Cell): Expected {
  const outcomes = outcomesOf(wire, fault, moment.column);
  if (outcomes === undefined) throw new Error(`Nothing is declared for ${fault} ${moment.name}.`);
  switch (way) {
    case "once":
      return outcomes[0];
    case "for good, with a spare":
      return outcomes[1];
    case "going on":
      return outcomes[2];
    default:
      return way;
  }
}

async function expectOutcome(cell: Cell, outcome: Expected): Promise<void> {
  const [word, failure] = outcome.split(": ");
  const struck = struckStep(cell);
  const retryable = outcomesOf(cell.wire, cell.fault, cell.moment.column)?.[0].startsWith("retried") ?? false;
  /** Further requests that the fault makes necessary. */
  const again =
    word === "failover" ? (retryable ? maxAttempts - 1 : 0) : word === "retried" || word === "gone on" ? 1 : 0;
  // Answers that went to requests which came to nothing.
  const repeats = usesAnswer(cell) ? again : 0;
  const seen = await carryOut(cell, repeats);
  expect(seen.reached || cell.moment.shown === "strike" || cell.moment.shown.endsWith("-delta")).toBe(true);
  expectValidHistory(seen.messages);
  for (const [id, times] of seen.ran) expect([id, times]).toEqual([id, 1]);
  expectToldFailures(
    seen.events,
    word === "failover" ? again : word === "retried" || word === "gone on" ? 1 : 0,
    failure,
  );

  const before = range(1, struck - 1);
  const after = range(struck, lastStep);
  const first = before.flatMap((step) => toldOf(step, step));
  const hello = "user: text Hello";
  switch (word) {
    case "unharmed":
    case "retried":
    case "failover": {
      const serial = word === "failover" ? spareSerial : repeats;
      expect(seen.error).toBeUndefined();
      expect(tell(seen.messages)).toEqual([hello, ...first, ...after.flatMap((step) => toldOf(step, step + serial))]);
      expectUsage(seen, [...before, ...after]);
      const other =
        word === "failover" ? { first: struck + again, spare: after.length } : { first: lastStep + again, spare: 0 };
      expect(seen.asked).toEqual(other);
      return;
    }
    case "gone on": {
      expect(seen.error).toBeUndefined();
      const kept = toldUntil(struck, struck, placeWithin(cell));
      const asked = kept.length > 1 ? [] : ["user: text Your answer broke off. Go on exactly where it stopped."];
      const rest = after.flatMap((step) => toldOf(step, step + 1));
      expect(tell(seen.messages)).toEqual([hello, ...first, ...kept, ...asked, ...rest]);
      expectUsage(seen, [...before, ...after]);
      expect(seen.asked).toEqual({ first: lastStep + 1, spare: 0 });
      return;
    }
    case "thrown": {
      expectFailure(seen.error, failure);
      const kept = cell.moment.column === "in the answer" ? toldUntil(struck, struck, placeWithin(cell)) : [];
      expect(tell(seen.messages)).toEqual([hello, ...first, ...kept]);
      const { partial } = seen.error as { partial?: Parameters<typeof tell>[0][number] };
      expect(partial === undefined ? undefined : tell([partial])).toEqual([kept[0] ?? "assistant: "]);
      expectUsage(seen, before);
      expect(seen.asked).toEqual({ first: struck, spare: 0 });
      return;
    }
    default:
      expectEnded(cell, seen);
  }
}

/** An aborted or left run: what was carried out is kept whole, what was said is kept as far as it had come. */
function expectEnded(cell: Cell, seen: Seen): void {
  const { moment, step, way } = cell;
  if (way === "aborted") expect(seen.error).toBe(reason);
  else expect(seen.error).toMatchObject({ name: "AbortError", message: "The run was left before it ended." });
  const answered = moment.shown === "in a tool" || moment.shown === "in approval";
  const whole = moment.shown === "step-end" || answered;
  const done = range(1, whole ? step : step - 1);
  const told = tell(seen.messages);
  const expected = ["user: text Hello", ...done.flatMap((each) => toldOf(each, each))];
  if (answered) {
    expect(seen.ran.has(`write-${step}`)).toBe(moment.shown === "in a tool");
    // The call that was not done is answered for.
    expected[expected.length - 1] = (expected.at(-1) ?? "").replace(" written", " error");
  }
  expect(told.slice(0, expected.length)).toEqual(expected);
  const rest = told.slice(expected.length);
  if (moment.column !== "in the answer") expect(rest).toEqual([]);
  else {
    expect(rest.length).toBeGreaterThan(0);
    const [complete = ""] = toldOf(step, step);
    expect(isBeginning(rest[0] ?? "", complete), `${rest[0]} begins ${complete}`).toBe(true);
  }
  expectUsage(seen, done);
  expect(seen.asked).toEqual({ first: step, spare: 0 });
}

/** Whether an answer is the beginning of another, its last call perhaps cut off. */
function isBeginning(answer: string, whole: string): boolean {
  return whole.startsWith(answer.replace(/-(\d+) truncated /, "-$1 ok "));
}

function expectToldFailures(events: readonly RunEvent[], retries: number, failure: string | undefined): void {
  const told = events.filter((event) => event.type === "retry");
  // Before a retry that is aborted there is one as well.
  if (failure === undefined) return;
  expect(told).toHaveLength(retries);
  for (const { error } of told) expectFailure(error, failure);
  for (const event of events) if (event.type === "failover") expectFailure(event.error, failure);
}

function expectFailure(error: unknown, failure: string | undefined): void {
  const { code, phase } = error as { code?: unknown; phase?: unknown };
  if (error instanceof Error && !isGatewayError(error)) throw error;
  expect(phase === undefined ? code : `${code} (${phase})`).toBe(failure);
}

function expectUsage({ usage }: Seen, steps: readonly number[]): void {
  const input = steps.reduce((sum, step) => sum + usageOf(step).input, 0);
  const output = steps.reduce((sum, step) => sum + usageOf(step).output, 0);
  expect([usage.input.total ?? 0, usage.output.total ?? 0]).toEqual([input, output]);
}

function placeWithin({ moment }: Cell) {
  if (moment.place === "before-headers" || moment.place.within === undefined) throw new Error("It is within no part.");
  return moment.place.within;
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}
