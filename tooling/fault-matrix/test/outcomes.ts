import type { ErrorCode, Phase } from "@waygate/core";
import type { FaultName } from "./faults.ts";
import type { Column } from "./moments.ts";
import type { WireName } from "./wires.ts";

/** An error's code, and the phase of a timeout. */
export type Failure = Exclude<ErrorCode, "timeout"> | `timeout (${Phase})`;

/**
 * What becomes of a run. `unharmed`: all as if nothing had been. `retried`: the same, with one more request, which a
 * `retry` event tells of. `failover`: the same, from another gateway. `gone on`: what was said is kept, and the model goes
 * on from there. `thrown`: the run ends with this error; what was said is kept, in the error and in the history.
 */
export type Outcome = "unharmed" | `${"retried" | "failover" | "gone on" | "thrown"}: ${Failure}`;

/** What a run does about a fault: once by itself; for good, with a gateway to spare; once, with `onInterrupted: "continue"`. */
export type Outcomes = readonly [once: Outcome, forGood: Outcome, goingOn: Outcome];

type Row = Partial<Record<Column, Outcomes>>;

const unharmed: Outcomes = ["unharmed", "unharmed", "unharmed"];
/** Worth another attempt before anything was said; another gateway's turn when the attempts are used up. */
const passing = (failure: Failure): Outcomes => [`retried: ${failure}`, `failover: ${failure}`, `retried: ${failure}`];
/** The same request would fail again here, but not elsewhere. */
const lasting = (failure: Failure): Outcomes => [`thrown: ${failure}`, `failover: ${failure}`, `thrown: ${failure}`];
/** The request itself is wrong, here and elsewhere. */
const final = (failure: Failure): Outcomes => [`thrown: ${failure}`, `thrown: ${failure}`, `thrown: ${failure}`];
/** Something was said: it is never asked for again, but may be gone on from. */
const interrupted = (failure: Failure): Outcomes => [`thrown: ${failure}`, `thrown: ${failure}`, `gone on: ${failure}`];

/** What every fault comes to, by how much was said when it strikes. A column that is missing does not exist. */
const declared: Readonly<Record<FaultName, Row>> = {
  nothing: { "before headers": unharmed, "after headers": unharmed, "in the answer": unharmed },
  "status 400": { "before headers": final("invalid-request") },
  "status 401": { "before headers": lasting("authentication") },
  "status 402": { "before headers": lasting("payment-required") },
  "status 403": { "before headers": lasting("permission") },
  "status 429": { "before headers": passing("rate-limited") },
  "status 500": { "before headers": passing("server-error") },
  "status 503": { "before headers": passing("overloaded") },
  "a reset": {
    "before headers": passing("connection"),
    "after headers": passing("connection"),
    "in the answer": interrupted("connection"),
  },
  "an early end": {
    "before headers": passing("connection"),
    // A whole answer of no bytes: nothing says that the connection was at fault, nor that the next would be no better.
    "after headers": passing("protocol"),
    "in the answer": interrupted("connection"),
  },
  "a stall": {
    "before headers": passing("timeout (headers)"),
    "after headers": passing("timeout (first-byte)"),
    "in the answer": interrupted("timeout (idle)"),
  },
  "a delay": { "before headers": unharmed, "after headers": unharmed, "in the answer": unharmed },
  "an error": { "after headers": passing("server-error"), "in the answer": interrupted("server-error") },
  "an error, then silence": { "after headers": passing("server-error"), "in the answer": interrupted("server-error") },
  garbage: { "after headers": lasting("protocol"), "in the answer": final("protocol") },
  "a drip": { "after headers": unharmed, "in the answer": unharmed },
};

/** Where a wire differs, and why. */
const differences: Partial<Record<WireName, Partial<Record<FaultName, Row>>>> = {
  bedrock: {
    // AWS has no bill to pay before the next request: its 402 is a quota that is used up.
    "status 402": { "before headers": lasting("rate-limited") },
    // Frames have checksums: damage is told from nonsense, and is worth another attempt.
    garbage: { "after headers": passing("protocol"), "in the answer": interrupted("protocol") },
  },
};

/** What is declared for a fault on a wire; undefined where there is no such thing. */
export function outcomesOf(wire: WireName, fault: FaultName, column: Column): Outcomes | undefined {
  return differences[wire]?.[fault]?.[column] ?? declared[fault][column];
}
