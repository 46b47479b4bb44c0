import type { Random } from "../random.ts";
import { randomText } from "./words.ts";

export const toolNames = ["look", "watch", "write", "pay"] as const;
/** `look` and `watch` only read; `watch` reports progress; `pay` has to be approved. */
export type ToolName = (typeof toolNames)[number];

/** What a tool does with a call. `never`: it ignores its signal and does not end. */
export type Behaviour = "returns" | "throws" | "slow" | "never";

/** How a service names its calls: by ids of their own, counted in each answer, all alike, or not at all. */
export type IdStyle = "unique" | "per-answer" | "same" | "none";

interface ScriptedStep {
  /** How much of the arguments of the last call comes before the answer ends by its length; undefined for all. */
  readonly cut: number | undefined;
  readonly reasoning: string;
  readonly text: string;
  readonly calls: readonly { readonly tool: ToolName; readonly note: string; readonly behaviour: Behaviour }[];
}

/** What the model says, step by step. */
export interface Script {
  readonly steps: readonly ScriptedStep[];
  readonly ids: IdStyle;
  /** How the last answer ends. */
  readonly ending: "stop" | "length";
}

/** A call as it is sent. */
export interface AnsweredCall {
  /** Empty where the service sends none. */
  readonly id: string;
  readonly tool: ToolName;
  /** Names the call, wherever its arguments turn up: no two calls of a run have the same. */
  readonly ref: string;
  /** JSON, unless they are cut off. */
  readonly arguments: string;
  readonly cut: boolean;
}

/** One answer, as one attempt at one step is given it. */
export interface Answer {
  readonly step: number;
  readonly serial: number;
  readonly reasoning: string;
  readonly text: string;
  readonly calls: readonly AnsweredCall[];
  readonly finish: "stop" | "length" | "tool_calls";
  readonly usage: { readonly input: number; readonly output: number };
}

export function planScript(random: Random, large: boolean): Script {
  const steps = random.integer(1, 4);
  const never = random.chance(0.1);
  return {
    steps: Array.from({ length: steps }, (_, index) => planStep(random, index === steps - 1, large, never)),
    ids: random.weighted(["unique", "per-answer", "same", "none"] as const, (style) => (style === "unique" ? 4 : 1.5)),
    ending: random.chance(0.9) ? "stop" : "length",
  };
}

function planStep(random: Random, last: boolean, large: boolean, never: boolean): ScriptedStep {
  const say = () => (large && random.chance(0.5) ? randomText(random, 2_000, 20_000) : randomText(random, 0, 30));
  const calls = last ? [] : random.list(1, 4, () => planCall(random, never));
  return {
    cut: calls.length > 0 && random.chance(0.06) ? random.next() : undefined,
    reasoning: random.chance(0.5) ? say() : "",
    text: last || random.chance(0.6) ? say() : "",
    calls,
  };
}

function planCall(random: Random, never: boolean): ScriptedStep["calls"][number] {
  const behaviours: readonly Behaviour[] = never
    ? ["returns", "throws", "slow", "never"]
    : ["returns", "returns", "returns", "throws", "slow"];
  return { tool: random.pick(toolNames), note: randomText(random, 0, 8), behaviour: random.pick(behaviours) };
}

const lastWords: ScriptedStep = { cut: undefined, reasoning: "", text: "That was all.", calls: [] };

/** What the service says to a request whose history has come to a step, counted from 0; after the last one, a last word. */
export function answerOf({ steps, ids, ending }: Script, conversation: number, step: number, serial: number): Answer {
  const { cut, reasoning, text, calls } = steps[step] ?? lastWords;
  const usage = { input: 100 + step, output: 10 + serial };
  return {
    step,
    serial,
    reasoning: reasoning === "" ? "" : `${mark(step, serial)} ${reasoning}`,
    text: text === "" ? "" : `${mark(step, serial)} ${text}`,
    calls: calls.map(({ tool, note }, index) => {
      const ref = `${conversation}.${step}.${serial}.${index}`;
      const whole = JSON.stringify({ ref, note });
      const isCut = cut !== undefined && index === calls.length - 1;
      // Not within a character of two code units.
      const written = isCut ? [...whole].slice(0, Math.floor(cut * [...whole].length)).join("") : whole;
      return { id: idOf(ids, serial, index), tool, ref, arguments: written, cut: isCut };
    }),
    finish: calls.length === 0 ? ending : cut === undefined ? "tool_calls" : "length",
    usage,
  };
}

/** Tells the words of one attempt from those of another. */
function mark(step: number, serial: number): string {
  return `[step ${step}, answer ${serial}]`;
}

function idOf(style: IdStyle, serial: number, index: number): string {
  if (style === "unique") return `call_${serial}_${index}`;
  return style === "per-answer" ? `call_${index}` : style === "same" ? "call_0" : "";
}

/** What a tool says of a call that it carried out. */
export function resultOf(ref: string): string {
  return `Carried out: ${ref}.`;
}

/** The name of the call that a result is of; undefined if it is not what a tool said. */
export function refOfResult(text: string): string | undefined {
  return /Carried out: ([\d.]+)\./.exec(text)?.[1];
}

export interface Ref {
  readonly conversation: number;
  readonly step: number;
  readonly serial: number;
  readonly index: number;
}

/** Reads the name of a call; undefined for what is none. */
export function readRef(ref: unknown): Ref | undefined {
  const [, ...digits] = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(typeof ref === "string" ? ref : "") ?? [];
  const [conversation, step, serial, index] = digits.map(Number);
  if (conversation === undefined || step === undefined || serial === undefined || index === undefined) return undefined;
  return { conversation, step, serial, index };
}
