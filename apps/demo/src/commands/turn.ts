import type { RunEndReason } from "@waygate/core";
import type { Conversation, Turn } from "../conversation.ts";
import { errorWords } from "../error-words.ts";
import { type ExitCode, exitCode, exitCodeOfEnd } from "../exit-code.ts";
import { exitCodeOfError } from "../exit-code-of-error.ts";
import { exactText } from "../terminal/exact-text.ts";
import { isUsed, usageLine } from "../terminal/figures.ts";
import { RunView } from "../terminal/run-view.ts";
import type { Screen } from "../terminal/screen.ts";

/**
 * Carries out one turn on the screen: the answer as it comes, how it ended, what it cost. `interruption` is said of a
 * turn that Ctrl-C ended.
 */
export async function showTurn(
  screen: Screen,
  conversation: Conversation,
  prompt: string,
  signal: AbortSignal,
  interruption = "Interrupted.",
): Promise<Turn> {
  const view = new RunView(screen);
  const turn = await conversation.say(prompt, signal, (event) => view.show(event));
  await view.end();
  const { aside } = screen;
  if (aside.terminal) await aside.startBlock();
  const { outcome, usage, costs } = turn;
  if (outcome.type === "failed") await showError(screen, outcome.error);
  else if (outcome.type === "interrupted") await aside.line(aside.style("yellow", interruption));
  else if (outcome.reason !== "stop") await aside.line(aside.style("yellow", endings[outcome.reason]));
  if (isUsed(usage)) await aside.line(aside.style("dim", usageLine(usage, costs)));
  return turn;
}

/** One sentence about what went wrong. */
export async function showError({ aside }: Screen, error: unknown): Promise<void> {
  await aside.paragraph("error: ", exactText(errorWords(error)), "red");
}

export function exitCodeOfTurn({ outcome }: Turn): ExitCode {
  if (outcome.type === "interrupted") return exitCode.interrupted;
  return outcome.type === "failed" ? exitCodeOfError(outcome.error) : exitCodeOfEnd(outcome.reason);
}

const endings: Readonly<Record<Exclude<RunEndReason, "stop">, string>> = {
  paused: "Stopped here: it can be gone on from.",
  "max-steps": "The turn ended at its limit of steps (--max-steps) before the answer was complete.",
  "max-tool-calls": "The turn ended at its limit of tool calls before the answer was complete.",
  budget: "The turn ended at its budget before the answer was complete.",
  length: "The answer was cut off at the model's limit of output.",
  "content-filter": "The answer was ended by a content filter of the service.",
  guardrail: "The answer was ended by a guardrail of the service.",
  refusal: "The model refused to answer.",
  "context-overflow":
    "The conversation has become too long for the model. Start a new one, or choose a model with a larger context.",
  pause: "The service paused the answer too often. Send another message to continue.",
};
