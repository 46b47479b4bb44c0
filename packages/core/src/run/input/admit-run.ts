import { describeValue } from "../../contract/describe-value.ts";
import { checkFields } from "../../contract/input/checks.ts";
import { type Check, throwFault, under } from "../../contract/input/fault.ts";
import { isObject } from "../../contract/json.ts";
import type { PromptOptions, ResumeOptions, RunOptions } from "../options.ts";
import { foreignOptions } from "./foreign-options.ts";
import { gateway, model, runOptionChecks } from "./option-checks.ts";

/** Checked to be complete: an option without a check would be rejected as unknown. */
const runChecks: Readonly<Record<keyof RunOptions, Check>> = runOptionChecks;
const { prompt: _, messages: __, ...resumeChecks } = runChecks;

/** The options of `run` that `ask` has no use for. */
export const runOnly = [
  "maxSteps",
  "maxToolCalls",
  "budget",
  "maxParallelTools",
  "toolTimeoutMs",
  "approve",
  "prepareStep",
  "onInterrupted",
] as const satisfies readonly (keyof RunOptions)[];

const askChecks = Object.fromEntries(
  Object.entries(runChecks).filter(([name]) => !runOnly.some((own) => own === name)),
);
const renamedForAsk = {
  ...foreignOptions,
  ...Object.fromEntries(
    runOnly.map((name) => [name, "It is an option of run(): ask() makes one call and executes no tools."]),
  ),
};

const inSnapshot = "The messages are in the snapshot. Add one with run.steer(message).";
const renamedForResume = { ...foreignOptions, messages: inSnapshot, prompt: inSnapshot };

/**
 * Checks the options of a run, once, before anything is sent. Throws a `TypeError` that names the option, the value and what
 * to do. Returns the options with a prompt spelled out as a message. `caller`: the function that the program called.
 */
export function admitRun(caller: "run" | "ask", options: RunOptions | PromptOptions): RunOptions {
  if (caller === "ask") requireFields(caller, options, askChecks, renamedForAsk);
  else requireFields(caller, options, runChecks, foreignOptions);
  const { prompt, messages, ...others } = options;
  if (prompt !== undefined && messages !== undefined) {
    throw new TypeError(`${caller}: "prompt" and "messages" are both given. Put the prompt into a user message.`);
  }
  if (prompt !== undefined) return { ...others, messages: [{ role: "user", content: prompt }] };
  if (messages !== undefined) return { ...others, messages };
  throw new TypeError(`${caller}: neither "messages" nor "prompt" is given. Pass one of them.`);
}

/** Checks the options of a run that goes on from a snapshot. */
export function admitResume(options: ResumeOptions): void {
  requireFields("resume", options, resumeChecks, renamedForResume);
}

function requireFields(
  caller: string,
  options: object,
  checks: Readonly<Record<string, Check>>,
  renamed: Readonly<Record<string, string>>,
): void {
  if (!isObject(options)) {
    throw new TypeError(`${caller}: the options must be an object, not ${describeValue(options)}.`);
  }
  const found =
    checkFields(options, checks, renamed) ??
    under("gateway", gateway(options.gateway)) ??
    under("model", model(options.model));
  if (found !== undefined) throwFault(caller, found);
}
