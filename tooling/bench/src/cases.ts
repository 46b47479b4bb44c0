import { type Answer, addTally, expected, type Tally } from "./answer.ts";
import type { Wire } from "./wire.ts";

/** Work that is timed: some requests, so many of them at once, and what each is answered with. */
export interface Case {
  /** Also the second segment of the path under which the server answers this case. The first is the wire. */
  readonly id: string;
  /** What `--case` calls it. */
  readonly group: string;
  readonly title: string;
  readonly answer: Answer;
  /** Requests of a round, or whole tool loops where `steps` is set. */
  readonly requests: number;
  readonly parallel: number;
  /** Tool calls, one after the other, before the closing answer. */
  readonly steps?: number;
  /** Rounds are so short that so many times as many are needed. Default: 1. */
  readonly roundsFactor?: number;
  /** How the server writes: cut every so many bytes wherever that falls, or one event per write at this pace. */
  readonly send: { readonly bytes: number } | { readonly everyMs: number };
}

export type Scale = "full" | "quick";

export const closingAnswer: Answer = { text: 20 };
/** Read only up to a pause, then left. */
export const slowConsumer = {
  id: "slow-consumer",
  send: { bytes: 64 * 1024 },
  /** Text deltas that are read before the pause. */
  readBefore: 100,
};

export function slowAnswer(scale: Scale): Answer {
  return { text: scale === "full" ? 50_000 : 5_000, textLength: 1_000 };
}

export function pauseMs(scale: Scale): number {
  return scale === "full" ? 2_000 : 300;
}

export function casesOf(wire: Wire, scale: Scale): readonly Case[] {
  const cases = allCases(scale);
  return wire === "converse" ? cases.filter(({ group }) => ofConverse.includes(group)) : cases;
}

/** What differs between wires shows in these: how frames are read, and what a request costs. */
const ofConverse: readonly string[] = ["long", "short", "concurrent", "paced"];

function allCases(scale: Scale): readonly Case[] {
  const full = scale === "full";
  const pick = (ofFull: number, ofQuick: number) => (full ? ofFull : ofQuick);
  const streams = pick(200, 20);
  return [
    {
      id: "long",
      group: "long",
      title: `${pick(3, 1)} × ${count(pick(20_000, 2_000))} text deltas`,
      answer: { text: pick(20_000, 2_000) },
      requests: pick(3, 1),
      parallel: 1,
      send: { bytes: 32 * 1024 },
    },
    {
      id: "mixed",
      group: "mixed",
      title: `${pick(3, 1)} × ${count(pick(10_000, 1_000))} deltas, 30 % reasoning, 20 % tool calls`,
      answer: { reasoning: pick(3_000, 300), text: pick(5_000, 500), calls: 4, pieces: pick(500, 50) },
      requests: pick(3, 1),
      parallel: 1,
      send: { bytes: 32 * 1024 },
    },
    {
      id: "short",
      group: "short",
      title: `${pick(100, 10)} answers of 20 deltas, one after the other`,
      answer: { text: 20 },
      requests: pick(100, 10),
      parallel: 1,
      roundsFactor: pick(3, 1),
      send: { bytes: 16 * 1024 },
    },
    {
      id: "concurrent",
      group: "concurrent",
      title: `${streams} streams × ${pick(500, 50)} deltas at once`,
      answer: { text: pick(500, 50) },
      requests: streams,
      parallel: streams,
      send: { bytes: 16 * 1024 },
    },
    {
      id: "paced",
      group: "paced",
      title: `${streams} streams × ${pick(100, 10)} deltas, one each 20 ms`,
      answer: { text: pick(100, 10) },
      requests: streams,
      parallel: streams,
      send: { everyMs: 20 },
    },
    {
      id: "tool-loop",
      group: "tool-loop",
      title: `tool loop of ${pick(50, 5)} calls`,
      answer: { text: 5, calls: 1, pieces: 8 },
      requests: 1,
      parallel: 1,
      roundsFactor: pick(3, 1),
      steps: pick(50, 5),
      send: { bytes: 16 * 1024 },
    },
    ...argumentCases(full),
  ];
}

/** The total is the same in each, so that their times can be compared as they stand. */
function argumentCases(full: boolean): Case[] {
  const total = full ? 1_024 : 64;
  const sizes = full ? [64, 256, 1_024] : [16, 64];
  return sizes.map((kilobytes) => ({
    id: `arguments-${kilobytes}k`,
    group: "arguments",
    title: `${total / kilobytes} × a tool call of ${count(kilobytes)} KB in 16-byte pieces`,
    answer: { calls: 1, pieces: (kilobytes * 1_024) / 16 },
    requests: total / kilobytes,
    parallel: 1,
    send: { bytes: 32 * 1024 },
  }));
}

/** What reading a whole round must have found. */
export function expectedOf(what: Case): Tally {
  const one = expected(what.answer);
  const whole = what.steps === undefined ? one : addTally(expected(closingAnswer), one, what.steps);
  return addTally(whole, whole, what.requests - 1);
}

/** Arguments that one round brings, in KB. */
export function argumentKilobytes(what: Case): number {
  return expectedOf(what).arguments / 1_024;
}

function count(n: number): string {
  return n.toLocaleString("en-US");
}
