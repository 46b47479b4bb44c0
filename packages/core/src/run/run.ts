import { admitResume, admitRun } from "./input/admit-run.ts";
import type { PromptOptions, ResumeOptions, RunOptions } from "./options.ts";
import type { OutputFormat, OutputOf } from "./output.ts";
import type { Run } from "./run-handle.ts";
import { RunningConversation } from "./running.ts";
import { type RunSnapshot, readSnapshot } from "./snapshot.ts";

/**
 * Asks a model, carries out the tools that it calls, and asks again until it has answered. Nothing is sent before the
 * run is iterated or its result awaited. A gateway's failure is thrown as a `GatewayError`; a tool's failure is a
 * result that the model reads. Throws a `TypeError` at once for options that are wrong in themselves.
 */
export function run<Format extends OutputFormat>(
  options: (RunOptions | PromptOptions) & { readonly responseFormat: Format },
): Run<OutputOf<Format>>;
export function run(options: RunOptions | PromptOptions): Run;
export function run(options: RunOptions | PromptOptions): Run {
  return new RunningConversation(admitRun("run", options));
}

/**
 * Goes on with a run that was stored, in this process or in another one. What is pending is finished first: calls that
 * wait for approval ask again unless a decision about exactly these arguments was made, calls that had not begun are carried out, and those that
 * had begun without a result are answered as cancelled. Throws a `TypeError` for what is no snapshot.
 */
export function resume<Format extends OutputFormat>(
  snapshot: RunSnapshot,
  options: ResumeOptions & { readonly responseFormat: Format },
): Run<OutputOf<Format>>;
export function resume(snapshot: RunSnapshot, options: ResumeOptions): Run;
export function resume(snapshot: RunSnapshot, options: ResumeOptions): Run {
  admitResume(options);
  const past = readSnapshot(snapshot);
  return new RunningConversation({ ...options, messages: past.messages }, past);
}
