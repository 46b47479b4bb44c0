import type { Deadlines } from "@waygate/core";
import { faultKind, faultKinds, noFault } from "../faults/catalog.ts";
import type { FaultKind } from "../faults/fault.ts";
import { Random } from "../random.ts";
import { planScript, type Script } from "./script.ts";

export const gatewayNames = [
  "openai-compatible",
  "openrouter",
  "vercel-ai-gateway",
  "bedrock with an API key",
  "bedrock with access keys",
] as const;
export type GatewayName = (typeof gatewayNames)[number];

/** How a program takes part in a conversation. `stream`: by `gateway.stream`, without the tool loop. */
export type Way = "events" | "result" | "stream";

/**
 * Who decides about calls that have to be approved. `calls`: the program, by `run.approve` and `run.deny`. `paused`:
 * the run pauses, and is resumed with decisions from its stored snapshot.
 */
export type Approvals = "callback" | "calls" | "paused";

/** How a consumer ends a conversation before its end. `stored`: it takes a snapshot, aborts, and resumes from it. */
export type StopHow = "abort" | "break" | "dispose" | "throw" | "stored";

/** When it does so. `sent`: the server has sent this part of the answer to a request; `tool`: a tool is at work. */
export type StopWhen =
  | { readonly at: "start" }
  | { readonly at: "event"; readonly count: number }
  | { readonly at: "time"; readonly milliseconds: number }
  | { readonly at: "sent"; readonly request: number; readonly part: number }
  | { readonly at: "tool"; readonly count: number };

/** How eagerly a consumer reads. `stuck`: it reads some events and then none, until the conversation is stopped. */
export type Pace = "eager" | "slow" | "stuck";

/** A fault as a plan has it: its kind by name, and what its random details are made of. */
export interface PlannedFault {
  readonly kind: string;
  readonly detail: string;
}

export interface ConversationPlan {
  readonly script: Script;
  /** Whether its deadlines and limits are such that only what is wrong reaches them. */
  readonly patient: boolean;
  readonly way: Way;
  readonly approvals: Approvals;
  readonly stop: { readonly how: StopHow; readonly when: StopWhen } | undefined;
  readonly pace: Pace;
  /** By the number of the request to a gateway: the first one's faults, and those of its fallback. */
  readonly faults: readonly (readonly PlannedFault[])[];
  readonly maxAttempts: number;
  readonly onInterrupted: "fail" | "continue";
  readonly maxParallelTools: number;
  readonly maxSteps: number | undefined;
  readonly maxToolCalls: number | undefined;
  readonly totalMs: number | undefined;
  readonly toolTimeoutMs: number;
  /** Whether the program says something in the middle of it. */
  readonly steers: boolean;
}

/** All that a run does. It depends on nothing but the seed and the number of the run. */
export interface Plan {
  readonly seed: number;
  readonly run: number;
  /** The gateway that is asked, and the one to fall back on, if there is one. */
  readonly gateways: readonly GatewayName[];
  readonly conversations: readonly ConversationPlan[];
  /** The faults that meet requests for lists of models, of the first gateway. Without any, no list is asked for. */
  readonly lists: readonly PlannedFault[];
  readonly deadlines: Deadlines;
  readonly maxOpenStreams: number;
  /** How much one answer may hold; undefined for the default. */
  readonly answerBytes: number | undefined;
  /** Whether services quote the key in what they say about failures. */
  readonly quotesKey: boolean;
}

/** More requests than a conversation makes, to one gateway. */
const requests = 24;
/** Shorter than the rest of a run takes, and long enough for a machine that is busy. */
const short: Deadlines = {
  queueMs: 5_000,
  connectMs: 2_000,
  headersMs: 300,
  firstByteMs: 300,
  idleMs: 300,
  contentMs: 500,
};
/** Longer than a run may take: if one of their timers is left behind, it shows. */
const long: Deadlines = {
  queueMs: 60_000,
  connectMs: 60_000,
  headersMs: 60_000,
  firstByteMs: 60_000,
  idleMs: 60_000,
  contentMs: 60_000,
};

export function planOf(seed: number, run: number): Plan {
  const random = new Random("plan", seed, run);
  const first = random.pick(gatewayNames);
  const spares = gatewayNames.filter((name) => name !== first);
  const gateways = random.chance(0.4) ? [first, random.pick(spares)] : [first];
  const kinds = allowedKinds(random);
  const silent = kinds.some((kind) => kind.silent === true || kind.endless === "signs");
  const endless = kinds.some((kind) => kind.endless === "content");
  const answerBytes = endless && random.chance(0.5) ? 300_000 : undefined;
  const count = random.chance(0.75) ? 1 : random.integer(2, 4);
  return {
    seed,
    run,
    gateways,
    conversations: Array.from({ length: count }, () => ({
      ...planConversation(random, gateways.length, kinds, endless && answerBytes === undefined),
      patient: !silent && answerBytes === undefined,
    })),
    lists: random.chance(0.3) ? random.list(1, 3, (index) => planFault(random, kinds, index)) : [],
    deadlines: silent ? short : long,
    maxOpenStreams: random.pick([1, 2, 16]),
    answerBytes,
    quotesKey: random.chance(0),
  };
}

/** One conversation without faults, after which everything is loaded. */
export function plainPlan(gateway: GatewayName): Plan {
  const random = new Random("plain", gateway);
  const conversation = planConversation(random, 1, [noFault], false);
  return {
    seed: 0,
    run: 0,
    gateways: [gateway],
    lists: [],
    conversations: [{ ...conversation, patient: true, stop: undefined, pace: "eager" }],
    deadlines: long,
    maxOpenStreams: 16,
    answerBytes: undefined,
    quotesKey: false,
  };
}

/** The faults of a run. Many runs have one kind only, so that it strikes in all sorts of places. */
function allowedKinds(random: Random): readonly FaultKind[] {
  const some = (kinds: readonly FaultKind[]) => random.weighted(kinds, (kind) => kind.weight);
  const harmless = faultKinds.filter((kind) => kind.harmless);
  const style = random.next();
  if (style < 0.05) return [noFault];
  if (style < 0.15) return random.list(1, 4, () => some(harmless));
  if (style < 0.5) return [some(faultKinds)];
  return random.list(2, 6, () => some(faultKinds));
}

function planConversation(
  random: Random,
  gateways: number,
  kinds: readonly FaultKind[],
  endless: boolean,
): Omit<ConversationPlan, "patient"> {
  const harmless = kinds.every((kind) => kind.harmless);
  const way = random.weighted<Way>(["events", "result", "stream"], (name) => (name === "events" ? 5 : 2));
  const stop = random.chance(harmless ? 0.2 : 0.3) ? planStop(random, way) : undefined;
  const stuck = stop?.how === "abort" && stop.when.at === "time" && way !== "result";
  const pace: Pace = stuck && random.chance(0.5) ? "stuck" : random.chance(0.15) ? "slow" : "eager";
  const density = random.pick([0.2, 0.5, 1]);
  const plain = harmless && stop === undefined;
  return {
    script: planScript(random, random.chance(0.1) || pace !== "eager"),
    way,
    approvals: way === "result" ? random.pick(["callback", "paused"]) : random.pick(["callback", "calls", "paused"]),
    stop,
    pace,
    faults: Array.from({ length: gateways }, () =>
      Array.from({ length: requests }, (_, request) => {
        return planFault(random, random.chance(density) ? kinds : [noFault], request);
      }),
    ),
    maxAttempts: random.pick([1, 2, 4]),
    onInterrupted: way === "events" && random.chance(0.3) ? "continue" : "fail",
    maxParallelTools: random.pick([1, 2, 8]),
    maxSteps: !plain && random.chance(0.1) ? random.integer(1, 3) : undefined,
    maxToolCalls: !plain && random.chance(0.1) ? random.integer(1, 4) : undefined,
    totalMs: endless ? 400 : !plain && random.chance(0.1) ? random.integer(20, 400) : undefined,
    toolTimeoutMs: 100,
    steers: random.chance(0.1),
  };
}

function planFault(random: Random, kinds: readonly FaultKind[], request: number): PlannedFault {
  return { kind: random.pick(kinds).name, detail: `${request}/${random.integer(0, 1e9)}` };
}

function planStop(random: Random, way: Way): ConversationPlan["stop"] {
  const ways: readonly StopHow[] = {
    events: ["abort", "abort", "break", "dispose", "throw", "stored"] as const,
    result: ["abort", "stored"] as const,
    stream: ["abort", "break", "throw"] as const,
  }[way];
  const how = random.pick(ways);
  const moments: readonly (() => StopWhen)[] = [
    () => ({ at: "event", count: random.integer(1, 60) }),
    () => ({ at: "time", milliseconds: random.integer(0, 60) }),
    () => ({ at: "sent", request: random.integer(0, 3), part: random.next() }),
    () => ({ at: "tool", count: random.integer(1, 4) }),
    () => ({ at: "start" }),
  ];
  // Leaving a loop happens within it.
  if (how === "break" || how === "throw") return { how, when: { at: "event", count: random.integer(1, 60) } };
  if (way === "result") return { how, when: random.pick(moments.slice(1))() };
  return { how, when: random.weighted(moments, (moment) => (moment === moments[4] ? 0.3 : 1))() };
}

/** The fault that meets a request, counted from 0 for each conversation and gateway. */
export function faultOf(plan: ConversationPlan, gateway: number, request: number): PlannedFault {
  return plan.faults[gateway]?.[request] ?? { kind: noFault.name, detail: `${request}` };
}

/** Whether a conversation has to end as if nothing had been. */
export function isUnharmed({ patient, faults, stop, maxSteps, maxToolCalls, totalMs }: ConversationPlan): boolean {
  if (!patient || stop !== undefined || maxSteps !== undefined || maxToolCalls !== undefined || totalMs !== undefined)
    return false;
  return faults.every((list) => list.every(({ kind }) => faultKind(kind).harmless));
}
